package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Outline is what the configuration of an image in a registry says, for one platform.
type Outline struct {
	Digests []string // of the manifest or index that the reference leads to, and of the platform's manifest
	DiffIDs []string // of the layers, the lowest first
	Created time.Time
	History int // how many entries the history has
}

// maxConfig is how many bytes a configuration may have.
const maxConfig = 8 << 20

// ReadOutline reads the outline of the image that a reference leads to, and none of its layers. What is read by its digest is
// checked against it.
func ReadOutline(ctx context.Context, repo Repository, platform string) (Outline, error) {
	root, digest, err := Find(ctx, repo, platform)
	if err != nil {
		return Outline{}, err
	}
	hash, err := v1.NewHash(digest)
	if err != nil {
		return Outline{}, err
	}
	m, err := repo.Manifest(ctx, hash)
	if err != nil {
		return Outline{}, err
	}
	if got := digestOf(m.Raw); got != hash {
		return Outline{}, fmt.Errorf("the registry gave the manifest %s in the place of %s", got, hash)
	}
	var manifest v1.Manifest
	if err := parseJSON("the manifest "+digest, m.Raw, &manifest); err != nil {
		return Outline{}, err
	}
	config, err := readConfig(ctx, repo, manifest.Config.Digest)
	if err != nil {
		return Outline{}, err
	}
	out := Outline{Digests: []string{root}, Created: config.Created.Time, History: len(config.History)}
	if digest != root {
		out.Digests = append(out.Digests, digest)
	}
	for _, id := range config.RootFS.DiffIDs {
		out.DiffIDs = append(out.DiffIDs, id.String())
	}
	return out, nil
}

func readConfig(ctx context.Context, repo Repository, digest v1.Hash) (v1.ConfigFile, error) {
	var config v1.ConfigFile
	blob, err := repo.Blob(ctx, digest)
	if err != nil {
		return config, err
	}
	defer blob.Close()
	raw, err := io.ReadAll(io.LimitReader(blob, maxConfig+1))
	switch {
	case err != nil:
		return config, fmt.Errorf("reading the configuration %s: %w", digest, err)
	case len(raw) > maxConfig:
		return config, fmt.Errorf("the configuration %s has more than %d bytes", digest, maxConfig)
	case digestOf(raw) != digest:
		return config, fmt.Errorf("the registry gave other bytes in the place of the configuration %s", digest)
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return config, fmt.Errorf("the configuration %s is not valid: %w", digest, err)
	}
	return config, nil
}
