package image

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
)

// Repository is the place in a registry that an image is read from. What it gives need not be verified.
type Repository interface {
	// Root reads the manifest or index that the reference names.
	Root(ctx context.Context) (Manifest, error)
	// Manifest reads a manifest or index by its digest.
	Manifest(ctx context.Context, digest v1.Hash) (Manifest, error)
	// Blob streams a configuration or layer.
	Blob(ctx context.Context, digest v1.Hash) (io.ReadCloser, error)
	// Referrers lists the manifests that are attached to one.
	Referrers(ctx context.Context, digest v1.Hash) ([]v1.Descriptor, error)
}

// How many blobs are read at once, and how often one is begun whose transfer breaks off.
const (
	downloads = 4
	attempts  = 3
)

// openRegistry copies the image at ref, with all its platforms and attestations, to an OCI layout on disk and opens
// that. The reference is resolved once; all below its digest is read by digest.
func openRegistry(ctx context.Context, source, ref string, opt Options) (*Image, error) {
	if opt.Registry == nil {
		return nil, errors.New("reading images from a registry is not set up")
	}
	repo, err := opt.Registry(ref)
	if err != nil {
		return nil, err
	}
	opt.absent = map[v1.Hash]bool{}
	return openFetched(ctx, source, opt, func(ctx context.Context, dir string) (scheme, path string, err error) {
		d := download{
			repo: repo, dir: dir, space: disk.NewSpace(dir, opt.Free), known: opt.Known, absent: opt.absent,
			manifests: map[v1.Hash]Manifest{}, seen: map[v1.Hash]bool{},
		}
		return schemeDir, dir, d.image(ctx, ref, opt)
	})
}

// download copies one image from a registry to an OCI layout.
type download struct {
	repo  Repository
	dir   string
	space *disk.Space

	manifests map[v1.Hash]Manifest
	blobs     []v1.Descriptor // all that is to be read, each once
	read      int             // how many of them were
	images    []unread        // whose layers need not be read where they are known
	known     func([]LayerID) []bool
	absent    map[v1.Hash]bool // layers that are left in the registry
	attached  []v1.Descriptor  // manifests that are attached to the image
	seen      map[v1.Hash]bool
	total     int64 // bytes of all blobs
	held      int64 // bytes of all manifests
	meter     *progress.Meter
}

// image reads all manifests first: then it is known how much there is to read.
func (d *download) image(ctx context.Context, ref string, opt Options) error {
	root, err := d.repo.Root(ctx)
	if err != nil {
		return err
	}
	root.Digest = digestOf(root.Raw)
	desc := v1.Descriptor{
		MediaType: root.MediaType, Digest: root.Digest, Size: int64(len(root.Raw)),
		Annotations: map[string]string{annotationRefName: ref},
	}
	if err := d.take(ctx, root, desc, 0); err != nil {
		return err
	}
	if opt.Referrers {
		if err := d.referrers(ctx); err != nil {
			return err
		}
	}
	if err := d.writeManifests(desc); err != nil {
		return err
	}
	if len(d.images) > 0 {
		if err := d.readBlobs(ctx, ref, opt.Meters); err != nil {
			return err
		}
		if err := d.needUnknown(); err != nil {
			return err
		}
	}
	return d.readBlobs(ctx, ref, opt.Meters)
}

// readBlobs copies the blobs that were not copied yet.
func (d *download) readBlobs(ctx context.Context, ref string, meters progress.Reporter) error {
	blobs := d.blobs[d.read:]
	if len(blobs) == 0 {
		return nil
	}
	d.read = len(d.blobs)
	var total int64
	for _, b := range blobs {
		total += b.Size
	}
	if err := d.space.Need(total); err != nil {
		return err
	}
	d.meter = progress.Begin(meters, "downloading "+ref, total)
	defer d.meter.End()
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for _, b := range blobs {
		group.Go(func() error { return d.blob(groupCtx, b) })
	}
	return group.Wait()
}

// walk reads what desc describes, and all manifests below it.
func (d *download) walk(ctx context.Context, desc v1.Descriptor, depth int) error {
	if _, known := d.manifests[desc.Digest]; known {
		return nil
	}
	m, err := d.manifest(ctx, desc)
	if err != nil {
		return err
	}
	return d.take(ctx, m, desc, depth)
}

// manifest reads the manifest or index that desc describes, and nothing below it.
func (d *download) manifest(ctx context.Context, desc v1.Descriptor) (Manifest, error) {
	if _, err := blobName(desc.Digest); err != nil {
		return Manifest{}, fmt.Errorf("the manifest: %w", err)
	}
	if !desc.MediaType.IsIndex() && !desc.MediaType.IsImage() {
		return Manifest{}, noImage(desc.Digest, desc.MediaType)
	}
	m, err := d.repo.Manifest(ctx, desc.Digest)
	if err != nil {
		return Manifest{}, err
	}
	if got := digestOf(m.Raw); got != desc.Digest {
		return Manifest{}, fmt.Errorf("the manifest %s has the wrong content: its digest is %s", desc.Digest, got)
	}
	if int64(len(m.Raw)) != desc.Size {
		return Manifest{}, fmt.Errorf("the manifest %s has %d bytes, but its descriptor says %d", desc.Digest, len(m.Raw), desc.Size)
	}
	m.Digest = desc.Digest
	return m, nil
}

// take notes a manifest whose bytes are verified, and what it refers to.
func (d *download) take(ctx context.Context, m Manifest, desc v1.Descriptor, depth int) error {
	switch {
	case len(m.Raw) > maxManifestSize:
		return fmt.Errorf("the manifest %s has %d bytes, more than the %d that are allowed", m.Digest, len(m.Raw), maxManifestSize)
	case depth > maxIndexDepth:
		return errors.New("indexes are nested too deeply")
	case len(d.manifests) > maxManifests:
		return fmt.Errorf("the index names more than %d manifests", maxManifests)
	}
	if d.held += int64(len(m.Raw)); d.held > maxHeld {
		return fmt.Errorf("the image's manifests have more than the %d bytes that are allowed in all", maxHeld)
	}
	d.manifests[m.Digest] = m
	if desc.MediaType.IsIndex() {
		return d.takeIndex(ctx, m, depth)
	}
	if !desc.MediaType.IsImage() {
		return noImage(m.Digest, desc.MediaType)
	}
	return d.takeImage(m, desc)
}

func (d *download) takeIndex(ctx context.Context, m Manifest, depth int) error {
	var index v1.IndexManifest
	if err := parseJSON("the index "+m.Digest.String(), m.Raw, &index); err != nil {
		return err
	}
	for _, child := range index.Manifests {
		if err := d.walk(ctx, child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *download) takeImage(m Manifest, desc v1.Descriptor) error {
	var manifest v1.Manifest
	if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &manifest); err != nil {
		return err
	}
	// The layers of what is no image need not be read to say so.
	if !marksAttestation(desc) {
		if err := checkImage(m.Digest, manifest); err != nil {
			return err
		}
	}
	if len(manifest.Layers) > maxLayers {
		return fmt.Errorf("the manifest %s names %d layers, more than %d", m.Digest, len(manifest.Layers), maxLayers)
	}
	if d.known != nil && !marksAttestation(desc) {
		d.images = append(d.images, unread{m, manifest})
		return d.need(m, []v1.Descriptor{manifest.Config})
	}
	return d.need(m, append([]v1.Descriptor{manifest.Config}, manifest.Layers...))
}

// need notes blobs of a manifest that are to be read.
func (d *download) need(m Manifest, blobs []v1.Descriptor) error {
	for _, b := range blobs {
		if _, err := blobName(b.Digest); err != nil {
			return fmt.Errorf("the manifest %s: %w", m.Digest, err)
		}
		if d.seen[b.Digest] {
			continue // its size is compared once it is there, for each that names it
		}
		if b.Size < 0 || b.Size > math.MaxInt64-d.total {
			return fmt.Errorf("the manifest %s names a blob of %d bytes", m.Digest, b.Size)
		}
		d.seen[b.Digest] = true
		d.total += b.Size
		d.blobs = append(d.blobs, b)
	}
	return nil
}

// writeManifests writes the layout's frame: the manifests as they came, and an index.json that leads to the root.
func (d *download) writeManifests(root v1.Descriptor) error {
	if err := os.MkdirAll(filepath.Join(d.dir, "blobs", "sha256"), 0o700); err != nil {
		return err
	}
	index, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: append([]v1.Descriptor{root}, d.attached...)})
	if err != nil {
		return err
	}
	frame := map[string][]byte{"index.json": index, "oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	for digest, m := range d.manifests {
		frame[filepath.Join("blobs", digest.Algorithm, digest.Hex)] = m.Raw
	}
	for file, body := range frame {
		if err := os.WriteFile(filepath.Join(d.dir, file), body, 0o600); err != nil {
			return d.space.Explain(int64(len(body)), err)
		}
	}
	return nil
}

// errBrokenOff says that a transfer ended before its time.
var errBrokenOff = errors.New("the transfer broke off")

// blob copies one blob, and begins again when the connection is lost on the way.
func (d *download) blob(ctx context.Context, b v1.Descriptor) error {
	for attempt := 1; ; attempt++ {
		err := d.copyBlob(ctx, b)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, errBrokenOff):
			err = fmt.Errorf("the blob %s: %w", b.Digest, err)
			if !b.MediaType.IsDistributable() {
				err = fault.WithHint(err, "it is a foreign layer, which clients leave out of a push: copy the image with its bytes (crane does so where nondistributable artifacts are allowed), or take a newer base image of Windows, which has none")
			}
			return err
		case attempt == attempts:
			return fault.WithHint(fmt.Errorf("the blob %s: %w, %d times", b.Digest, err, attempts),
				"try again; if it stays so, the registry's copy is damaged: push the image to it again")
		}
	}
}

// copyBlob writes a blob to the layout and checks its size and digest on the way.
func (d *download) copyBlob(ctx context.Context, b v1.Descriptor) error {
	in, err := d.repo.Blob(ctx, b.Digest)
	if err != nil {
		return err
	}
	defer in.Close()
	name, err := blobName(b.Digest)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(d.dir, filepath.FromSlash(name)), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(d.copyVerified(out, d.meter.Reader(in), b), out.Close())
	return d.space.Explain(b.Size, err)
}

// copyVerified does not take the reader's word for anything: what arrived decides.
func (d *download) copyVerified(out io.Writer, in io.Reader, b v1.Descriptor) error {
	from := &source{r: in}
	hash := sha256.New()
	// One byte more than there should be is enough to know.
	n, err := io.Copy(io.MultiWriter(out, hash), io.LimitReader(from, b.Size+1))
	switch got := sha256Hash(hash); {
	case err != nil && from.err == nil:
		return err // of the disk
	case n < b.Size:
		return fmt.Errorf("%w after %d of %d bytes", errBrokenOff, n, b.Size)
	case n > b.Size:
		return fault.WithHint(fmt.Errorf("the registry sends more than the %d bytes that the manifest says", b.Size), damaged)
	case got != b.Digest:
		return fault.WithHint(fmt.Errorf("the registry sends other content, with the digest %s", got), damaged)
	}
	return nil
}

const damaged = "the registry's copy is damaged, or something on the way changes it: push the image to it again"

// source remembers a failure of the side that is read from.
type source struct {
	r   io.Reader
	err error
}

// Read passes the reader's answer on.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
