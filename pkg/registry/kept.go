package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/layergate/layergate/pkg/fault"
)

// Kept is what a registry tells about a manifest beside its content.
type Kept struct {
	Digest  string
	Tags    []string  // that lead to it, sorted
	Pushed  time.Time // when the registry got it
	Updated time.Time // when the manifest, its tags or its lock last changed
	Size    int64     // bytes of the image as the registry counts them; 0 where it does not
	Locked  bool      // it or one of its tags cannot be written or deleted
}

// Kept lists all manifests of a repository (HOST/REPOSITORY), also those without a tag, by digest. Only Azure Container Registry tells:
// of any other, told is false.
func (c *Client) Kept(ctx context.Context, repository string) (list []Kept, told bool, err error) {
	repo, err := c.repository(repository)
	if err != nil {
		return nil, false, err
	}
	api, err := c.acr(ctx, repo, metadataRead)
	if api == nil && err == nil {
		return nil, false, nil
	}
	if err == nil {
		list, err = api.kept(ctx)
	}
	if err != nil {
		return nil, true, fmt.Errorf("what %s keeps: %w", repository, c.explain(repo, pull, err))
	}
	return list, true, nil
}

// kept joins the lists of manifests and of tags.
func (a *acr) kept(ctx context.Context) ([]Kept, error) {
	manifests, err := a.manifests(ctx)
	if err != nil {
		return nil, err
	}
	tags, err := a.tags(ctx)
	if err != nil {
		return nil, err
	}
	locked := map[string]bool{}
	for _, t := range tags {
		locked[t.Digest] = locked[t.Digest] || t.Changeable.locked()
	}
	out := make([]Kept, 0, len(manifests))
	for _, m := range manifests {
		slices.Sort(m.Tags)
		out = append(out, Kept{Digest: m.Digest, Tags: m.Tags, Pushed: m.Created, Updated: m.Updated, Size: m.ImageSize, Locked: m.Changeable.locked() || locked[m.Digest]})
	}
	return out, nil
}

// repository is a repository with what is known of its registry. A name that is none is a wrong request.
func (c *Client) repository(text string) (name.Repository, error) {
	parsed, err := name.NewRepository(text)
	if err != nil {
		return parsed, fault.Request(fmt.Errorf("the repository %q is not valid: %w", text, err), "write HOST/REPOSITORY, such as registry.example/team/app")
	}
	return name.NewRepository(parsed.Name(), c.wire.options(parsed.RegistryStr())...)
}
