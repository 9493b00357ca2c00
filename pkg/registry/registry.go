// Package registry moves images to a registry (OCI distribution specification), and only against a clearance: without
// one, no image is sent. It also reads the images that a registry keeps, and publishes and reads policy files, which are none.
//
// It must not import anything that reads images' content or decides about it.
package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/transport"
)

// Config says how registries are reached, and by whom.
type Config struct {
	// Logins says who logs in to a registry, by its host as Host spells it. Nobody logs in to any other.
	Logins map[string]Login
	// Insecure lists the registries, as HOST or HOST:PORT, that may be spoken to by plain HTTP, beside those on
	// loopback addresses. Without a port every port is meant.
	Insecure  []string
	Transport http.RoundTripper // nil means transport.Direct
	UserAgent string
	// Wait pauses before a request is sent again, and no longer than ctx lasts; nil means that it does.
	Wait   func(ctx context.Context, pause time.Duration) error
	Meters progress.Reporter // shows how far a push has come; nil is allowed
	Now    func() time.Time  // the clock of surveys and of waits; nil means time.Now
}

// Client talks to registries.
type Client struct {
	cfg  Config
	keys *keychain
	wire *wire
	// puller reads all images, so that each repository is asked once how to log in.
	puller *remote.Puller
	// outside is how requests are sent: over the wire, and again where a registry asks for time.
	outside *patient

	mu      sync.Mutex
	harbors map[string]bool // which hosts are Harbor, of those that were asked
}

// New makes a client. An insecure registry that is no host is a wrong request.
func New(cfg Config) (*Client, error) {
	for _, host := range cfg.Insecure {
		if _, err := name.NewRegistry(host, name.StrictValidation); err != nil || strings.Contains(host, "/") {
			return nil, fault.Request(fmt.Errorf("the insecure registry %q is not of the form HOST or HOST:PORT", host), "name the host alone, such as registry.example:5000")
		}
		if err := checkPort(host); err != nil {
			return nil, err
		}
	}
	if cfg.Transport == nil {
		cfg.Transport = transport.Direct()
	}
	if cfg.Wait == nil {
		cfg.Wait = transport.Wait
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	wire := &wire{inner: cfg.Transport, insecure: cfg.Insecure}
	c := &Client{
		cfg:     cfg,
		keys:    &keychain{logins: cfg.Logins, last: map[string]Credentials{}},
		wire:    wire,
		outside: &patient{inner: wire, wait: cfg.Wait, now: cfg.Now},
		harbors: map[string]bool{},
	}
	var err error
	c.puller, err = remote.NewPuller(c.options()...)
	return c, err
}

// Reference is a place in a registry to push to.
type Reference struct{ ref name.Reference }

// String is the full reference, registry and tag included.
func (r Reference) String() string { return r.ref.Name() }

// Place is the reference with its registry in one spelling: in lower case, without a full stop behind it and HTTPS' own port, Docker Hub
// by one name, and this machine, too.
func (r Reference) Place() string {
	host, port := r.ref.Context().RegistryStr(), ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') { // an address of IPv6 has colons of its own
		host, port = host[:i], host[i:]
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	switch {
	case host == "docker.io", host == "registry-1.docker.io":
		host = name.DefaultRegistry
	case isLoopback(strings.Trim(host, "[]")):
		host = "localhost"
	}
	if port != ":443" {
		host += port
	}
	return host + "/" + r.ref.Context().RepositoryStr() + ":" + r.ref.Identifier()
}

// ParseReferences reads references such as registry.example/app:1.2. A reference without a registry means Docker Hub
// and one without a tag means latest, as everywhere. A digest is refused: what is pushed decides it. Each reference is returned once.
func ParseReferences(refs []string) ([]Reference, error) {
	out := make([]Reference, 0, len(refs))
	for _, s := range refs {
		if scheme, rest, ok := strings.Cut(s, "://"); ok {
			return nil, fault.Request(fmt.Errorf("the push reference %q begins with %s://", s, scheme), "leave it out: "+rest)
		}
		tag, err := name.NewTag(s)
		if err != nil {
			hint := "a reference reads REGISTRY/REPOSITORY:TAG, such as registry.example/team/app:1.2"
			if _, digestErr := name.NewDigest(s); digestErr == nil {
				err, hint = errors.New("it has a digest"), "name a tag alone: the digest follows from what is pushed"
			}
			return nil, fault.Request(fmt.Errorf("the push reference %q is not valid: %w", s, err), hint)
		}
		if imageref.ForAttachments(tag.TagStr()) {
			return nil, fault.Request(fmt.Errorf("the push reference %q has a tag under which signatures, statements and lists of referrers are kept: what it leads to would be lost", s), "name another tag, such as 1.2")
		}
		if err := checkPort(tag.RegistryStr()); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(r Reference) bool { return r.ref.Name() == tag.Name() }) {
			out = append(out, Reference{ref: tag})
		}
	}
	return out, nil
}

// Host is the host of the registry that a reference leads to, with its port where it has one, in the one spelling that
// Config.Logins has; empty for a reference that does not parse.
func Host(ref string) string {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return ""
	}
	return canonical(parsed.Context().RegistryStr())
}

// SameHost tells whether two spellings of a registry's host, such as docker.io and index.docker.io, mean the same
// registry.
func SameHost(a, b string) bool { return canonical(a) != "" && canonical(a) == canonical(b) }

// canonical returns a registry's host in lower case, without the default port, and index.docker.io for docker.io. It
// returns "" for an invalid host.
func canonical(host string) string {
	r, err := name.NewRegistry(strings.ToLower(host))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(r.RegistryStr(), ":443")
}

func (c *Client) options() []remote.Option {
	return []remote.Option{
		remote.WithUserAgent(c.cfg.UserAgent),
		remote.WithTransport(c.outside),
		remote.WithAuthFromKeychain(c.keys),
	}
}
