package image

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"

	"github.com/layergate/layergate/pkg/spool"
)

// Seal gives an image that has no manifest the one that a registry will store: layers that are not compressed are
// compressed, once and so that the same layer always gives the same bytes. An image that has a manifest is left alone.
func (img *Image) Seal(ctx context.Context) error {
	if !img.unsealed {
		return nil
	}
	p := img.Platforms[0]
	for _, l := range p.Layers {
		if err := img.sealLayer(ctx, l); err != nil {
			return fmt.Errorf("compressing layer %d: %w", l.Index, err)
		}
	}
	mediaTypes := dockerTypes
	if img.ociTypes || p.has(types.OCILayerZStd) {
		mediaTypes = ociTypes
	}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: mediaTypes.manifest}
	p.configType = mediaTypes.config
	manifest.Config = v1.Descriptor{MediaType: p.configType, Digest: p.ID, Size: int64(len(p.rawConfig))}
	for _, l := range p.Layers {
		if l.MediaType != types.OCILayerZStd {
			l.MediaType = mediaTypes.layer
		}
		manifest.Layers = append(manifest.Layers, v1.Descriptor{MediaType: l.MediaType, Digest: l.Digest, Size: l.Size})
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	p.Manifest = Manifest{Digest: digestOf(raw), MediaType: manifest.MediaType, Raw: raw}
	img.Root = p.Manifest
	img.unsealed = false
	return nil
}

type typeSet struct{ manifest, config, layer types.MediaType }

var (
	dockerTypes = typeSet{types.DockerManifestSchema2, types.DockerConfigJSON, types.DockerLayer}
	ociTypes    = typeSet{types.OCIManifestSchema1, types.OCIConfigJSON, types.OCILayer}
)

func (p *Platform) has(mt types.MediaType) bool {
	for _, l := range p.Layers {
		if l.MediaType == mt {
			return true
		}
	}
	return false
}

// sealLayer settles a layer's stored bytes: those of the archive where they are compressed as a registry's are, else newly
// compressed ones. The layer's diff ID is checked once more against the bytes that go into the compressor.
func (img *Image) sealLayer(ctx context.Context, l *Layer) error {
	r := bufio.NewReaderSize(spool.WithContext(ctx, l.Stored()), 1<<20)
	compression, err := SniffCompression(r)
	if err != nil {
		return err
	}
	stored := sha256.New()
	if compression == Gzip || compression == Zstd {
		if _, err := io.Copy(stored, r); err != nil {
			return err
		}
		if compression == Zstd {
			l.MediaType = types.OCILayerZStd
		}
		return l.Verified(sha256Hash(stored))
	}
	content, err := Decompress(r, compression)
	if err != nil {
		return err
	}
	defer content.Close()
	buf := img.spool.Buffer()
	// The header carries no time and no name: nothing but the content decides the bytes.
	zw, err := gzip.NewWriterLevel(io.MultiWriter(stored, buf), gzip.DefaultCompression)
	if err != nil {
		return err
	}
	plain := sha256.New()
	if _, err := io.Copy(io.MultiWriter(plain, zw), content); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	if got := sha256Hash(plain); got.String() != l.DiffID {
		return fmt.Errorf("the layer's bytes changed while it was read: its diff ID is %s, and now %s", l.DiffID, got)
	}
	l.Digest = sha256Hash(stored)
	l.Size = buf.Size()
	l.data = io.NewSectionReader(buf.ReaderAt(), 0, buf.Size())
	return nil
}

func sha256Hash(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}
