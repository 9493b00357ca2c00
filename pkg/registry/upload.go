package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/progress"
)

// jobs is how many blobs are sent, or read back, at once.
const jobs = 4

// upload is one image on its way to a repository.
type upload struct {
	client  *Client
	repo    name.Repository
	content image.Content
	source  *Image // where blobs can be mounted from; nil for nowhere
	fixed   bool   // no tag is moved from one image to another
	puller  *remote.Puller
	place   *Image       // reads of the same repository
	writer  *http.Client // logged in
	meters  progress.Reporter
}

// upload logs in to a repository. What lies in another repository of the same registry, where the image was read from, is mounted.
func (c *Client) upload(ctx context.Context, repo name.Repository, p Promotion) (*upload, error) {
	u := &upload{client: c, repo: repo, content: p.Content, fixed: p.ImmutableTags, meters: c.cfg.Meters}
	var alsoRead []string
	if p.Source != nil && p.Source.ref.Context().RegistryStr() == repo.RegistryStr() {
		u.source = p.Source
		alsoRead = append(alsoRead, p.Source.ref.Scope(transport.PullScope))
	}
	// A login that fails is told as such, and not as the failure of whichever blob was the first.
	var err error
	if u.writer, err = c.loggedIn(ctx, repo, transport.PushScope, alsoRead...); err != nil {
		return nil, err
	}
	if u.puller, err = remote.NewPuller(c.options()...); err != nil {
		return nil, err
	}
	u.place = &Image{client: c, ref: repo.Tag(name.DefaultTag), puller: u.puller}
	return u, nil
}

// store writes blobs and manifests, and no tag, and reads them back.
func (u *upload) store(ctx context.Context) error {
	if err := u.sendAll(ctx); err != nil {
		return err
	}
	for _, m := range u.content.Manifests {
		if err := u.keep(ctx, m); err != nil {
			return fmt.Errorf("pushing the manifest %s: %w", m.Digest, err)
		}
	}
	return u.readBack(ctx)
}

// keep stores a manifest under its digest. A registry may refuse to write one that it has already and that is locked: that is as good.
func (u *upload) keep(ctx context.Context, m image.Manifest) error {
	ref := u.repo.Digest(m.Digest.String())
	err := u.put(ctx, ref, m)
	var refused *transport.Error
	if errors.As(err, &refused) && u.same(ctx, ref, m) == nil {
		return nil
	}
	return err
}

func (u *upload) eachBlob(ctx context.Context, do func(context.Context, image.Blob) error) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for _, b := range u.content.Blobs {
		group.Go(func() error { return do(groupCtx, b) })
	}
	return group.Wait()
}

// sendAll sends the blobs. What the registry has already is not sent, and counts as nothing.
func (u *upload) sendAll(ctx context.Context) error {
	var total int64
	for _, b := range u.content.Blobs {
		total += b.Size
	}
	meter := progress.Begin(u.meters, "pushing to "+u.repo.Name(), total)
	defer meter.End()
	return u.eachBlob(ctx, func(ctx context.Context, b image.Blob) error {
		if err := u.send(ctx, b, meter); err != nil {
			return fmt.Errorf("pushing the blob %s: %w", b.Digest, err)
		}
		return nil
	})
}

// root is the manifest that tags point to.
func (u *upload) root() image.Manifest { return u.content.Manifests[len(u.content.Manifests)-1] }

// tag points a tag at the root and checks that it does. One that does so already is left alone: the registry may
// forbid to write it again.
func (u *upload) tag(ctx context.Context, tag name.Tag) error {
	if u.same(ctx, tag, u.root()) == nil {
		return nil
	}
	if err := u.mayMove(ctx, tag); err != nil {
		return err // somebody else was faster
	}
	if err := u.put(ctx, tag, u.root()); err != nil {
		return fmt.Errorf("tagging %s: %w", tag.Name(), err)
	}
	return u.shows(ctx, tag, u.root())
}

// mayMove refuses a tag that leads to another image, where tags are immutable. It is a wrong request: the tag was given away before.
func (u *upload) mayMove(ctx context.Context, tag name.Tag) error {
	if !u.fixed {
		return nil
	}
	got, err := u.place.get(ctx, tag)
	if err != nil || got == nil || bytes.Equal(got.Manifest, u.root().Raw) {
		return err
	}
	return fault.Request(fmt.Errorf("%s leads to %s already, and tags are immutable here: it is not moved to %s", tag.Name(), got.Digest, u.root().Digest),
		"push under a tag of its own, such as one with the commit or the version")
}

// put writes one manifest (OCI distribution specification, "Pushing Manifests") and nothing else.
// go-containerregistry's pusher would add an index under a tag of its own for a manifest that has a subject.
func (u *upload) put(ctx context.Context, ref name.Reference, m image.Manifest) error {
	return u.client.again(ctx, failsForNow, func() error { return u.putOnce(ctx, ref, m) })
}

func (u *upload) putOnce(ctx context.Context, ref name.Reference, m image.Manifest) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, u.address("manifests/"+ref.Identifier()).String(), bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", string(m.MediaType))
	resp, err := u.writer.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return checkSuccess(resp)
}

// tagState is the state of a tag after the attempt to move it failed.
type tagState int

const (
	tagElsewhere tagState = iota // it does not point to the image
	tagMoved
	tagUnknown
)

// state finds out where a tag points after its moving failed with err: an answer may be lost when all was done. It
// asks after ctx has ended, too.
func (u *upload) state(ctx context.Context, tag name.Tag, err error) tagState {
	var refused *transport.Error
	if errors.As(err, &refused) && refused.Request != nil && refused.Request.Method == http.MethodPut &&
		refused.StatusCode/100 == 4 && refused.StatusCode != http.StatusRequestTimeout {
		return tagElsewhere
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	err = u.same(ctx, tag, u.root())
	var answered *transport.Error
	var other *otherContentError
	switch {
	case err == nil:
		return tagMoved
	case errors.As(err, &other), errors.As(err, &answered) && answered.StatusCode == http.StatusNotFound:
		return tagElsewhere
	}
	return tagUnknown
}
