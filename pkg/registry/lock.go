package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
)

// metadataWrite is the scope of tokens that lock, and that read back what is locked.
const metadataWrite = metadataRead + ",metadata_write"

// Stored is an image in a registry.
type Stored struct {
	Digest     string
	References []Reference // tags that lead to it
}

// UnlockedError says that not all of what was to be locked is.
type UnlockedError struct {
	Unlocked []string // manifests and tags, as references
	Err      error    // why the first of them is not locked
}

// Error is the failure, and what is not locked.
func (e *UnlockedError) Error() string { return e.Err.Error() + "; " + e.Left() }

// Left says what is not locked.
func (e *UnlockedError) Left() string { return "not locked: " + strings.Join(e.Unlocked, ", ") }

// Unwrap returns the failure.
func (e *UnlockedError) Unwrap() error { return e.Err }

// CheckLock refuses references that Lock cannot lock, as a wrong request: only Azure Container Registry has locks.
func CheckLock(refs []Reference) error {
	for _, r := range refs {
		if host := r.ref.Context().RegistryStr(); !entra.Serves(host) {
			return fault.Request(fmt.Errorf("%s cannot be locked: %s is not an Azure Container Registry", r, host),
				fault.Hintf("push there in a run of its own, without %s: other registries keep tags from moving by a setting of the repository", fault.Input("lock")))
		}
	}
	return nil
}

// Lock has Azure Container Registry take no more writes to images: to their manifest, by its digest, and to each tag. Both can then be neither
// replaced nor deleted. It asks back whether each is locked, and whether the tag still leads to the image. What is locked already stays so.
// The first failure ends it with an *UnlockedError.
func (c *Client) Lock(ctx context.Context, images ...Stored) error {
	all, err := c.lockables(images)
	if err != nil {
		return err
	}
	apis := map[name.Repository]*acr{}
	for n, l := range all {
		if err := c.lock(ctx, apis, l); err != nil {
			left := &UnlockedError{Err: fmt.Errorf("locking %s: %w", l.ref.Name(), err)}
			for _, l := range all[n:] {
				left.Unlocked = append(left.Unlocked, l.ref.Name())
			}
			return left
		}
	}
	return nil
}

// lockable is a manifest or a tag that is to be locked.
type lockable struct {
	ref    name.Reference
	digest string // of the manifest that it is, or that the tag leads to
}

// lockables are the manifest and the tags of each image in each repository.
func (c *Client) lockables(images []Stored) ([]lockable, error) {
	var out []lockable
	for _, i := range images {
		if err := CheckLock(i.References); err != nil {
			return nil, err
		}
		tags, err := c.targets(i.References)
		if err != nil {
			return nil, err
		}
		for _, tag := range tags {
			manifest := lockable{tag.Context().Digest(i.Digest), i.Digest}
			if !slices.Contains(out, manifest) {
				out = append(out, manifest)
			}
			out = append(out, lockable{tag, i.Digest})
		}
	}
	return out, nil
}

// lock locks one manifest or tag, by the API of its repository, which it adds to those that are logged in.
func (c *Client) lock(ctx context.Context, apis map[name.Repository]*acr, l lockable) error {
	repo := l.ref.Context()
	explain := func(err error) error {
		return fault.WithHint(c.explain(repo, lock, err), "once that is put right, run the same step again: it finds the image there, and locks it")
	}
	if apis[repo] == nil {
		api, err := c.acr(ctx, repo, metadataWrite)
		if err != nil {
			return explain(err)
		}
		apis[repo] = api
	}
	var got acrTag
	err := c.again(ctx, failsForNow, func() (err error) {
		got, err = apis[repo].lock(ctx, l.ref)
		return err
	})
	if err != nil {
		return explain(err)
	}
	return l.check(got)
}

// check compares what a registry says of a manifest or a tag with what it is to be.
func (l lockable) check(got acrTag) error {
	switch {
	case got.Digest != l.digest:
		return fault.WithHint(fmt.Errorf("the registry says that it leads to %q, and not to %s", got.Digest, l.digest), "find out who else pushes to this tag")
	case got.Changeable.Write == nil || *got.Changeable.Write:
		return fault.WithHint(errors.New("the registry says that it can still be written"), "lock it by hand, with az acr repository update")
	}
	return nil
}

// lock takes the right to write from a manifest or a tag, leaves its other rights as they are, and returns what the registry says of it then.
func (a *acr) lock(ctx context.Context, ref name.Reference) (acrTag, error) {
	list := "_manifests/"
	if _, ok := ref.(name.Tag); ok {
		list = "_tags/"
	}
	at := a.address(list + ref.Identifier())
	if _, _, err := a.send(ctx, http.MethodPatch, at, []byte(`{"writeEnabled":false}`)); err != nil {
		return acrTag{}, err
	}
	raw, _, err := a.send(ctx, http.MethodGet, at, nil)
	if err != nil {
		return acrTag{}, err
	}
	var answer struct{ Manifest, Tag acrTag } // one of them
	if err := json.Unmarshal(raw, &answer); err != nil {
		return acrTag{}, fmt.Errorf("the answer about it is not valid: %w", err)
	}
	return cmp.Or(answer.Manifest, answer.Tag), nil
}
