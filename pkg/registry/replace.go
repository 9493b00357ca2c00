package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/image"
)

// Replace picks, among the statements that were attached to an image earlier, those whose place the new ones take, by where they stand in the
// list. The reference is the first that the image is pushed to in that repository.
type Replace func(to Reference, earlier []attest.Attachment) []int

// choice is a Replace in one repository; nil replaces nothing.
type choice func(earlier []attest.Attachment) []int

// in is what is replaced in the repository of a reference.
func (r Replace) in(to Reference) choice {
	if r == nil {
		return nil
	}
	return func(earlier []attest.Attachment) []int { return r(to, earlier) }
}

// replace removes bundles that were attached to the image before those that it is told of, once these are there. Where the registry has
// no list of referrers they are taken off the list under a tag, and lie there until the registry cleans up.
func (c *Client) replace(ctx context.Context, u *upload, choose choice, attached []v1.Hash) error {
	subject := u.root().Digest
	listed, byTag, err := u.place.listReferrers(ctx, u.writer, subject)
	if err != nil {
		return fmt.Errorf("looking among the referrers: %w", err)
	}
	var earlier []attest.Attachment
	var at []v1.Hash
	left := int64(maxStatementBytes)
	for _, d := range listed {
		if slices.Contains(attached, d.Digest) || !d.MediaType.IsImage() {
			continue
		}
		manifest, err := u.place.attachedManifest(ctx, d)
		if err != nil {
			return err
		}
		if len(manifest.Layers) != 1 {
			continue // what holds something else as well is not the gate's
		}
		before := len(earlier)
		if earlier, err = u.place.readStatements(ctx, manifest, earlier, &left); err != nil {
			return err
		}
		if len(earlier) > before {
			at = append(at, d.Digest)
		}
	}
	var gone []v1.Hash
	for _, i := range choose(earlier) {
		gone = append(gone, at[i])
	}
	if byTag {
		return u.unlist(ctx, subject, gone)
	}
	for _, digest := range gone {
		if _, err := c.Delete(ctx, u.repo.Name(), digest.String()); err != nil {
			return err
		}
	}
	return nil
}

// unlist takes manifests off the list of referrers under a tag. It is written again where somebody else replaced it meanwhile.
func (u *upload) unlist(ctx context.Context, subject v1.Hash, gone []v1.Hash) error {
	tag := u.place.tagOf(subject, "")
	for range fallbackTries {
		listed, err := u.place.fallback(ctx, subject)
		if err != nil {
			return err
		}
		stay := slices.DeleteFunc(slices.Clone(listed), func(d v1.Descriptor) bool { return slices.Contains(gone, d.Digest) })
		if len(stay) == len(listed) {
			return nil
		}
		if err := u.writeList(ctx, tag, stay); err != nil {
			return err
		}
	}
	return fmt.Errorf("the list of referrers under the tag %s was replaced by others at the same time", tag.TagStr())
}

// replacedIn are the layers of what cosign keeps under a tag whose place new envelopes take. Those envelopes themselves are none of them.
func (u *upload) replacedIn(ctx context.Context, before []byte, envelopes []Artifact, choose choice) ([]v1.Hash, error) {
	if before == nil || choose == nil {
		return nil, nil
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(before))
	if err != nil {
		return nil, fmt.Errorf("what is there is no manifest: %w", err)
	}
	left := int64(maxStatementBytes)
	earlier, err := u.place.readStatements(ctx, manifest, nil, &left)
	if err != nil {
		return nil, err
	}
	var out []v1.Hash
	for _, i := range choose(earlier) {
		digest := image.NewBlob(types.MediaType(earlier[i].MediaType), earlier[i].Body).Digest
		if !slices.ContainsFunc(envelopes, func(a Artifact) bool { return bytes.Equal(a.Body, earlier[i].Body) }) {
			out = append(out, digest)
		}
	}
	return out, nil
}

// withoutLayers are layers but for some.
func withoutLayers(layers []json.RawMessage, gone []v1.Hash) ([]json.RawMessage, error) {
	var out []json.RawMessage
	for _, raw := range layers {
		var d v1.Descriptor
		if err := json.Unmarshal(raw, &d); err != nil {
			return nil, fmt.Errorf("what is there is no manifest: %w", err)
		}
		if !slices.Contains(gone, d.Digest) {
			out = append(out, raw)
		}
	}
	return out, nil
}
