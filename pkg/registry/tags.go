package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/fault"
)

// Tags lists the tags of the repository that a reference is in, in the registry's order. A reference that does not parse is a
// wrong request.
func (c *Client) Tags(ctx context.Context, ref string) ([]string, error) {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the image reference %q is not valid: %w", ref, err), "")
	}
	repository, err := c.repository(parsed.Context().Name())
	if err != nil {
		return nil, err
	}
	tags, err := c.tags(ctx, repository)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		err := fmt.Errorf("%s has no repository %s (%s)", repository.RegistryStr(), repository.RepositoryStr(), status(refused))
		return nil, fault.WithHint(err, "check its name; some registries say this, too, to an account that may not read it")
	}
	if err != nil {
		return nil, fmt.Errorf("the tags of %s: %w", repository, c.explain(repository, pull, err))
	}
	return tags, nil
}

func (c *Client) tags(ctx context.Context, repo name.Repository) ([]string, error) {
	client, err := c.loggedIn(ctx, repo, transport.PullScope)
	if err != nil {
		return nil, err
	}
	return listing{client: client, at: addressIn(repo, "tags/list"), field: "tags"}.all(ctx)
}
