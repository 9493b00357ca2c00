package registry

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/fault"
)

// Tags lists the tags of the repository that a reference is in, in the registry's order. A reference that does not parse is a
// wrong request.
func (c *Client) Tags(ctx context.Context, ref string) ([]string, error) {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the image reference %q is not valid: %w", ref, err), "")
	}
	repository, err := name.NewRepository(parsed.Context().Name(), c.wire.options(parsed.Context().RegistryStr())...)
	if err != nil {
		return nil, err
	}
	tags, err := remote.List(repository, append(c.options(), remote.WithContext(ctx))...)
	if err != nil {
		return nil, fmt.Errorf("the tags of %s: %w", repository, c.explain(repository, pull, err))
	}
	return tags, nil
}
