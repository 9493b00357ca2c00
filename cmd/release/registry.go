package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
)

// checkRegistry refuses a tag of the registry that has another image already. A tag that is free is fine, and so is one
// that an earlier run has pushed this very image to.
func (c *command) checkRegistry(ctx context.Context, args []string) error {
	ref := args[0]
	want, err := layoutDigest(args[1])
	if err != nil {
		return err
	}
	client, err := registry.New(registry.Config{Logins: map[string]registry.Login{registry.Host(ref): c.login}, UserAgent: "layergate-release"})
	if err != nil {
		return err
	}
	image, err := client.Image(ref)
	if err != nil {
		return err
	}
	got, err := image.Root(ctx)
	switch {
	case fault.IsRequest(err): // the reference parsed, so that this says that there is none
		return nil
	case err != nil:
		return fmt.Errorf("looking for %s: %w", ref, err)
	case got.Digest.String() != want:
		return fault.WithHint(fmt.Errorf("%s is %s already, and what was built is %s", ref, got.Digest, want), "a version is pushed once; release the next one")
	}
	return nil
}

// login takes the credentials that the gate takes.
func (c *command) login(context.Context, string) (registry.Credentials, error) {
	return registry.Credentials{
		Username: c.getenv("LAYERGATE_REGISTRY_USERNAME"), Password: c.getenv("LAYERGATE_REGISTRY_PASSWORD"), Account: "the release workflow",
	}, nil
}

// layoutDigest is the digest of the one image of an OCI layout (OCI image specification, "Image Layout").
func layoutDigest(dir string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return "", err
	}
	var index struct {
		Manifests []struct{ Digest string }
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return "", fmt.Errorf("reading index.json of %s: %w", dir, err)
	}
	if len(index.Manifests) != 1 || !digestForm.MatchString(index.Manifests[0].Digest) {
		return "", fmt.Errorf("index.json of %s does not name one image", dir)
	}
	return index.Manifests[0].Digest, nil
}
