// Package registry moves images to a registry (OCI distribution specification), and only against a clearance: without
// one, nothing is sent. It also reads the images that a registry keeps.
//
// It must not import anything that reads images' content or decides about it.
package registry

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/fault"
)

// Config says how registries are reached.
type Config struct {
	// Username and Password are used for every registry that is pushed to, and for no other. Where both are empty, and
	// for other registries, the Docker configuration and its credential helpers are asked.
	Username, Password string
	Transport          http.RoundTripper // nil means remote.DefaultTransport
	UserAgent          string
}

// Client talks to registries.
type Client struct{ cfg Config }

// New makes a client. A user name without a password, or the other way round, is a wrong request.
func New(cfg Config) (*Client, error) {
	if (cfg.Username == "") != (cfg.Password == "") {
		return nil, fault.Request(fmt.Errorf("only one of registry user name and password is given"),
			"give both --registry-username and --registry-password, or neither to use the Docker configuration")
	}
	return &Client{cfg: cfg}, nil
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

// options are those for a registry that is pushed to.
func (c *Client) options() []remote.Option {
	if c.cfg.Username != "" {
		return append(c.anonymous(), remote.WithAuth(&authn.Basic{Username: c.cfg.Username, Password: c.cfg.Password}))
	}
	return c.otherOptions()
}

// otherOptions are those for any other registry.
func (c *Client) otherOptions() []remote.Option {
	return append(c.anonymous(), remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

func (c *Client) anonymous() []remote.Option {
	opts := []remote.Option{remote.WithUserAgent(c.cfg.UserAgent)}
	if c.cfg.Transport != nil {
		opts = append(opts, remote.WithTransport(c.cfg.Transport))
	}
	return opts
}
