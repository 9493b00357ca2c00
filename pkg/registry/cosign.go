package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// The annotations of the layers that cosign keeps statements in (https://github.com/sigstore/cosign, specs/ATTESTATION_SPEC.md): the type of the
// predicate, and a signature, which is empty where the layer is an envelope that holds its own.
const (
	cosignPredicateType = "predicateType"
	cosignSignature     = "dev.cosignproject.cosign/signature"
)

// appends is how often statements are appended anew, where somebody else changes what is under the tag in between.
const appends = 4

// keptElsewhereError says that statements cannot be added to those that cosign keeps under a tag.
type keptElsewhereError struct {
	tag string
	err error
}

// Error names the tag.
func (e *keptElsewhereError) Error() string {
	return e.tag + " takes no more statements: " + e.err.Error()
}

// Unwrap returns why.
func (e *keptElsewhereError) Unwrap() error { return e.err }

// byTags lists the tags of cosign under which the image has signatures and statements that are its only ones: with any bundle among what
// refers to it, cosign 3 asks for nothing else (https://github.com/sigstore/cosign, GetBundles in pkg/cosign/verify.go of version 3).
func (u *upload) byTags(ctx context.Context) ([]string, error) {
	digest := u.root().Digest
	var tags []string
	for _, end := range []string{cosignSignatures, cosignStatements} {
		tagged, err := u.place.tagged(ctx, digest, end)
		if err != nil {
			return nil, err
		}
		if len(tagged) > 0 {
			tags = append(tags, u.place.tagOf(digest, end).TagStr())
		}
	}
	if len(tags) == 0 {
		return nil, nil
	}
	before, err := u.place.Attached(ctx, digest.String())
	if err != nil || slices.ContainsFunc(before, func(a attest.Attachment) bool { return strings.HasPrefix(a.MediaType, attest.AnyBundle) }) {
		return nil, err
	}
	return tags, nil
}

// attachByTag adds the envelopes among artifacts to the statements that cosign keeps under a tag of the image, in the place of those that are
// chosen, and attaches all others as referrers. A *keptElsewhereError leaves what is under the tag as it was.
func (u *upload) attachByTag(ctx context.Context, artifacts []Artifact, choose choice) error {
	var envelopes []Artifact
	for _, a := range artifacts {
		if a.Type == attest.EnvelopeType {
			envelopes = append(envelopes, a)
		}
	}
	if len(envelopes) > 0 {
		if err := u.appendAll(ctx, u.place.tagOf(u.root().Digest, cosignStatements), envelopes, choose); err != nil {
			return err
		}
	}
	for _, a := range artifacts {
		if a.Type == attest.EnvelopeType {
			continue
		}
		if _, err := u.attachOne(ctx, a); err != nil {
			return fmt.Errorf("%s: %w", a.Type, err)
		}
	}
	return nil
}

// appendAll adds envelopes to what is under a tag, without the layers that are chosen, and reads it back. A registry changes a tag whatever it led to before, so that the tag is
// asked for right before it is written and right after that: what somebody else has written in between is read, and added to.
func (u *upload) appendAll(ctx context.Context, tag name.Tag, envelopes []Artifact, choose choice) error {
	for range appends {
		before, err := u.statementsAt(ctx, tag)
		if err != nil {
			return err
		}
		missing, err := notThere(before, envelopes)
		if err != nil || len(missing) == 0 {
			return err // somebody else has added to them
		}
		gone, err := u.replacedIn(ctx, before, envelopes, choose)
		if err != nil {
			return err
		}
		content, err := u.edited(ctx, before, gone, missing)
		if err != nil {
			return err
		}
		file := *u
		file.content, file.meters = content, nil // it is small
		if err := file.store(ctx); err != nil {
			return err
		}
		if now, err := u.statementsAt(ctx, tag); err != nil || !bytes.Equal(now, before) {
			if err != nil {
				return err
			}
			continue
		}
		if err := u.put(ctx, tag, file.root()); err != nil {
			return notMoved(tag, err)
		}
		err = u.shows(ctx, tag, file.root())
		var other *otherContentError
		if !errors.As(err, &other) {
			return err
		}
	}
	return fmt.Errorf("others write to %s all the time", tag.TagStr())
}

// notMoved tells a registry that does not let the tag be moved, such as one with immutable tags, from one that fails, is busy or does not
// know who asks.
func notMoved(tag name.Tag, err error) error {
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode/100 != 4 {
		return err
	}
	switch refused.StatusCode {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return err
	}
	return &keptElsewhereError{tag.TagStr(), err}
}

// maySign refuses, before anything is sent, to attach statements to an image whose statements would have to go under a tag of cosign's that
// leads to something else.
func (u *upload) maySign(ctx context.Context) error {
	tags, err := u.byTags(ctx)
	if err != nil || len(tags) == 0 {
		return err
	}
	_, err = u.statementsAt(ctx, u.place.tagOf(u.root().Digest, cosignStatements))
	var elsewhere *keptElsewhereError
	if errors.As(err, &elsewhere) {
		return nil // they become bundles
	}
	return err
}

// statementsAt is the manifest under a tag of cosign's; empty where there is none. It is a wrong request to write to one that leads to anything
// but statements.
func (u *upload) statementsAt(ctx context.Context, tag name.Tag) ([]byte, error) {
	got, err := u.place.get(ctx, tag)
	if got == nil {
		return nil, err
	}
	if err := u.areStatements(got); err != nil {
		return nil, fault.Request(fmt.Errorf("%s is where cosign keeps statements about the image, and %w: nothing is written over it", tag.Name(), err),
			"find out who put that there, and delete the tag from the registry if nobody needs it")
	}
	if len(got.Manifest) > image.MaxDocumentManifest {
		return nil, &keptElsewhereError{tag.TagStr(), fmt.Errorf("its manifest has more than %d bytes", image.MaxDocumentManifest)}
	}
	return got.Manifest, nil
}

// areStatements says what else a manifest is than statements that cosign keeps.
func (u *upload) areStatements(got *remote.Descriptor) error {
	switch {
	case got.Digest == u.root().Digest:
		return errors.New("it leads to the image itself")
	case !mediaType(got).IsImage():
		return fmt.Errorf("it leads to content of the type %.100q", mediaType(got))
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(got.Manifest))
	if err != nil {
		return fmt.Errorf("what it leads to is no manifest: %w", err)
	}
	for _, l := range manifest.Layers {
		if !image.HoldsStatement(l.MediaType) {
			return fmt.Errorf("it leads to something with a layer of the type %.100q", l.MediaType)
		}
	}
	if len(manifest.Layers) == 0 {
		return errors.New("it leads to something without statements")
	}
	return nil
}

// notThere are the envelopes that a manifest does not have as layers.
func notThere(manifest []byte, envelopes []Artifact) ([]Artifact, error) {
	if manifest == nil {
		return envelopes, nil
	}
	parsed, err := v1.ParseManifest(bytes.NewReader(manifest))
	if err != nil {
		return nil, fmt.Errorf("what is there is no manifest: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(envelopes), func(a Artifact) bool {
		digest := image.NewBlob(types.MediaType(a.Type), a.Body).Digest
		return slices.ContainsFunc(parsed.Layers, func(l v1.Descriptor) bool { return l.Digest == digest })
	}), nil
}

// edited is a manifest without some layers and with further ones: the one that was there, of which all else stays as it was, or a new one.
func (u *upload) edited(ctx context.Context, before []byte, gone []v1.Hash, envelopes []Artifact) (image.Content, error) {
	manifest := map[string]json.RawMessage{"schemaVersion": []byte("2"), "mediaType": quoted(types.OCIManifestSchema1), "layers": []byte("[]")}
	var old struct {
		MediaType types.MediaType
		Config    v1.Descriptor
		Layers    []json.RawMessage
	}
	if before != nil {
		manifest = nil
		if err := errors.Join(json.Unmarshal(before, &manifest), json.Unmarshal(before, &old)); err != nil {
			return image.Content{}, fmt.Errorf("what is there is no manifest: %w", err)
		}
	}
	var out image.Content
	var err error
	if old.Layers, err = withoutLayers(old.Layers, gone); err != nil {
		return out, err
	}
	for _, a := range envelopes {
		blob := image.NewBlob(types.MediaType(a.Type), a.Body)
		raw, err := json.Marshal(v1.Descriptor{MediaType: blob.MediaType, Digest: blob.Digest, Size: blob.Size, Annotations: map[string]string{cosignSignature: "", cosignPredicateType: a.PredicateType}})
		if err != nil {
			return out, err
		}
		out.Blobs, old.Layers = append(out.Blobs, blob), append(old.Layers, raw)
	}
	config, err := u.editedConfig(ctx, before != nil, old.Config, gone, out.Blobs)
	if err != nil {
		return out, err
	}
	if config != nil {
		out.Blobs = append(out.Blobs, *config)
		old.Config = v1.Descriptor{MediaType: config.MediaType, Digest: config.Digest, Size: config.Size}
		if manifest["config"], err = json.Marshal(old.Config); err != nil {
			return out, err
		}
	}
	if manifest["layers"], err = json.Marshal(old.Layers); err != nil {
		return out, err
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return out, err
	}
	if old.MediaType == "" {
		old.MediaType = types.OCIManifestSchema1
	}
	root := image.Manifest{Digest: image.NewBlob(old.MediaType, raw).Digest, MediaType: old.MediaType, Raw: raw}
	out.Manifests = []image.Manifest{root}
	return out, nil
}

// editedConfig is the configuration with the diff IDs of those layers, as cosign keeps that of an image; nil where what is there is none.
// They are not compressed, so that their diff IDs are their digests (OCI image specification, "Layer DiffID").
func (u *upload) editedConfig(ctx context.Context, there bool, of v1.Descriptor, gone []v1.Hash, layers []image.Blob) (*image.Blob, error) {
	config := map[string]json.RawMessage{"architecture": quoted(""), "os": quoted(""), "config": []byte("{}"), "rootfs": []byte("{}")}
	mt := types.OCIConfigJSON
	if there {
		if mt = of.MediaType; !mt.IsConfig() {
			return nil, nil
		}
		raw, err := u.place.small(ctx, of.Digest, maxSurveyConfig)
		if err == nil {
			config = nil
			err = json.Unmarshal(raw, &config)
		}
		if err != nil {
			return nil, fmt.Errorf("the configuration of what is there: %w", err)
		}
	}
	var rootfs struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	}
	var history []json.RawMessage
	for field, to := range map[string]any{"rootfs": &rootfs, "history": &history} {
		if raw := config[field]; raw != nil {
			if err := json.Unmarshal(raw, to); err != nil {
				return nil, fmt.Errorf("the configuration of what is there: %s: %w", field, err)
			}
		}
	}
	rootfs.Type = "layers"
	rootfs.DiffIDs = slices.DeleteFunc(rootfs.DiffIDs, func(id string) bool {
		return slices.ContainsFunc(gone, func(d v1.Hash) bool { return d.String() == id })
	})
	history = history[:min(len(history), len(rootfs.DiffIDs))]
	for _, l := range layers {
		rootfs.DiffIDs, history = append(rootfs.DiffIDs, l.Digest.String()), append(history, []byte("{}"))
	}
	for field, from := range map[string]any{"rootfs": rootfs, "history": history} {
		raw, err := json.Marshal(from)
		if err != nil {
			return nil, err
		}
		config[field] = raw
	}
	raw, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	blob := image.NewBlob(mt, raw)
	return &blob, nil
}

// quoted is a text as JSON.
func quoted[T ~string](text T) json.RawMessage {
	raw, _ := json.Marshal(string(text)) // a string always can
	return raw
}
