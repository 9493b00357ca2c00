package transport

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/layergate/layergate/pkg/fault"
)

// explained says in one sentence what failed on the way to a server, and what to do about it, where that is the same for all servers.
type explained struct {
	inner       http.RoundTripper
	proxy       Proxy
	authorities fault.Input
}

// RoundTrip sends a request.
func (e explained) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.inner.RoundTrip(r)
	var unknown x509.UnknownAuthorityError
	var failed *net.OpError
	switch {
	case errors.As(err, &unknown):
		err = fault.WithHint(fmt.Errorf("the certificate of %s is from an unknown authority: %w", r.URL.Host, err),
			fault.Hintf("where the server has a certificate authority of its own, or a proxy on the way opens what is encrypted, name the authority's certificate with %s", e.authorities))
	case errors.As(err, &failed) && failed.Op == "proxyconnect":
		err = fault.WithHint(fmt.Errorf("the proxy %s cannot be used: %w", e.proxy.of(r.URL.Scheme).name(), failed.Err),
			fault.Hintf("see whether it runs there, and is reached from here; %s names another one, and off none", fault.Input("proxy")))
	}
	return resp, err
}
