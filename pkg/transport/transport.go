// Package transport makes the HTTP transport through which registries, Entra, the token endpoints of CI systems and
// the advisory database's server are reached: with the system's certificate authorities and the user's, through the
// proxy that its caller names, and with a limit to how long each of them may keep a request waiting.
//
// It must not import anything that knows what is sent.
package transport

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// IsLoopback tells whether a host, without a port, is this machine: what is sent to it needs no encryption.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// perHost is how many idle connections to one host are kept: a push sends several blobs at once.
const perHost = 16

// Config says how the outside is reached.
type Config struct {
	// CAFiles are files of certificates in PEM form (RFC 7468) that are trusted beside the system's.
	CAFiles []CAFile
	// OnlyCAFiles trusts those of CAFiles alone, where there are any.
	OnlyCAFiles bool
	// Authorities is the input that names more certificate authorities, for hints; empty means ca-file.
	Authorities fault.Input
	Proxy       Proxy
	Limits      Limits
}

// CAFile is a file of certificate authorities.
type CAFile struct {
	Path string
	From fault.Input // the input that names it, for hints
}

// New makes a transport. A file of certificate authorities that holds none, and a proxy that is no address, are wrong
// requests.
func New(cfg Config) (http.RoundTripper, error) {
	t, err := network(cfg)
	if err != nil {
		return nil, err
	}
	return Limit(explained{t, cfg.Proxy, cmp.Or(cfg.Authorities, caFile)}, cfg.Limits), nil
}

// Direct returns a transport that uses no proxy and trusts the system's certificate authorities.
func Direct() http.RoundTripper { return Limit(explained{plain(), Proxy{}, caFile}, Limits{}) }

// caFile is the input of the certificate authorities of most servers.
const caFile fault.Input = "ca-file"

func plain() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = perHost
	t.Proxy = nil
	return t
}

func network(cfg Config) (*http.Transport, error) {
	t := plain()
	var err error
	if t.Proxy, err = cfg.Proxy.choose(); err != nil {
		return nil, err
	}
	t.GetProxyConnectHeader, t.OnProxyConnectResponse = asks, cfg.Proxy.connected
	if len(cfg.CAFiles) > 0 {
		roots, err := authorities(cfg.CAFiles, cfg.OnlyCAFiles)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

// maxAuthorities is how many bytes a file of certificate authorities may have; those of systems have some hundred thousand.
const maxAuthorities = 16 << 20

// authorities are those of the files, and the system's unless only the files' are trusted.
func authorities(files []CAFile, only bool) (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil || only {
		roots = x509.NewCertPool() // a system without any
	}
	for _, file := range files {
		if err := file.addTo(roots); err != nil {
			return nil, err
		}
	}
	return roots, nil
}

func (f CAFile) addTo(roots *x509.CertPool) error {
	pem, err := regular.ReadNamed(".", f.Path, maxAuthorities)
	if errors.Is(err, os.ErrNotExist) {
		return fault.Request(fmt.Errorf("the file of certificate authorities %s does not exist", f.Path), fault.Hintf("give %s the path of a PEM file", f.From))
	}
	if err != nil {
		return fault.Request(fmt.Errorf("reading the certificate authorities: %w", err), fault.Hintf("give %s the path of a PEM file that can be read", f.From))
	}
	if !roots.AppendCertsFromPEM(pem) {
		return fault.Request(fmt.Errorf("the file of certificate authorities %s holds no certificate in PEM form", f.Path),
			"a PEM certificate begins with -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in FILE turns a DER file into one")
	}
	return nil
}
