package origin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/lockfile"
)

// Config says where the files of the project lie, and how the image was built from them.
type Config struct {
	// Dockerfile is its path. Empty means the one in Root, which may be missing and is believed only where it fits.
	Dockerfile string
	Context    string            // the folder with the project's lock files; empty means the Dockerfile's
	Target     string            // the stage that was built; empty means the last one
	BuildArgs  map[string]string // that it was built with
	Root       string            // of the repository: locations are relative to it
}

// Project is what the files say that an image was built from.
type Project struct {
	file  *dockerfile.File
	build dockerfile.Build
	locks *lockfile.Index
	named bool // the user named the Dockerfile
}

// OpenProject reads the Dockerfile and the lock files. It returns nil where there is no Dockerfile that can be used and none
// was named; one that was named and cannot be used is a wrong request.
func OpenProject(cfg Config) (*Project, error) {
	p := &Project{build: dockerfile.Build{Target: cfg.Target, Args: cfg.BuildArgs}, named: cfg.Dockerfile != ""}
	path := cfg.Dockerfile
	if !p.named {
		path = filepath.Join(cfg.Root, "Dockerfile")
	}
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !p.named:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Request(fmt.Errorf("the Dockerfile %s does not exist", path), "name the file that the image was built from, relative to the working directory")
	case err != nil:
		return nil, fmt.Errorf("reading the Dockerfile: %w", err)
	}
	if p.file, err = dockerfile.Parse(relative(cfg.Root, path), raw); err != nil {
		if !p.named {
			return nil, nil
		}
		return nil, fault.Request(err, "name the file that the image was built from")
	}
	context := cfg.Context
	if context == "" {
		context = filepath.Dir(path)
	}
	if p.locks, err = lockfile.Scan(os.DirFS(context), relative(cfg.Root, context)); err != nil {
		return nil, err
	}
	return p, nil
}

// relative is a path as reports name it: below the root where it lies there, with forward slashes.
func relative(root, path string) string {
	from, err1 := filepath.Abs(root)
	to, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(rel)
}

// attribute matches the Dockerfile against a platform's history. The error says why it did not make the image.
func (p *Project) attribute(of *image.Platform) (*dockerfile.Attribution, error) {
	var history []dockerfile.Entry
	layers := 0
	for _, h := range of.Config.History {
		history = append(history, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
		if !h.EmptyLayer {
			layers++
		}
	}
	if layers != len(of.Layers) {
		return nil, fmt.Errorf("the image's history lists %d layers, and it has %d", layers, len(of.Layers))
	}
	build := p.build
	build.Shell = of.Config.Config.Shell
	a, err := p.file.Attribute(history, build)
	if err != nil {
		return nil, err
	}
	if a.Own() == 0 && !p.named {
		return nil, errors.New("the Dockerfile makes no layer, and nobody said that it is this image's")
	}
	return a, nil
}
