package registry

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// PlainHTTPError says that a request to a host was refused because it would use plain HTTP, which is not allowed for
// that host.
type PlainHTTPError struct{ Host string }

// Error names the host.
func (e *PlainHTTPError) Error() string {
	return fmt.Sprintf("refusing to speak to %s by plain HTTP", e.Host)
}

// wire is the last step before the network. It refuses plain HTTP to all but loopback addresses and the hosts that the
// configuration names, whatever go-containerregistry thinks of a host's name or a redirect says.
type wire struct {
	inner    http.RoundTripper
	insecure []string
	numbers  numbers
}

// RoundTrip sends a request, each time with its whole body: go-containerregistry sends one again when a token has
// expired in between, and what it read of the body by then would be missing.
func (w *wire) RoundTrip(asked *http.Request) (*http.Response, error) {
	r := w.numbers.show(asked)
	if r.URL.Scheme == "http" && !w.plain(r.URL.Host) {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &PlainHTTPError{Host: r.URL.Host}
	}
	if r.Body != nil && r.GetBody != nil {
		body, err := r.GetBody()
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = body
	}
	resp, err := w.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	w.numbers.hide(resp, r.URL.Host)
	if err := nameWebPage(resp); err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", r.URL.Host, err)
	}
	resp.Request = asked
	if r.URL.Path != base {
		return resp, nil
	}
	if err := readWhole(resp); err != nil {
		return nil, fmt.Errorf("reading the answer of %s to %s: %w", r.URL.Host, base, err)
	}
	return resp, nil
}

// checkSuccess refuses an answer whose status is no success.
func checkSuccess(resp *http.Response) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return transport.CheckError(resp)
}

// base is the path under which registries tell that they are one (OCI distribution specification, "Determining
// Support"), and maxBase the most bytes that they may say there.
const (
	base    = "/v2/"
	maxBase = 1 << 20
)

// readWhole reads an answer to its end, which go-containerregistry does as well, without a limit and without looking
// at the error.
func readWhole(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBase+1))
	resp.Body.Close()
	if err == nil && len(body) > maxBase {
		err = fmt.Errorf("it has more than %d bytes", maxBase)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

// plain tells whether a host may be spoken to by plain HTTP.
func (w *wire) plain(host string) bool {
	bare := withoutPort(host)
	if isLoopback(bare) {
		return true
	}
	for _, allowed := range w.insecure {
		if strings.EqualFold(allowed, host) || strings.EqualFold(allowed, bare) {
			return true
		}
	}
	return false
}

// options are those for parsing a reference again, once its host is known.
func (w *wire) options(host string) []name.Option {
	if w.plain(host) {
		return []name.Option{name.Insecure}
	}
	return nil
}

func withoutPort(host string) string {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		return bare
	}
	return strings.Trim(host, "[]")
}

func isLoopback(bare string) bool {
	if strings.EqualFold(bare, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(bare)
	return err == nil && address.IsLoopback()
}
