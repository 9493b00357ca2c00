package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
)

// Repositories lists the repositories of a registry, as HOST/REPOSITORY, in the registry's order. A host that is none is a wrong
// request. Many registries let few accounts ask this, or none.
func (c *Client) Repositories(ctx context.Context, host string) ([]string, error) {
	r, err := name.NewRegistry(host, c.wire.options(host)...)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the registry %q is not of the form HOST or HOST:PORT", host), "name the host alone, such as registry.example:5000")
	}
	if err := checkPort(r.RegistryStr()); err != nil {
		return nil, err
	}
	names, err := c.catalog(ctx, r)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode < http.StatusInternalServerError {
		return nil, fault.WithHint(fmt.Errorf("the repositories of %s cannot be listed (%s)", host, status(refused)),
			fmt.Sprintf("name the repositories themselves; an account of Azure Container Registry needs the role %q where its role assignment mode is %s, and AcrPull elsewhere", roleCatalog, modeABAC))
	}
	if err != nil {
		return nil, fmt.Errorf("the repositories of %s: %w", host, c.explain(r.Repo("library"), pull, err))
	}
	out := make([]string, 0, len(names))
	for _, n := range names {
		out = append(out, host+"/"+n)
	}
	return out, nil
}

func (c *Client) catalog(ctx context.Context, registry name.Registry) ([]string, error) {
	client, err := c.loggedInAs(ctx, registry, registry, []string{registry.Scope(transport.PullScope)})
	if err != nil {
		return nil, err
	}
	at := &url.URL{Scheme: registry.Scheme(), Host: registry.RegistryStr(), Path: "/v2/_catalog"}
	return listing{client: client, at: at, field: "repositories"}.all(ctx)
}

// Digest is the digest of the manifest or index that the image's reference names, as the registry says it. The error is fs.ErrNotExist where
// the registry says that it has none.
func (i *Image) Digest(ctx context.Context) (string, error) {
	got, err := i.puller.Head(ctx, i.ref)
	switch {
	case isMissing(err):
		return "", missingError{fmt.Errorf("the digest of %s: %w", i.ref, i.explain(err))}
	case err != nil:
		return "", fmt.Errorf("the digest of %s: %w", i.ref, i.explain(err))
	}
	return got.Digest.String(), nil
}

// missingError says that a registry does not have something.
type missingError struct{ error }

// Is tells that it is fs.ErrNotExist.
func (missingError) Is(target error) bool { return target == fs.ErrNotExist }

// Unwrap is what the registry said.
func (e missingError) Unwrap() error { return e.error }
