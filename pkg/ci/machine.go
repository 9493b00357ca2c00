package ci

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

// Machine is what whoever administers the machine has set for everything that runs on it.
type Machine struct {
	// Proxy leads outside. On a CI system it is used for HTTPS alone: somebody else may have set it, and of what it carries
	// by HTTPS it can read and change nothing.
	Proxy transport.Proxy
	// CAFile holds certificate authorities that are trusted beside the system's; empty for none.
	CAFile string
}

// Machine is the proxy of the environment.
func (t *terminal) Machine() (Machine, error) {
	return Machine{Proxy: transport.EnvironmentProxy(t.env.Getenv)}, nil
}

// Machine is the runner's proxy. A runner that has one hands it to container actions in the variables of that purpose, which
// the variables of a workflow take the place of: the two cannot be told apart.
func (g *github) Machine() (Machine, error) {
	return Machine{Proxy: onlyHTTPS(transport.EnvironmentProxy(g.env.named))}, nil
}

func onlyHTTPS(p transport.Proxy) transport.Proxy {
	p.HTTP = transport.ProxyAddress{}
	return p
}

// agentProxy is the agent's variable with the address of its proxy. An agent without a proxy does not set it, and leaves one
// of a pipeline as it is.
const agentProxy = "AGENT_PROXYURL"

// Machine is the proxy and the certificate authority that the agent was configured with.
func (z *azure) Machine() (Machine, error) {
	proxy, err := z.proxy()
	return Machine{Proxy: proxy, CAFile: z.authority()}, err
}

func (z *azure) proxy() (transport.Proxy, error) {
	p := transport.Proxy{HTTPS: transport.ProxyAddress{URL: z.env.Getenv(agentProxy), From: agentProxy}}
	if p.HTTPS.URL == "" {
		return p, nil
	}
	if user := z.env.Getenv("AGENT_PROXYUSERNAME"); user != "" {
		u, err := url.Parse(p.HTTPS.URL)
		if err != nil { // the message of url.Parse would repeat the address
			return p, fault.Request(fmt.Errorf("%s is not the address of a proxy", agentProxy), "configure the agent's proxy anew")
		}
		u.User = url.UserPassword(user, z.env.Getenv("SECRET_AGENT_PROXYPASSWORD"))
		p.HTTPS.URL = u.String()
	}
	var patterns []string // regular expressions over addresses, as the agent's file .proxybypass has them
	if list := z.env.Getenv("AGENT_PROXYBYPASSLIST"); list != "" {
		if err := json.Unmarshal([]byte(list), &patterns); err != nil {
			return p, fault.Request(fmt.Errorf("reading AGENT_PROXYBYPASSLIST: %w", err), fault.Hintf("name the proxy with %s and %s instead", fault.Input("proxy"), fault.Input("no-proxy")))
		}
	}
	for _, pattern := range patterns {
		except, err := regexp.Compile("(?i)" + pattern)
		if err != nil {
			return p, fault.Request(fmt.Errorf("reading AGENT_PROXYBYPASSLIST: %w", err), fault.Hintf("name the proxy with %s and %s instead", fault.Input("proxy"), fault.Input("no-proxy")))
		}
		p.ExceptURLs = append(p.ExceptURLs, except)
	}
	return p, nil
}

// authority is the agent's file of certificate authorities (config.sh --sslcacert). An agent that has none leaves a variable
// of a pipeline as it is, so that the agent's own settings, beside its programs, have to say the same.
func (z *azure) authority() string {
	path, home := z.env.Getenv("AGENT_CAINFO"), z.env.Getenv("AGENT_HOMEDIRECTORY")
	if path == "" || home == "" {
		return ""
	}
	f, err := os.Open(filepath.Join(home, ".certificates"))
	if err != nil {
		return ""
	}
	defer f.Close()
	var settings struct{ CACert string }
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&settings); err != nil || settings.CACert != path {
		return ""
	}
	return path
}
