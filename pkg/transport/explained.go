package transport

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/layergate/layergate/pkg/fault"
)

// explained says in one sentence what failed on the way to a server, and what to do about it, where that is the same for all servers.
type explained struct {
	inner       *http.Transport
	proxy       Proxy
	authorities fault.Input
}

// RoundTrip sends a request.
func (e explained) RoundTrip(r *http.Request) (*http.Response, error) {
	watched, connecting := withConnecting(r)
	resp, err := e.inner.RoundTrip(watched)
	var unknown x509.UnknownAuthorityError
	var failed *net.OpError
	var late *TimeoutError
	cause := context.Cause(r.Context())
	otherProxy := fault.Hintf("see whether it runs there, and is reached from here; %s names another one, and off none", fault.Input("proxy"))
	switch {
	case err == nil:
	case errors.As(err, &unknown):
		err = fault.WithHint(fmt.Errorf("the certificate of %s is from an unknown authority: %w", r.URL.Host, err),
			fault.Hintf("where the server has a certificate authority of its own, or a proxy on the way opens what is encrypted, name the authority's certificate with %s", e.authorities))
	case errors.As(err, &failed) && (failed.Op == "proxyconnect" || failed.Op == "socks connect"):
		err = fault.WithHint(fmt.Errorf("the proxy %s cannot be used: %w", e.proxy.of(r.URL.Scheme).name(), failed.Err), otherProxy)
	case connecting.silent() && errors.As(cause, &late):
		err = fault.WithHint(e.silence(r, late), otherProxy)
	case cause == nil && (connecting.silent() || brokenOff(err) && e.handsOver(r)):
		err = fault.WithHint(e.silence(r, err), otherProxy)
	case cause == nil && connecting.answered.Load() && brokenOff(err):
		err = fault.WithHint(fmt.Errorf("the connection to %s through the proxy %s ends before there is an answer: %w", r.URL.Host, e.proxy.of(r.URL.Scheme).name(), err),
			fault.Hintf("check that the proxy reaches the host and lets it answer, or go without it by %s", fault.Input("no-proxy")))
	}
	return resp, err
}

// silence says that the proxy did not answer a request, and what came instead.
func (e explained) silence(r *http.Request, err error) error {
	return &ProxyError{Proxy: e.proxy.of(r.URL.Scheme).name(), Host: r.URL.Host, Err: err}
}

// handsOver tells whether a request is sent to a proxy itself, which passes it on: it then answers, and nobody behind it.
func (e explained) handsOver(r *http.Request) bool {
	if r.URL.Scheme != "http" || e.inner.Proxy == nil {
		return false
	}
	proxy, err := e.inner.Proxy(r)
	return err == nil && proxy != nil && (proxy.Scheme == "http" || proxy.Scheme == "https")
}
