package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
)

// Limits of what one archive may name. Real indexes have some ten manifests.
const (
	maxIndexDepth = 4
	maxManifests  = 1000
)

const (
	annotationRefName        = "org.opencontainers.image.ref.name" // OCI image layout, annotations of index.json
	annotationContainerdName = "io.containerd.image.name"
	// BuildKit's attestation storage (https://github.com/moby/buildkit, docs/attestations/attestation-storage.md).
	annotationReferenceType   = "vnd.docker.reference.type"
	annotationReferenceDigest = "vnd.docker.reference.digest"
	inTotoMediaType           = "application/vnd.in-toto+json"
)

// loadOCI reads an OCI image layout (OCI image specification, "Image Layout"), or one of the images that manifest.json has beside it.
func (img *Image) loadOCI(ctx context.Context, name string, beside []candidate) error {
	raw, index, err := img.readIndex()
	if err != nil {
		return err
	}
	if len(index.Manifests) == 0 {
		return noImages("index.json names no image")
	}
	return img.loadRoot(ctx, append(ociCandidates(raw, index), beside...), name)
}

// loadRoot reads the manifest or index that is wanted of several, and all below it.
func (img *Image) loadRoot(ctx context.Context, candidates []candidate, wanted string) error {
	chosen, err := choose(candidates, wanted)
	if err != nil {
		return err
	}
	if chosen.beside {
		return img.loadDocker("", &chosen.desc.Digest)
	}
	img.Name = chosen.name()
	root, err := img.walk(ctx, chosen.desc, chosen.raw, 0)
	if err != nil {
		return err
	}
	img.Root = root
	img.children = img.children[:len(img.children)-1] // walk put the root last
	return nil
}

// readIndex reads index.json, without what is attached to other manifests of it.
func (img *Image) readIndex() ([]byte, v1.IndexManifest, error) {
	var index v1.IndexManifest
	raw, err := img.readFile("index.json", maxManifestSize)
	if err == nil {
		err = parseJSON("index.json", raw, &index)
	}
	if len(index.Manifests) > maxManifests {
		err = fmt.Errorf("index.json names %d manifests, more than the %d that are allowed", len(index.Manifests), maxManifests)
	}
	if err == nil {
		img.splitReferrers(&index)
		img.dropParts(&index)
	}
	return raw, index, err
}

// dropParts takes out of an index.json the manifests without a name that an index beside them leads to: oras lists them all.
func (img *Image) dropParts(index *v1.IndexManifest) {
	if len(index.Manifests) < 2 {
		return
	}
	parts, seen := map[v1.Hash]bool{}, map[v1.Hash]bool{}
	for _, d := range index.Manifests {
		img.addParts(parts, seen, d, 0)
	}
	index.Manifests = slices.DeleteFunc(index.Manifests, func(d v1.Descriptor) bool { return parts[d.Digest] && len(ociNames(d)) == 0 })
}

// addParts adds the digests of all manifests below an index. Whoever opens one that cannot be read says what is wrong with it.
func (img *Image) addParts(parts, seen map[v1.Hash]bool, d v1.Descriptor, depth int) {
	if !d.MediaType.IsIndex() || depth > maxIndexDepth || seen[d.Digest] || len(seen) > maxManifests {
		return
	}
	seen[d.Digest] = true
	var index v1.IndexManifest
	raw, err := img.readBlob("manifest", d, maxManifestSize)
	if err != nil || parseJSON("the index "+d.Digest.String(), raw, &index) != nil {
		return
	}
	for _, part := range index.Manifests {
		parts[part.Digest] = true
		img.addParts(parts, seen, part, depth+1)
	}
}

// ociCandidates lists the images of an index.json. One that tells several platforms apart, and not several names, is
// itself the multi-platform index: some tools write it so.
func ociCandidates(raw []byte, index v1.IndexManifest) []candidate {
	names := map[string]bool{}
	platforms := map[string]bool{}
	for _, d := range index.Manifests {
		names[strings.Join(ociNames(d), ",")] = true
		if d.Platform != nil {
			platforms[d.Platform.String()] = true
		}
	}
	if len(index.Manifests) > 1 && len(names) == 1 && len(platforms) > 1 {
		mt := index.MediaType
		if mt == "" {
			mt = types.OCIImageIndex
		}
		return []candidate{{
			names: ociNames(index.Manifests[0]),
			desc:  v1.Descriptor{Digest: digestOf(raw), Size: int64(len(raw)), MediaType: mt},
			raw:   raw,
		}}
	}
	var out []candidate
	for _, d := range index.Manifests {
		out = appendCandidate(out, candidate{names: ociNames(d), desc: d})
	}
	return out
}

func ociNames(d v1.Descriptor) []string {
	var names []string
	if n := d.Annotations[annotationContainerdName]; n != "" {
		names = append(names, n)
	}
	if n := d.Annotations[annotationRefName]; n != "" && len(names) == 0 {
		names = append(names, n)
	}
	return names
}

// walk reads the manifest or index that d describes, and all below it. raw holds its bytes where they are no blob. What
// is named twice is read once, and must be named as the same thing.
func (img *Image) walk(ctx context.Context, d v1.Descriptor, raw []byte, depth int) (Manifest, error) {
	if err := ctx.Err(); err != nil {
		return Manifest{}, err
	}
	if depth > maxIndexDepth {
		return Manifest{}, errors.New("indexes are nested too deeply")
	}
	if err := checkData(d); err != nil {
		return Manifest{}, err
	}
	if err := checkLazy(d.Annotations); err != nil {
		return Manifest{}, fmt.Errorf("the manifest %s, as its index has it: %w", d.Digest, err)
	}
	for _, m := range img.children {
		if m.Digest != d.Digest {
			continue
		}
		if m.MediaType != d.MediaType || img.kept[m.Digest] != marksAttestation(d) {
			return Manifest{}, fmt.Errorf("the manifest %s is listed twice with conflicting descriptors", d.Digest)
		}
		return m, img.offers(m, d.Platform)
	}
	if len(img.children) >= maxManifests {
		return Manifest{}, fmt.Errorf("the index names more than %d manifests", maxManifests)
	}
	if raw == nil {
		var err error
		if raw, err = img.readBlob("manifest", d, maxManifestSize); err != nil {
			return Manifest{}, err
		}
	}
	if err := img.hold(raw); err != nil {
		return Manifest{}, err
	}
	m := Manifest{Digest: d.Digest, MediaType: d.MediaType, Raw: raw}
	var err error
	switch {
	case d.MediaType.IsIndex():
		err = img.walkIndex(ctx, m, depth)
	case d.MediaType.IsImage():
		err = img.addImage(ctx, m, d)
	default:
		err = noImage(d.Digest, d.MediaType)
	}
	if err != nil {
		return Manifest{}, err
	}
	img.children = append(img.children, m)
	return m, nil
}

func (img *Image) walkIndex(ctx context.Context, m Manifest, depth int) error {
	if err := checkKind(m, "layers", "config", "fslayers"); err != nil {
		return err
	}
	var index v1.IndexManifest
	if err := parseJSON("the index "+m.Digest.String(), m.Raw, &index); err != nil {
		return err
	}
	if err := checkData(subject(index.Subject)...); err != nil {
		return err
	}
	if err := checkLazy(index.Annotations); err != nil {
		return fmt.Errorf("the index %s: %w", m.Digest, err)
	}
	for _, d := range index.Manifests {
		if _, err := img.walk(ctx, d, nil, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// offers refuses to offer an image that was read already for another platform than its own.
func (img *Image) offers(m Manifest, platform *v1.Platform) error {
	for _, p := range img.Platforms {
		if p.Manifest.Digest == m.Digest {
			return p.isFor(platform)
		}
	}
	return nil
}

// addImage reads a manifest with its configuration and layers.
func (img *Image) addImage(ctx context.Context, m Manifest, d v1.Descriptor) error {
	if err := checkKind(m, "manifests", "fslayers"); err != nil {
		return err
	}
	var manifest v1.Manifest
	if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &manifest); err != nil {
		return err
	}
	if err := checkData(append(append(subject(manifest.Subject), manifest.Config), manifest.Layers...)...); err != nil {
		return fmt.Errorf("the manifest %s: %w", m.Digest, err)
	}
	if err := checkLazy(manifest.Annotations); err != nil {
		return fmt.Errorf("the manifest %s: %w", m.Digest, err)
	}
	if marksAttestation(d) {
		return img.addAttestation(ctx, m, d, manifest)
	}
	if err := checkImage(m.Digest, manifest); err != nil {
		return err
	}
	rawConfig, err := img.readBlob("image configuration", manifest.Config, maxConfigSize)
	if err != nil {
		return err
	}
	if err := img.hold(rawConfig); err != nil {
		return err
	}
	p := &Platform{Manifest: m, ID: manifest.Config.Digest, rawConfig: rawConfig, configType: manifest.Config.MediaType}
	if err := p.parseConfig(len(manifest.Layers)); err != nil {
		return toldByLayers(m.Digest, manifest, err)
	}
	if err := p.isFor(d.Platform); err != nil {
		return err
	}
	p.named(d.Platform)
	for i, ld := range manifest.Layers {
		if err := checkLazy(ld.Annotations); err != nil {
			return fmt.Errorf("layer %d of %s: %w", i, p.Name, err)
		}
		data, err := img.layer(fmt.Sprintf("layer %d of %s", i, p.Name), ld)
		if err != nil {
			return err
		}
		p.addLayer(ld, data)
		p.Layers[i].Absent = img.absent[ld.Digest]
	}
	img.Platforms = append(img.Platforms, p)
	return nil
}

// layer finds the bytes of a layer, which are none for one that is known and was left in the registry.
func (img *Image) layer(what string, d v1.Descriptor) (*io.SectionReader, error) {
	if img.absent[d.Digest] {
		return nothing(), nil
	}
	data, err := img.blobSection(what, d)
	if errors.Is(err, errListed) && !d.MediaType.IsDistributable() {
		return nil, fault.WithHint(err, "it is a foreign layer, which clients leave out: save or build the image with its bytes")
	}
	if err != nil {
		return nil, err
	}
	return data, checkLayer(what, d.MediaType, data)
}

// checkLayer refuses what is no file system layer. One is known by its media type or by its content: builders write types that no
// specification has, and whoever runs the image goes by the diff ID, which pkg/layerfs compares.
func checkLayer(what string, mt types.MediaType, data *io.SectionReader) error {
	switch {
	case mt.IsLayer():
		return nil
	case strings.HasSuffix(string(mt), "+encrypted"):
		return fault.WithHint(fmt.Errorf("%s is encrypted (%s) and cannot be scanned", what, mt), "scan and push the image before it is encrypted")
	case !holdsTar(data):
		return fault.WithHint(fmt.Errorf("%s has the media type %q and holds no tar: it is not a file system layer and cannot be scanned", what, mt),
			"name a container image; what is read of a layer is "+readForms)
	}
	return nil
}

// holdsTar tells whether data begins as a tar does, compressed or not.
func holdsTar(data *io.SectionReader) bool {
	r := bufio.NewReader(io.NewSectionReader(data, 0, data.Size()))
	compression, err := SniffCompression(r)
	if err != nil {
		return false
	}
	plain, err := Decompress(r, compression)
	if err != nil {
		return false
	}
	defer plain.Close()
	block := make([]byte, 512)
	if _, err := io.ReadFull(plain, block); err != nil {
		return false
	}
	_, err = tar.NewReader(bytes.NewReader(block)).Next()
	return !errors.Is(err, tar.ErrHeader)
}

// blobSection finds a blob without reading it.
func (img *Image) blobSection(what string, d v1.Descriptor) (*io.SectionReader, error) {
	name, err := blobName(d.Digest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	data, err := img.files.section(name)
	if errors.Is(err, errMissing) {
		return nil, fmt.Errorf("%s (%s) %w", what, d.Digest, errListed)
	}
	if err != nil {
		return nil, fmt.Errorf("%s (%s): %w", what, d.Digest, err)
	}
	if data.Size() != d.Size {
		return nil, fmt.Errorf("%s (%s) has %d bytes, but its descriptor says %d", what, d.Digest, data.Size(), d.Size)
	}
	return data, nil
}
