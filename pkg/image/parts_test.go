package image_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// shelf is a repository without a network, which verifies nothing.
type shelf struct {
	image.Repository
	root      v1.Hash
	manifests map[v1.Hash]image.Manifest
	blobs     map[v1.Hash]io.Reader
	open      *int // blobs
}

func (s shelf) Root(ctx context.Context) (image.Manifest, error) { return s.Manifest(ctx, s.root) }

func (s shelf) Manifest(_ context.Context, digest v1.Hash) (image.Manifest, error) {
	m, ok := s.manifests[digest]
	if !ok {
		return m, errors.New("there is no " + digest.String())
	}
	return m, nil
}

func (s shelf) Blob(_ context.Context, digest v1.Hash) (io.ReadCloser, error) {
	r, ok := s.blobs[digest]
	if !ok {
		return nil, errors.New("there is no " + digest.String())
	}
	*s.open++
	return openBlob{r, s.open}, nil
}

type openBlob struct {
	io.Reader
	open *int
}

func (b openBlob) Close() error { *b.open--; return nil }

// The parts of an index are all manifests in it, however deep, and the configurations of those that are images where they are asked for.
func TestParts(t *testing.T) {
	t.Parallel()
	manifests := map[v1.Hash]image.Manifest{}
	put := func(mt types.MediaType, content any) v1.Descriptor {
		raw := must(json.Marshal(content))(t)
		d := v1.Descriptor{MediaType: mt, Digest: imagetest.Digest(raw), Size: int64(len(raw))}
		manifests[d.Digest] = image.Manifest{MediaType: mt, Digest: d.Digest, Raw: raw}
		return d
	}
	index := func(parts ...v1.Descriptor) v1.Descriptor {
		return put(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, Manifests: parts})
	}
	config := func(of string) v1.Hash { return imagetest.Digest([]byte(of)) }
	ofConfig := func(of string) v1.Descriptor {
		return put(types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: config(of)}})
	}
	a, b := ofConfig("a"), ofConfig("b")
	inner := index(b)
	other := v1.Descriptor{MediaType: "application/vnd.example", Digest: config("other")}
	gone := v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: config("gone")}
	goneIndex := v1.Descriptor{MediaType: types.OCIImageIndex, Digest: config("gone")}
	all := index(a, inner, other)
	for _, tt := range []struct {
		name    string
		root    v1.Descriptor
		configs bool
		want    []v1.Hash
		fails   string
	}{
		{name: "an image", root: a},
		{name: "the configuration of an image", root: a, configs: true, want: []v1.Hash{config("a")}},
		{name: "an index", root: all, want: []v1.Hash{a.Digest, inner.Digest, b.Digest, other.Digest}},
		{name: "configurations of an index", root: all, configs: true, want: []v1.Hash{a.Digest, config("a"), inner.Digest, b.Digest, config("b"), other.Digest}},
		{name: "an image that is gone", root: index(gone), want: []v1.Hash{gone.Digest}},
		{name: "the configuration of an image that is gone", root: index(gone), configs: true, fails: "there is no sha256:"},
		{name: "an index that is gone", root: index(goneIndex), fails: "there is no sha256:"},
		{name: "nothing", root: gone, fails: "there is no sha256:"},
		{name: "no index", root: put(types.OCIImageIndex, map[string]int{"manifests": 1}), fails: "the index sha256:"},
		{name: "no image", root: put(types.OCIManifestSchema1, map[string]int{"config": 1}), configs: true, fails: "the manifest sha256:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := image.Parts(context.Background(), shelf{root: tt.root.Digest, manifests: manifests}, tt.configs)
			var want []string
			for _, digest := range tt.want {
				want = append(want, digest.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parts() (-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("Parts() = %v, want an error with %q", err, tt.fails)
			}
		})
	}
}

// circular is a repository that gives one manifest for all references.
type circular struct {
	image.Repository
	manifest image.Manifest
	asked    *int
}

func (c circular) Root(context.Context) (image.Manifest, error) { return c.manifest, nil }

func (c circular) Manifest(context.Context, v1.Hash) (image.Manifest, error) {
	*c.asked++
	return c.manifest, nil
}

// Of what an index leads to, a thousand manifests are read.
func TestIndexWithoutAnEnd(t *testing.T) {
	t.Parallel()
	asked, ctx := 0, context.Background()
	part := fmt.Sprintf(`{"mediaType":%q,"size":9,"digest":"sha256:%s"}`, types.OCIImageIndex, strings.Repeat("0", 64))
	repo := circular{asked: &asked, manifest: image.Manifest{MediaType: types.OCIImageIndex, Raw: []byte(`{"schemaVersion":2,"manifests":[` + part + `]}`)}}
	if got, err := image.Parts(ctx, repo, false); asked != 1000 || err == nil || !strings.Contains(err.Error(), "more than 1000 manifests") {
		t.Errorf("Parts() = %d, %v after %d manifests, want an error after 1000", len(got), err, asked)
	}
	asked = 0
	if got, err := image.ArtifactType(ctx, repo, repo.manifest); asked != 1000 || got != "" || err != nil {
		t.Errorf("ArtifactType() = %q, %v after %d manifests, want an image after 1000", got, err, asked)
	}
}
