package image_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// manifests is a registry that gives manifests as they are, verifies nothing, and has no blob.
type manifests struct {
	root  v1.Descriptor
	bytes map[v1.Hash]string
}

func (m manifests) Root(ctx context.Context) (image.Manifest, error) {
	got, err := m.Manifest(ctx, m.root.Digest)
	got.MediaType = m.root.MediaType
	return got, err
}

func (m manifests) Manifest(_ context.Context, digest v1.Hash) (image.Manifest, error) {
	return image.Manifest{Digest: digest, Raw: []byte(m.bytes[digest])}, nil
}

var errAsked = errors.New("a blob was asked for")

func (manifests) Referrers(context.Context, v1.Hash) ([]v1.Descriptor, error) { return nil, errAsked }

func (manifests) Blob(context.Context, v1.Hash) (io.ReadCloser, error) { return nil, errAsked }

// What cannot be an image, or would be too large, is refused by its manifests, before a blob of it is read.
func TestOpenRegistryRefusesByManifests(t *testing.T) {
	t.Parallel()
	sized := func(size int64) func(l *layout) v1.Descriptor {
		return func(l *layout) v1.Descriptor {
			return l.image(func(_ *v1.ConfigFile, m *v1.Manifest) { m.Layers[0].Size = size })
		}
	}
	tests := []struct {
		name    string
		build   func(l *layout) v1.Descriptor
		lie     func(bytes map[v1.Hash]string, child v1.Hash) // about the manifest below the index
		wantErr string
	}{
		{name: "an image", build: func(l *layout) v1.Descriptor { return l.index(l.image(nil)) }, wantErr: errAsked.Error()},
		{name: "a manifest of other bytes", build: func(l *layout) v1.Descriptor { return l.index(l.image(nil)) },
			lie:     func(bytes map[v1.Hash]string, child v1.Hash) { bytes[child] += " " },
			wantErr: "has the wrong content"},
		{name: "a manifest of another size", build: func(l *layout) v1.Descriptor {
			d := l.image(nil)
			d.Size++
			return l.index(d)
		}, wantErr: "but its descriptor says"},
		{name: "a child that is no image", build: func(l *layout) v1.Descriptor { return l.index(l.blob("text/plain", "hello")) }, wantErr: `it has the media type "text/plain"`},
		{name: "a child by another kind of digest", build: func(l *layout) v1.Descriptor {
			d := l.image(nil)
			d.Digest = v1.Hash{Algorithm: "sha512", Hex: strings.Repeat("ab", 64)}
			return l.index(d)
		}, wantErr: "only sha256 is"},
		{name: "a large manifest", build: func(l *layout) v1.Descriptor {
			l.image(nil)
			return l.blob(types.OCIManifestSchema1, l.files[len(l.files)-1].Body+strings.Repeat(" ", 4<<20))
		}, wantErr: "more than the 4194304 that are allowed"},
		{name: "indexes in indexes", build: func(l *layout) v1.Descriptor {
			d := l.image(nil)
			for range 5 {
				d = l.index(d)
			}
			return d
		}, wantErr: "nested too deeply"},
		{name: "many manifests", build: func(l *layout) v1.Descriptor {
			children := []v1.Descriptor{l.image(nil)}
			for i := range 1001 {
				children = append(children, l.blob(types.OCIImageIndex, fmt.Sprintf(`{"schemaVersion":2,"manifests":[],"annotations":{"n":"%d"}}`, i)))
			}
			return l.index(children...)
		}, wantErr: "names more than 1000 manifests"},
		{name: "many layers", build: func(l *layout) v1.Descriptor {
			return l.image(func(_ *v1.ConfigFile, m *v1.Manifest) {
				for range 512 {
					m.Layers = append(m.Layers, m.Layers[0])
				}
			})
		}, wantErr: "names 513 layers, more than 512"},
		{name: "a blob of less than nothing", build: sized(-1), wantErr: "names a blob of -1 bytes"},
		{name: "blobs of more bytes than can be counted", build: sized(math.MaxInt64), wantErr: "names a blob of 9223372036854775807 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			repo := manifests{root: tt.build(l), bytes: map[v1.Hash]string{}}
			for _, f := range l.files {
				repo.bytes[imagetest.Digest([]byte(f.Body))] = f.Body
			}
			if tt.lie != nil {
				for digest, body := range repo.bytes {
					if strings.Contains(body, `"layers":[`) && strings.Contains(body, `"config":{`) {
						tt.lie(repo.bytes, digest)
					}
				}
			}
			_, err := pull(t, context.Background(), "registry:registry.example/app:1", func(o *image.Options) {
				o.Registry = func(string) (image.Repository, error) { return repo, nil }
			})
			if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("Open() = %v, want an error with %q", err, tt.wantErr)
			}
		})
	}
}
