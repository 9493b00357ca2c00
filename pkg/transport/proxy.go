package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/net/http/httpproxy"

	"github.com/layergate/layergate/pkg/fault"
)

// metadataHost answers on virtual machines of the large clouds with what belongs to this machine alone; no proxy could
// ask it in the machine's name.
const metadataHost = "169.254.169.254"

// Proxy says through which proxies the outside is reached. Its zero value is none. Loopback addresses never go through one.
type Proxy struct {
	HTTPS, HTTP ProxyAddress // for requests by HTTPS, whose content a proxy does not see, and for those by plain HTTP
	// Except are the hosts that are reached directly, as the variable NO_PROXY lists them.
	Except string
	// ExceptURLs match the beginnings of addresses, SCHEME://HOST[:PORT], that are reached directly.
	ExceptURLs []*regexp.Regexp
}

// ProxyAddress is the address of a proxy: http, https, socks5 or socks5h, or HOST:PORT. It may hold a password.
type ProxyAddress struct {
	URL  string // empty for none
	From string // what named it, such as HTTPS_PROXY, for messages
}

// EnvironmentProxy is the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, or the same in lower case.
func EnvironmentProxy(getenv func(string) string) Proxy {
	either := func(upper string) (name, value string) {
		if v := getenv(upper); v != "" {
			return upper, v
		}
		return strings.ToLower(upper), getenv(strings.ToLower(upper))
	}
	var p Proxy
	p.HTTPS.From, p.HTTPS.URL = either("HTTPS_PROXY")
	p.HTTP.From, p.HTTP.URL = either("HTTP_PROXY")
	_, p.Except = either("NO_PROXY")
	return p
}

// choose returns the function that chooses the proxy of a request; nil where there is none.
func (p Proxy) choose() (func(*http.Request) (*url.URL, error), error) {
	for _, address := range []ProxyAddress{p.HTTPS, p.HTTP} {
		if err := address.check(); err != nil {
			return nil, err
		}
	}
	if p.HTTPS.URL == "" && p.HTTP.URL == "" {
		return nil, nil
	}
	cfg := httpproxy.Config{HTTPSProxy: p.HTTPS.URL, HTTPProxy: p.HTTP.URL, NoProxy: p.Except + "," + metadataHost}
	byHost := cfg.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		target := r.URL.Scheme + "://" + r.URL.Host
		if slices.ContainsFunc(p.ExceptURLs, func(except *regexp.Regexp) bool { return except.MatchString(target) }) {
			return nil, nil
		}
		return byHost(r.URL)
	}, nil
}

// ProxyError says that a proxy makes no connection to a host.
type ProxyError struct {
	Proxy  string // without user and password, with what named it
	Host   string // with its port, where the address has one
	Status int    // of the proxy's answer to CONNECT (RFC 9110, section 9.3.6); 0 where it gave none
	Err    error  // what came in place of an answer; nil where there was one
}

// Error names the proxy and its answer.
func (e *ProxyError) Error() string {
	var late *TimeoutError
	switch {
	case errors.As(e.Err, &late):
		return fmt.Sprintf("the proxy %s gives no answer within %s when it is asked for %s", e.Proxy, late.After, e.Host)
	case brokenOff(e.Err):
		return fmt.Sprintf("the proxy %s ends the connection without an answer when it is asked for %s", e.Proxy, e.Host)
	case e.Err != nil:
		return fmt.Sprintf("the proxy %s gives no answer that is one when it is asked for %s: %v", e.Proxy, e.Host, e.Err)
	}
	answer := fmt.Sprintf("answers %d %s", e.Status, http.StatusText(e.Status))
	if e.Status == http.StatusProxyAuthRequired {
		return fmt.Sprintf("the proxy %s %s", e.Proxy, answer)
	}
	return fmt.Sprintf("the proxy %s does not connect to %s and %s", e.Proxy, e.Host, answer)
}

// Unwrap returns what came in place of an answer.
func (e *ProxyError) Unwrap() error { return e.Err }

// brokenOff tells whether a connection ended where an answer was to come.
func brokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// connected notes the answer of a proxy, and refuses the answer of a proxy that does not connect to a host by HTTPS, with what to do about it.
func (p Proxy) connected(ctx context.Context, _ *url.URL, to *http.Request, answer *http.Response) error {
	if c, ok := ctx.Value(connectingKey{}).(*connecting); ok {
		c.answered.Store(true)
	}
	hint := fault.Hintf("check that the proxy reaches the host, or go without it by %s", fault.Input("no-proxy"))
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		hint = HintProxyLogin()
		if u, err := p.HTTPS.parse(); err == nil && u.User != nil {
			hint = fault.Hintf("the proxy does not take the user name and the password in its address: check both, where it comes from or in %s", fault.Input("proxy"))
		}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed:
		hint = fault.Hintf("have it allow that host, or reach the host without it by %s", fault.Input("no-proxy"))
	}
	return fault.WithHint(&ProxyError{Proxy: p.HTTPS.name(), Host: to.Host, Status: answer.StatusCode}, hint)
}

// HintProxyLogin is what to do where a proxy wants to know who asks (RFC 9110, section 15.5.8).
func HintProxyLogin() fault.Hint {
	return fault.Hintf("give the proxy a user name and a password: within its address, as in http://USER:PASSWORD@HOST:PORT, with config.sh where it is that of an agent of Azure Pipelines, or with %s from a secret", fault.Input("proxy"))
}

// of is the proxy of requests by a scheme.
func (p Proxy) of(scheme string) ProxyAddress {
	if scheme == "https" {
		return p.HTTPS
	}
	return p.HTTP
}

// name is the proxy without user name and password, with what named it.
func (a ProxyAddress) name() string {
	u, err := a.parse()
	if err != nil {
		return a.From
	}
	return fmt.Sprintf("%s (%s)", u.Host, a.From)
}

func (a ProxyAddress) parse() (*url.URL, error) {
	address := a.URL
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	return url.Parse(address)
}

// check refuses what package httpproxy would pass over without a word, to connect directly. The address may hold a
// password and is not repeated.
func (a ProxyAddress) check() error {
	if a.URL == "" {
		return nil
	}
	u, err := a.parse()
	if err == nil && u.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil
	}
	return fault.Request(fmt.Errorf("%s is not the address of a proxy", a.From), "write it as http://HOST:PORT, or leave it empty to connect without a proxy")
}
