// Package image opens what a build produced: a docker save archive, an OCI archive or an OCI layout, or an image that a
// Docker daemon or a registry keeps, of one platform or of many, and names its manifests, configurations and layers.
// What it returns is read but not yet believed: layers are checked against their digests by pkg/layerfs, while they are
// indexed.
//
// It must not import anything that knows about packages, findings' sources or registries' protocols; it is given a
// Repository to read from.
package image

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/spool"
)

// Image is one image, or a multi-platform index with all its images.
type Image struct {
	Source string // as the user named it
	Name   string // such as registry.example/app:1.2; empty where the archive gives none
	// Root is the manifest or index that a registry will store. Its digest is zero for an archive that has no such
	// manifest (docker save with uncompressed layers) until Seal makes one.
	Root      Manifest
	Platforms []*Platform
	Warnings  []string // what whoever reads a report has to know of what was opened, a sentence each

	children     []Manifest       // manifests below Root, each before those that refer to it
	attestations []Blob           // blobs that are kept with the image and not scanned
	statements   []Attached       // the in-toto statements among them
	storedFor    storedFor        // which manifests they are stored beside
	referrers    []referrer       // manifests beside the image, in a layout, that are attached to one
	kept         map[v1.Hash]bool // manifests among the children that are attestations
	held         int64            // bytes of manifests and configurations that are held in memory
	absent       map[v1.Hash]bool // layers that are left in the registry
	files        files
	temp         string // a directory to remove; may be empty
	spool        *spool.Spool
	passedOver   v1.Hash // a manifest of the archive that is not the one to push
	unsealed     bool    // Root has to be made from the single platform
	ociTypes     bool    // Seal writes OCI media types, not Docker's
}

// storedFor has the digests of the manifests for which an attestation is stored in their index, by the digest of the attestation.
type storedFor map[v1.Hash][]string

// Manifest is an image manifest or index as it is stored.
type Manifest struct {
	Digest    v1.Hash
	MediaType types.MediaType
	Raw       []byte
}

// Platform is one runnable image.
type Platform struct {
	Name     string   // os/arch[/variant]
	Manifest Manifest // its digest is zero until Seal where the archive has none
	ID       v1.Hash  // digest of the configuration
	Config   v1.ConfigFile
	Layers   []*Layer

	rawConfig  []byte
	configType types.MediaType
	made       []string // the instructions of the history that made a layer
}

// RawConfig is the configuration as it is stored, with the fields that Config does not have. Nobody may change it.
func (p *Platform) RawConfig() []byte { return p.rawConfig }

// Layer is one layer of an image, the lowest first.
type Layer struct {
	finding.Layer                 // index, diff ID and instruction
	MediaType     types.MediaType // as the manifest declares it; empty where there is none
	// Digest is that of the stored bytes. Until Verified it is what the manifest declares, or what Platform.Expect found,
	// and else zero.
	Digest v1.Hash
	Size   int64 // of the stored bytes
	// Annotations are those of the layer in its manifest: what a runtime may take into account when it pulls the layer.
	Annotations map[string]string
	// Absent is set for a layer that was left in the registry, since it is known: Stored reads nothing of it.
	Absent bool
	// Known is set for a layer that need not be read, since it is known what one with its digests holds. Whoever sets it makes sure that the
	// bytes have them.
	Known bool

	data *io.SectionReader
}

// Stored reads the layer's bytes as they are stored, compressed or not.
func (l *Layer) Stored() *io.SectionReader {
	return io.NewSectionReader(l.data, 0, l.data.Size())
}

// File is the file in which the layer's bytes lie as they are stored, and where in it they begin. ok is false where
// they lie in memory.
func (l *Layer) File() (f *os.File, offset int64, ok bool) {
	data, offset, _ := l.data.Outer()
	f, ok = data.(*os.File)
	return f, offset, ok
}

// WithData is the layer with other bytes in the place of its own: those of the same file, as another process has it.
func (l Layer) WithData(data *io.SectionReader) *Layer {
	l.data = data
	return &l
}

// Verified records the digest of the stored bytes, once they have been read and found to unpack to the layer's diff ID.
// A digest that the manifest declared must be the same.
func (l *Layer) Verified(stored v1.Hash) error {
	if l.Digest != (v1.Hash{}) && l.Digest != stored {
		return fault.WithHint(fmt.Errorf("the stored bytes have the digest %s, but the manifest says %s", stored, l.Digest), hintChanged)
	}
	l.Digest = stored
	return nil
}

// Blob is content that a manifest refers to by digest.
type Blob struct {
	Digest    v1.Hash
	MediaType types.MediaType
	Size      int64
	open      func() io.Reader
}

// NewBlob is a blob of bytes in memory.
func NewBlob(mt types.MediaType, content []byte) Blob {
	sum := sha256.Sum256(content)
	return bytesBlob(v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}, mt, content)
}

// NewFileBlob is a blob of a file's bytes, which is open as long as the blob is read. The digest is what the caller knows it to be.
func NewFileBlob(mt types.MediaType, digest v1.Hash, size int64, content io.ReaderAt) Blob {
	return Blob{Digest: digest, MediaType: mt, Size: size, open: func() io.Reader { return io.NewSectionReader(content, 0, size) }}
}

// Open reads the blob from its start.
func (b Blob) Open() io.Reader { return b.open() }

// Content is everything that a registry needs to store the image, in the order in which it needs it.
type Content struct {
	Blobs     []Blob
	Manifests []Manifest // children before those that refer to them; the last one is the root
}

// Sealed tells whether the image has the manifest that a registry will store.
func (img *Image) Sealed() bool { return !img.unsealed }

// Digests lists the root's digest and those of all platforms' manifests, or nothing while the image is not sealed.
func (img *Image) Digests() []string {
	if img.unsealed {
		return nil
	}
	digests := []string{img.Root.Digest.String()}
	for _, m := range img.children {
		digests = append(digests, m.Digest.String())
	}
	return digests
}

// Content lists what is pushed. The image must be sealed.
func (img *Image) Content() (Content, error) {
	if img.unsealed {
		return Content{}, errors.New("the image has no manifest yet")
	}
	if len(img.absent) > 0 {
		return Content{}, errors.New("layers of the image were left in the registry")
	}
	var c Content
	seen := map[v1.Hash]bool{}
	add := func(b Blob) {
		if !seen[b.Digest] {
			seen[b.Digest] = true
			c.Blobs = append(c.Blobs, b)
		}
	}
	for _, p := range img.Platforms {
		for _, l := range p.Layers {
			add(Blob{Digest: l.Digest, MediaType: l.MediaType, Size: l.Size, open: func() io.Reader { return l.Stored() }})
		}
		add(bytesBlob(p.ID, p.configType, p.rawConfig))
	}
	for _, b := range img.attestations {
		add(b)
	}
	c.Manifests = append(append(c.Manifests, img.children...), img.Root)
	return c, nil
}

// Unchanged fails when the image's files were written to since they were opened. Ask after reading what was opened, and
// again before what was read is relied on.
func (img *Image) Unchanged() error { return img.files.unchanged() }

// Close frees the archive and removes what was fetched for it.
func (img *Image) Close() error {
	err := img.files.Close()
	if img.temp != "" {
		err = errors.Join(err, os.RemoveAll(img.temp))
	}
	return err
}
