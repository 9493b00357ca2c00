package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	// Pulled is when somebody last pulled it or one of its tags; zero for never, or where TellsPulls is false.
	Pulled     time.Time
	TellsPulls bool // the registry says when it was pulled
}

// Told is how much a registry tells about what it keeps, beside what all registries tell.
type Told int

// The registries.
const (
	ToldNothing Told = iota
	ToldImages       // Harbor: images, also those without a tag, but not the parts of indexes and what is attached to images
	ToldAll          // Azure Container Registry: all manifests
)

// Kept lists what a registry tells about the manifests of a repository (HOST/REPOSITORY), by digest.
func (c *Client) Kept(ctx context.Context, repository string) (list []Kept, told Told, err error) {
	repo, err := c.repository(repository)
	if err != nil {
		return nil, ToldNothing, err
	}
	list, told, _, err = c.kept(ctx, repo)
	return list, told, err
}

// kept lists what a registry tells, and by how much its clock is ahead of the one here where it tells of pulls.
func (c *Client) kept(ctx context.Context, repo name.Repository) (list []Kept, told Told, ahead time.Duration, err error) {
	fails := func(err error) error { return fmt.Errorf("what %s keeps: %w", repo.Name(), c.explain(repo, pull, err)) }
	azure, err := c.acr(ctx, repo, metadataRead)
	if err != nil {
		return nil, ToldNothing, 0, fails(err)
	}
	if azure != nil {
		if list, err = azure.kept(ctx); err != nil {
			return nil, ToldNothing, 0, fails(err)
		}
		return list, ToldAll, 0, nil
	}
	harbor, err := c.harbor(ctx, repo)
	if err != nil {
		return nil, ToldNothing, 0, fails(err)
	}
	if harbor == nil {
		return nil, ToldNothing, 0, nil
	}
	if list, ahead, err = harbor.kept(ctx); err != nil {
		return nil, ToldNothing, 0, fails(err)
	}
	return list, ToldImages, ahead, nil
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
	if strings.Contains(text, "://") {
		err = errors.New("it has a scheme")
	}
	if err != nil {
		return parsed, fault.Request(fmt.Errorf("the repository %q is not valid: %w", text, err), "write HOST/REPOSITORY, such as registry.example/team/app")
	}
	if err := checkPort(parsed.RegistryStr()); err != nil {
		return parsed, err
	}
	return name.NewRepository(parsed.Name(), c.wire.options(parsed.RegistryStr())...)
}
