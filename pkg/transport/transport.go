// Package transport makes the HTTP transport through which registries, Entra, the token endpoints of CI systems and
// the advisory database's server are reached: with the system's certificate authorities and the user's, through the
// proxy that the environment names, and with a limit to how long each of them may keep a request waiting.
//
// It must not import anything that knows what is sent.
package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// metadataHost answers on virtual machines of the large clouds with what belongs to this machine alone; no proxy could
// ask it in the machine's name.
const metadataHost = "169.254.169.254"

// perHost is how many idle connections to one host are kept: a push sends several blobs at once.
const perHost = 16

// Config says how the outside is reached.
type Config struct {
	// CAFile is a file of certificates in PEM form (RFC 7468) that are trusted beside the system's; empty means none.
	CAFile string
	// OnlyCAFile trusts those of CAFile alone, where there is one.
	OnlyCAFile bool
	// Getenv reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or the same in lower case; nil means that there is no proxy.
	// Loopback addresses never go through one.
	Getenv func(string) string
	Limits Limits
}

// New makes a transport. A file of certificate authorities that holds none, and a proxy that is no address, are wrong
// requests.
func New(cfg Config) (http.RoundTripper, error) {
	t, err := network(cfg)
	if err != nil {
		return nil, err
	}
	return Limit(t, cfg.Limits), nil
}

// Direct returns a transport that uses no proxy and trusts the system's certificate authorities.
func Direct() http.RoundTripper { return Limit(plain(), Limits{}) }

func plain() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = perHost
	t.Proxy = nil
	return t
}

func network(cfg Config) (*http.Transport, error) {
	t := plain()
	var err error
	if cfg.Getenv != nil {
		if t.Proxy, err = proxy(cfg.Getenv); err != nil {
			return nil, err
		}
	}
	if cfg.CAFile != "" {
		roots, err := authorities(cfg.CAFile, cfg.OnlyCAFile)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

// proxy chooses the proxy of a request by the environment.
func proxy(getenv func(string) string) (func(*http.Request) (*url.URL, error), error) {
	either := func(upper string) (name, value string) {
		if v := getenv(upper); v != "" {
			return upper, v
		}
		return strings.ToLower(upper), getenv(strings.ToLower(upper))
	}
	var cfg httpproxy.Config
	for upper, field := range map[string]*string{"HTTPS_PROXY": &cfg.HTTPSProxy, "HTTP_PROXY": &cfg.HTTPProxy} {
		name, address := either(upper)
		if err := checkProxy(name, address); err != nil {
			return nil, err
		}
		*field = address
	}
	_, direct := either("NO_PROXY")
	cfg.NoProxy = direct + "," + metadataHost
	choose := cfg.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return choose(r.URL) }, nil
}

// checkProxy refuses what package httpproxy would pass over without a word, to connect directly. The address may hold a
// password and is not repeated.
func checkProxy(name, address string) error {
	if address == "" {
		return nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err == nil && u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil
	}
	return fault.Request(fmt.Errorf("%s is not the address of a proxy", name), "write it as http://HOST:PORT, or unset it to connect without a proxy")
}

// maxAuthorities is how many bytes a file of certificate authorities may have; those of systems have some hundred thousand.
const maxAuthorities = 16 << 20

// authorities are those of a file, and the system's unless only the file's are trusted.
func authorities(file string, only bool) (*x509.CertPool, error) {
	pem, err := regular.ReadNamed(".", file, maxAuthorities)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.Request(fmt.Errorf("the file of certificate authorities %s does not exist", file), fault.Hintf("give %s the path of a PEM file", fault.Input("ca-file")))
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the certificate authorities: %w", err), fault.Hintf("give %s the path of a PEM file that can be read", fault.Input("ca-file")))
	}
	roots, err := x509.SystemCertPool()
	if err != nil || only {
		roots = x509.NewCertPool() // a system without any
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fault.Request(fmt.Errorf("the file of certificate authorities %s holds no certificate in PEM form", file),
			"a PEM certificate begins with -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in FILE turns a DER file into one")
	}
	return roots, nil
}
