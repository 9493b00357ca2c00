// Package transport makes the HTTP transport through which registries, Entra and the token endpoints of CI systems are
// reached: the system's certificate authorities and the user's, and the proxy that the environment names.
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

	"golang.org/x/net/http/httpproxy"

	"github.com/layergate/layergate/pkg/fault"
)

// metadataHost answers on virtual machines of the large clouds with what belongs to this machine alone; no proxy could ask
// it in the machine's name.
const metadataHost = "169.254.169.254"

// perHost is how many idle connections to one host are kept: a push sends several blobs at once.
const perHost = 16

// Config says how the outside is reached.
type Config struct {
	// CAFile is a file of certificates in PEM form (RFC 7468) that are trusted beside the system's; empty means none.
	CAFile string
	// Getenv reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or the same in lower case; nil means that there is no proxy.
	// Loopback addresses never go through one.
	Getenv func(string) string
}

// New makes a transport. A file of certificate authorities that holds none is a wrong request.
func New(cfg Config) (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = perHost
	t.Proxy = nil
	if cfg.Getenv != nil {
		t.Proxy = proxy(cfg.Getenv)
	}
	if cfg.CAFile != "" {
		roots, err := authorities(cfg.CAFile)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

func proxy(getenv func(string) string) func(*http.Request) (*url.URL, error) {
	either := func(upper, lower string) string {
		if v := getenv(upper); v != "" {
			return v
		}
		return getenv(lower)
	}
	cfg := httpproxy.Config{
		HTTPSProxy: either("HTTPS_PROXY", "https_proxy"),
		HTTPProxy:  either("HTTP_PROXY", "http_proxy"),
		NoProxy:    either("NO_PROXY", "no_proxy") + "," + metadataHost,
	}
	choose := cfg.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return choose(r.URL) }
}

// authorities are the system's and those of a file.
func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.Request(fmt.Errorf("the file of certificate authorities %s does not exist", file), fault.Hintf("give %s the path of a PEM file", fault.Input("ca-file")))
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the certificate authorities: %w", err), fault.Hintf("give %s the path of a PEM file that can be read", fault.Input("ca-file")))
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a system without any
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fault.Request(fmt.Errorf("the file of certificate authorities %s holds no certificate in PEM form", file),
			"a PEM certificate begins with -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in FILE turns a DER file into one")
	}
	return roots, nil
}
