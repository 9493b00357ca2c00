package registry

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
)

// copied lists those that are copied.
func (r *Referrers) copied() []Referrer {
	return slices.DeleteFunc(slices.Clone(r.List), func(e Referrer) bool { return e.Left != "" })
}

// content is what has to be stored of those that are copied, each once.
func (r *Referrers) content() image.Content {
	var out image.Content
	seen := map[string]bool{}
	for _, e := range r.copied() {
		if seen[e.Digest] {
			continue
		}
		seen[e.Digest] = true
		doc := r.documents[e.Digest]
		out.Manifests = append(out.Manifests, doc.manifest)
		for _, b := range doc.blobs {
			if !seen[b.Digest.String()] {
				seen[b.Digest.String()] = true
				out.Blobs = append(out.Blobs, b)
			}
		}
	}
	return out
}

// copy copies what refers to the image, and reads it back: first blobs and manifests, then the lists of referrers where the
// registry makes none, then the tags of cosign. It returns what the repository has other content for, which stays as it is.
func (u *upload) copy(ctx context.Context, r *Referrers) (left []Referrer, err error) {
	documents := *u
	documents.content = r.content()
	if len(documents.content.Manifests) == 0 {
		return nil, nil
	}
	if err := documents.store(ctx); err != nil {
		return nil, err
	}
	bySubject := map[string][]v1.Descriptor{}
	var subjects []string
	for _, e := range r.copied() {
		if e.Tag != "" {
			continue
		}
		if bySubject[e.Subject] == nil {
			subjects = append(subjects, e.Subject)
		}
		bySubject[e.Subject] = append(bySubject[e.Subject], r.documents[e.Digest].listed)
	}
	for _, subject := range subjects {
		digest, err := v1.NewHash(subject)
		if err == nil {
			err = u.list(ctx, digest, bySubject[subject]...)
		}
		if err != nil {
			return nil, fmt.Errorf("listing what refers to %s: %w", subject, err)
		}
	}
	for _, e := range r.copied() {
		if e.Tag == "" {
			continue
		}
		taken, err := u.tagDocument(ctx, e.Tag, r.documents[e.Digest].manifest)
		if err != nil {
			return nil, fmt.Errorf("tagging %s: %w", e.Tag, err)
		}
		if taken {
			left = append(left, e)
		}
	}
	return left, nil
}

// tagDocument points a tag of cosign's at a manifest. One that leads to another manifest is left as it is, since the signatures in that
// one would be lost; taken tells so.
func (u *upload) tagDocument(ctx context.Context, name string, m image.Manifest) (taken bool, err error) {
	tag := u.repo.Tag(name)
	got, err := u.place.get(ctx, tag)
	if err != nil {
		return false, err
	}
	if got != nil {
		return !bytes.Equal(got.Manifest, m.Raw), nil
	}
	if err := u.put(ctx, tag, m); err != nil {
		return false, err
	}
	return false, u.same(ctx, tag, m)
}
