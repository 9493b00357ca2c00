// Package registry moves images to a registry (OCI distribution specification), and only against a clearance: without
// one, nothing is sent. It also reads the images that a registry keeps.
//
// It must not import anything that reads images' content or decides about it.
package registry

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
)

// Config says how registries are reached, and by whom.
type Config struct {
	// Username and Password are used for every registry that is pushed to, and for no other.
	Username, Password string
	Logins             []Login          // for the registries that they name
	Entra              *entra.Directory // for Azure Container Registry; nil for none
	// Insecure lists the registries, as HOST or HOST:PORT, that may be spoken to by plain HTTP, beside those on loopback
	// addresses. Without a port every port is meant.
	Insecure  []string
	Transport http.RoundTripper // nil means remote.DefaultTransport
	UserAgent string
}

// Client talks to registries.
type Client struct {
	cfg  Config
	keys *keychain
	wire *wire
}

// New makes a client. A user name without a password, or the other way round, is a wrong request.
func New(cfg Config) (*Client, error) {
	if (cfg.Username == "") != (cfg.Password == "") {
		return nil, fault.Request(fmt.Errorf("only one of registry user name and password is given"),
			fault.Hintf("give both %s and %s, or neither to log in in another way", fault.Input("registry-username"), fault.Input("registry-password")))
	}
	for _, host := range cfg.Insecure {
		if _, err := name.NewRegistry(host, name.StrictValidation); err != nil || strings.Contains(host, "/") {
			return nil, fault.Request(fmt.Errorf("the insecure registry %q is no HOST or HOST:PORT", host), "name the host alone, such as registry.example:5000")
		}
	}
	if cfg.Transport == nil {
		cfg.Transport = remote.DefaultTransport
	}
	return &Client{
		cfg:  cfg,
		keys: &keychain{cfg: cfg, accounts: map[string]account{}},
		wire: &wire{inner: cfg.Transport, insecure: cfg.Insecure},
	}, nil
}

// Reference is a place in a registry to push to.
type Reference struct{ ref name.Reference }

// String is the full reference, registry and tag included.
func (r Reference) String() string { return r.ref.Name() }

// ParseReferences reads references such as registry.example/app:1.2. A reference without a registry means Docker Hub
// and one without a tag means latest, as everywhere. A digest is refused: what is pushed decides it.
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
				hint = "name a tag: the digest follows from what is pushed"
			}
			return nil, fault.Request(fmt.Errorf("the push reference %q is not valid: %w", s, err), hint)
		}
		out = append(out, Reference{ref: tag})
	}
	return out, nil
}

// Holds tells whether a reference is one of the registry at host. A reference that does not parse is of none.
func Holds(host, ref string) bool {
	parsed, err := name.ParseReference(ref)
	return err == nil && parsed.Context().RegistryStr() == canonical(host)
}

// canonical is a registry's host as references have it, where docker.io is index.docker.io; empty for what is no host.
func canonical(host string) string {
	r, err := name.NewRegistry(host)
	if err != nil {
		return ""
	}
	return r.RegistryStr()
}

// options are those for a registry, which is the run's own or any other.
func (c *Client) options(own bool) []remote.Option {
	return []remote.Option{
		remote.WithUserAgent(c.cfg.UserAgent),
		remote.WithTransport(c.wire),
		remote.WithAuthFromKeychain(chain{keychain: c.keys, own: own}),
	}
}
