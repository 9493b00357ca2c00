package image

import (
	"context"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// checkReadings compares what index.json and manifest.json say of an archive that has both: docker load follows the
// latter. An image that manifest.json names must be one that index.json leads to, and where both have a name for it, by
// that name.
func (img *Image) checkReadings(ctx context.Context) error {
	entries, err := img.dockerEntries()
	if err != nil {
		return err
	}
	raw, index, err := img.readIndex()
	if err != nil {
		return err
	}
	byName := map[string][]v1.Hash{} // the configurations of all images of a name
	var all []v1.Hash
	w := configWalk{img: img}
	for _, c := range ociCandidates(raw, index) {
		w.seen = map[v1.Hash]bool{}
		configs, err := w.below(ctx, c.desc, c.raw, 0)
		if err != nil {
			return err
		}
		all = append(all, configs...)
		for _, name := range c.names {
			byName[fullName(name)] = append(byName[fullName(name)], configs...)
		}
	}
	for _, e := range entries {
		if !slices.Contains(all, e.id) {
			return differentReadings("the image", e.id, all)
		}
		for _, tag := range e.RepoTags {
			if configs, known := byName[fullName(tag)]; known && !slices.Contains(configs, e.id) {
				return differentReadings(tag, e.id, configs)
			}
		}
	}
	return nil
}

func differentReadings(name string, id v1.Hash, configs []v1.Hash) error {
	var ids []string
	for _, id := range configs {
		ids = append(ids, id.String())
	}
	return unclear(fmt.Errorf("manifest.json says that %s is %s, but index.json says %s", name, id, strings.Join(ids, ", ")))
}

// configWalk looks for the configurations of all images that a descriptor leads to.
type configWalk struct {
	img  *Image
	seen map[v1.Hash]bool // manifests below the descriptor
	read int              // manifests in all
}

// below lists the configurations. raw holds the manifest's bytes where they are no blob. What an archive of a part of
// the platforms does not hold is passed over.
func (w *configWalk) below(ctx context.Context, d v1.Descriptor, raw []byte, depth int) ([]v1.Hash, error) {
	if err := ctx.Err(); err != nil || depth > maxIndexDepth || w.seen[d.Digest] || marksAttestation(d) {
		return nil, err
	}
	w.seen[d.Digest] = true
	if w.read++; w.read > maxManifests {
		return nil, fmt.Errorf("index.json leads to more than %d manifests", maxManifests)
	}
	if raw == nil {
		name, err := blobName(d.Digest)
		if err != nil {
			return nil, err
		}
		if !w.img.files.has(name) {
			return nil, nil
		}
		if raw, err = w.img.readBlob("manifest", d, maxManifestSize); err != nil {
			return nil, err
		}
	}
	if d.MediaType.IsImage() {
		var manifest v1.Manifest
		err := parseJSON("the manifest "+d.Digest.String(), raw, &manifest)
		return []v1.Hash{manifest.Config.Digest}, err
	}
	var index v1.IndexManifest
	if err := parseJSON("the index "+d.Digest.String(), raw, &index); err != nil {
		return nil, err
	}
	var out []v1.Hash
	for _, child := range index.Manifests {
		below, err := w.below(ctx, child, nil, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, below...)
	}
	return out, nil
}
