package image

import (
	"context"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// readings is what index.json and manifest.json say of an archive that has both: docker load follows the latter.
type readings struct {
	entries []dockerEntry        // of manifest.json
	all     []v1.Hash            // the configurations of all images that index.json leads to
	byName  map[string][]v1.Hash // the same by the name of the image
}

func (img *Image) readings(ctx context.Context) (*readings, error) {
	r := &readings{byName: map[string][]v1.Hash{}}
	raw, index, err := img.readIndex()
	if err != nil {
		return nil, err
	}
	w := configWalk{img: img}
	for _, c := range ociCandidates(raw, index) {
		w.seen = map[v1.Hash]bool{}
		configs, err := w.below(ctx, c.desc, c.raw, 0)
		if err != nil {
			return nil, err
		}
		r.all = append(r.all, configs...)
		for _, name := range c.names {
			r.byName[fullName(name)] = append(r.byName[fullName(name)], configs...)
		}
	}
	r.entries, err = img.dockerEntries()
	return r, err
}

// check compares them. An image that manifest.json names must be one that index.json leads to, and where both have a name for it, by
// that name.
func (r *readings) check() error {
	if r == nil {
		return nil // there is one of them alone
	}
	beside := r.beside()
	for _, e := range r.entries {
		if slices.ContainsFunc(beside, func(c candidate) bool { return c.desc.Digest == e.id }) {
			continue
		}
		if !slices.Contains(r.all, e.id) {
			return differentReadings("the image", e.id, r.all)
		}
		for _, tag := range e.RepoTags {
			if configs, known := r.byName[fullName(tag)]; known && !slices.Contains(configs, e.id) {
				return differentReadings(tag, e.id, configs)
			}
		}
	}
	return nil
}

// beside lists the images without a name that manifest.json has beside all those of index.json: where Docker (25 to 29) keeps images
// by their layers, it leaves those without a tag out of index.json, but for the first where none has one.
func (r *readings) beside() []candidate {
	if r == nil {
		return nil
	}
	var out []candidate
	listed := map[v1.Hash]bool{}
	for i, e := range r.entries {
		listed[e.id] = true
		if len(e.RepoTags) == 0 && !slices.Contains(r.all, e.id) {
			out = appendCandidate(out, candidate{desc: v1.Descriptor{Digest: e.id}, entry: i, beside: true})
		}
	}
	if len(r.all) == 0 || slices.ContainsFunc(r.all, func(id v1.Hash) bool { return !listed[id] }) {
		return nil
	}
	return out
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
