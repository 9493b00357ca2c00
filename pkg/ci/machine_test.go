package ci

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

func TestMachine(t *testing.T) {
	t.Parallel()
	https := func(url, from string) transport.Proxy {
		return transport.Proxy{HTTPS: transport.ProxyAddress{URL: url, From: from}}
	}
	both := https("http://p.example:1", "HTTPS_PROXY")
	both.HTTP = transport.ProxyAddress{URL: "http://q.example:1", From: "http_proxy"}
	both.Except = "inside.example"
	runners := https("http://p.example:1", "HTTPS_PROXY")
	runners.Except = "inside.example"
	agents := https("http://user:p%40ss@p.example:1", "AGENT_PROXYURL")
	agents.ExceptURLs = []*regexp.Regexp{regexp.MustCompile(`(?i)\.local`)}
	variables := map[string]string{"HTTPS_PROXY": "http://p.example:1", "http_proxy": "http://q.example:1", "NO_PROXY": "inside.example"}
	with := func(more map[string]string) map[string]string {
		for name, value := range variables {
			more[name] = value
		}
		return more
	}
	for _, tt := range []struct {
		name    string
		env     map[string]string
		want    transport.Proxy
		refused string // what the error names
	}{
		{name: "a terminal", env: with(map[string]string{}), want: both},
		{name: "GitHub, for HTTPS only", env: with(map[string]string{"GITHUB_ACTIONS": "true"}), want: runners},
		{name: "an agent without a proxy", env: with(map[string]string{"TF_BUILD": "True"}), want: https("", "AGENT_PROXYURL")},
		{
			name: "an agent's", want: agents,
			env: with(map[string]string{"TF_BUILD": "True", "AGENT_PROXYURL": "http://p.example:1", "AGENT_PROXYUSERNAME": "user", "SECRET_AGENT_PROXYPASSWORD": "p@ss", "AGENT_PROXYBYPASSLIST": `["\\.local"]`}),
		},
		{name: "a list that is none", env: map[string]string{"TF_BUILD": "True", "AGENT_PROXYURL": "http://p.example:1", "AGENT_PROXYBYPASSLIST": "x"}, refused: "AGENT_PROXYBYPASSLIST"},
		{name: "an expression that is none", env: map[string]string{"TF_BUILD": "True", "AGENT_PROXYURL": "http://p.example:1", "AGENT_PROXYBYPASSLIST": `["("]`}, refused: "AGENT_PROXYBYPASSLIST"},
		{name: "an address that is none", env: map[string]string{"TF_BUILD": "True", "AGENT_PROXYURL": "http://%zz", "AGENT_PROXYUSERNAME": "user"}, refused: "AGENT_PROXYURL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := Detect(Env{Getenv: getenv(tt.env)})
			got, err := p.Machine()
			if tt.refused != "" {
				if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("Machine() = %v, want a wrong request that names %s", err, tt.refused)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got.Proxy, cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() })); err != nil || diff != "" {
				t.Errorf("Machine() = %v, proxy (-want +got):\n%s", err, diff)
			}
		})
	}
}

// A certificate authority counts only where the agent's own settings name it, too: the variable may be a pipeline's.
func TestAgentAuthority(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, tt := range []struct{ name, settings, want string }{
		{name: "the agent's", settings: `{"SkipServerCertValidation": false, "CACert": "/etc/agent-ca.pem"}`, want: "/etc/agent-ca.pem"},
		{name: "of an agent with another", settings: `{"CACert": "/etc/other.pem"}`},
		{name: "of an agent with none", settings: `{}`},
		{name: "unreadable", settings: `{`},
		{name: "of an agent without settings"},
	} {
		file := filepath.Join(home, ".certificates")
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		if tt.settings != "" {
			if err := os.WriteFile(file, []byte(tt.settings), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p, _ := Detect(Env{Getenv: getenv(map[string]string{"TF_BUILD": "True", "AGENT_CAINFO": "/etc/agent-ca.pem", "AGENT_HOMEDIRECTORY": home})})
		if got, err := p.Machine(); err != nil || got.CAFile != tt.want {
			t.Errorf("%s: Machine() = %q, %v, want %q", tt.name, got.CAFile, err, tt.want)
		}
	}
}
