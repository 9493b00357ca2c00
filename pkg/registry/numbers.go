package registry

import (
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// numbers gives names to private addresses by number, for as long as a client lives. go-containerregistry follows no registry to
// such an address, not even one that is at such an address itself: registries on premises have their token service and their
// storage there. Nobody can guess a name, and lead to an address by that.
type numbers struct {
	mu sync.Mutex
	of map[string]string // the address of each name
}

// realm is where a registry says that its token service is (RFC 6750, section 3).
var realm = regexp.MustCompile(`(realm=")([^"]+)(")`)

// hide gives names to the private addresses that an answer leads to, where the host that answers may lead there.
func (n *numbers) hide(resp *http.Response, from string) {
	for i, challenge := range resp.Header["Www-Authenticate"] {
		resp.Header["Www-Authenticate"][i] = realm.ReplaceAllStringFunc(challenge, func(text string) string {
			parts := realm.FindStringSubmatch(text)
			return parts[1] + n.withName(parts[2], from) + parts[3]
		})
	}
	if to := resp.Header.Get("Location"); to != "" {
		resp.Header.Set("Location", n.withName(to, from))
	}
}

func (n *numbers) withName(address, from string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == from || !mayLead(withoutPort(from), u.Hostname()) {
		return address
	}
	name := n.nameOf(u.Hostname())
	if u.Port() == "" {
		u.Host = name
	} else {
		u.Host = net.JoinHostPort(name, u.Port())
	}
	return u.String()
}

func (n *numbers) nameOf(address string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, known := range n.of {
		if known == address {
			return name
		}
	}
	if n.of == nil {
		n.of = map[string]string{}
	}
	name := strings.ToLower(rand.Text()) + ".invalid"
	n.of[name] = address
	return name
}

// show is a request with the address in the place of its name.
func (n *numbers) show(r *http.Request) *http.Request {
	n.mu.Lock()
	address, known := n.of[r.URL.Hostname()]
	n.mu.Unlock()
	if !known {
		return r
	}
	host := address
	if strings.Contains(address, ":") {
		host = "[" + address + "]"
	}
	if port := r.URL.Port(); port != "" {
		host = net.JoinHostPort(address, port)
	}
	out := r.Clone(r.Context())
	out.URL.Host, out.Host = host, host
	return out
}

// explain gives a failed request the address that it went to.
func (n *numbers) explain(err error) {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, address := range n.of {
		failed.URL = strings.ReplaceAll(failed.URL, name, address)
	}
}

// mayLead tells whether a host may send requests on to an address by number: from this machine to itself, and from a private
// network to private ones. Nobody leads to link-local addresses, where clouds keep the credentials of machines.
func mayLead(from, to string) bool {
	if isLoopback(from) {
		from = "127.0.0.1"
	}
	there, err1 := netip.ParseAddr(from)
	address, err2 := netip.ParseAddr(to)
	if err1 != nil || err2 != nil {
		return false
	}
	there, address = there.Unmap(), address.Unmap()
	return address.IsLoopback() && there.IsLoopback() || address.IsPrivate() && there.IsPrivate()
}
