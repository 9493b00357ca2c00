package image

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// dockerEntry is one image of a docker save archive's manifest.json.
type dockerEntry struct {
	Config   string
	RepoTags []string
	Layers   []string

	id v1.Hash // of the configuration
}

// dockerEntries reads manifest.json.
func (img *Image) dockerEntries() ([]dockerEntry, error) {
	raw, err := img.readFile("manifest.json", maxManifestSize)
	if err != nil {
		return nil, err
	}
	var entries []dockerEntry
	if err := parseSpelled("manifest.json", raw, &entries, "Config", "RepoTags", "Layers"); err != nil {
		return nil, err
	}
	if len(entries) > maxManifests {
		return nil, fmt.Errorf("manifest.json names %d images, more than the %d that are allowed", len(entries), maxManifests)
	}
	for i := range entries {
		if entries[i].id, err = img.configDigest(entries[i].Config); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// loadDocker reads what docker save writes: a manifest.json that names files, not digests. The image's ID is the digest of
// its configuration; the layers are known by their diff IDs only. Where the image was chosen already, id is its ID.
func (img *Image) loadDocker(wanted string, id *v1.Hash) error {
	entries, err := img.dockerEntries()
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return noImages("manifest.json names no image")
	}
	var candidates []candidate
	for i, e := range entries {
		candidates = appendCandidate(candidates, candidate{names: e.RepoTags, desc: v1.Descriptor{Digest: e.id}, entry: i})
	}
	if id != nil {
		candidates = slices.DeleteFunc(candidates, func(c candidate) bool { return c.desc.Digest != *id })
		if len(candidates) == 1 && !slices.ContainsFunc(candidates[0].names, func(n string) bool { return sameName(n, wanted) }) {
			wanted = "" // it was chosen by its manifest's digest, or by the name that index.json has for it
		}
	}
	chosen, err := choose(candidates, wanted)
	if err != nil {
		return err
	}
	img.Name = chosen.name()
	img.unsealed = true
	p, err := img.dockerPlatform(entries[chosen.entry])
	if err != nil {
		return err
	}
	img.Platforms = []*Platform{p}
	return nil
}

// configDigest is the digest of a configuration, which most writers make its file's name: HEX.json, sha256:HEX or
// blobs/sha256/HEX. The content is compared with such a name once its image is chosen. Jib calls every configuration
// config.json: there, the content alone tells.
func (img *Image) configDigest(file string) (v1.Hash, error) {
	base := strings.TrimPrefix(strings.TrimSuffix(path.Base(img.dockerFile(file)), ".json"), "sha256:")
	if h, err := v1.NewHash("sha256:" + base); err == nil {
		return h, nil
	}
	raw, err := img.readConfig(file)
	if err != nil {
		return v1.Hash{}, err
	}
	return digestOf(raw), img.hold(raw) // not to read large ones without an end
}

func (img *Image) readConfig(file string) ([]byte, error) {
	if _, err := memberName(file); err != nil || file == "" {
		return nil, fmt.Errorf("manifest.json names the unsafe configuration file %q", file)
	}
	raw, err := img.readFile(img.dockerFile(file), maxConfigSize)
	if errors.Is(err, errMissing) {
		return nil, fmt.Errorf("the image configuration %s %w", file, errListed)
	}
	return raw, err
}

// dockerFile is a file of manifest.json as the archive has it: Docker for Windows wrote \ there, and / in the archive.
func (img *Image) dockerFile(file string) string {
	if clean := path.Clean(file); img.files.has(clean) {
		return clean
	}
	return path.Clean(strings.ReplaceAll(file, `\`, "/"))
}

func (img *Image) dockerPlatform(e dockerEntry) (*Platform, error) {
	rawConfig, err := img.readConfig(e.Config)
	if err != nil {
		return nil, err
	}
	if got := digestOf(rawConfig); got != e.id {
		return nil, fmt.Errorf("the image configuration %s has the wrong content: its digest is %s", e.id, got)
	}
	p := &Platform{ID: e.id, rawConfig: rawConfig}
	if err := p.parseConfig(len(e.Layers)); err != nil {
		return nil, err
	}
	for i, file := range e.Layers {
		if _, err := memberName(file); err != nil {
			return nil, fmt.Errorf("manifest.json names the unsafe layer file %q", file)
		}
		data, err := img.files.section(img.dockerFile(file))
		if errors.Is(err, errMissing) {
			return nil, fmt.Errorf("layer %d of %s (%s) %w", i, p.Name, file, errListed)
		}
		if err != nil {
			return nil, fmt.Errorf("layer %d of %s (%s): %w", i, p.Name, file, err)
		}
		p.addLayer(v1.Descriptor{MediaType: types.DockerUncompressedLayer, Size: data.Size()}, data)
	}
	return p, nil
}
