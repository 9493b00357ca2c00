package origin

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/secret"
)

// Config says where the files of the project lie, and how the image was built from them.
type Config struct {
	// Dockerfile is its path. Empty means the one in Root, which may be missing and is believed only where it fits.
	Dockerfile string
	Context    string            // the directory with the project's lock files; empty means the Dockerfile's
	Target     string            // the stage that was built; empty means the last one
	BuildArgs  map[string]string // that it was built with
	Root       string            // of the repository: locations are relative to it
}

// Project is what the files say that an image was built from.
type Project struct {
	name  string // of the Dockerfile, as locations have it
	text  []byte
	file  *dockerfile.File
	build dockerfile.Build
	locks *lockfile.Index
	// context is the build context, as locations have it, and ignore the patterns of what the build does not see of it.
	context string
	ignore  []string
	named   bool // the user named the Dockerfile
}

// maxDockerfile is how many bytes a Dockerfile may have.
const maxDockerfile = 4 << 20

// OpenProject reads the Dockerfile and the lock files. It returns nil where there is no Dockerfile that can be used and none
// was named; one that was named and cannot be used is a wrong request. What others put into the project leads it to no file
// outside: a link is followed below Config.Root alone. A Dockerfile that is named outside of it is the user's own word.
func OpenProject(cfg Config) (*Project, error) {
	p := &Project{build: dockerfile.Build{Target: cfg.Target, Args: cfg.BuildArgs}, named: cfg.Dockerfile != ""}
	path := cfg.Dockerfile
	if !p.named {
		path = filepath.Join(cfg.Root, "Dockerfile")
	}
	raw, err := regular.ReadNamed(cfg.Root, path, maxDockerfile)
	switch {
	case err != nil && !p.named:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Request(fmt.Errorf("the Dockerfile %s does not exist", path), "name the file that the image was built from, relative to the working directory")
	case err != nil:
		return nil, fault.Request(fmt.Errorf("reading the Dockerfile: %w", err), "name a file of the project, or a link to one; a link out of the working directory is not followed")
	}
	p.name, p.text = relative(cfg.Root, path), raw
	if p.file, err = dockerfile.Parse(p.name, raw); err != nil {
		if !p.named {
			return nil, nil
		}
		return nil, fault.Request(err, "name the file that the image was built from")
	}
	context := cfg.Context
	if context == "" {
		context = p.guessContext(cfg.Root, filepath.Dir(path))
	}
	p.context = relative(cfg.Root, context)
	p.ignore = ignored(cfg.Root, path+".dockerignore", filepath.Join(context, ".dockerignore"))
	p.locks, err = locks(cfg.Root, context)
	return p, err
}

// guessContext is the build context where nobody names it: the Dockerfile's directory, or the repository's root, where something that
// the Dockerfile takes is missing in the one and is there in the other.
func (p *Project) guessContext(root, directory string) string {
	in := func(directory, source string) bool {
		d, err := openDirectory(root, directory)
		if err != nil {
			return false
		}
		defer d.Close()
		found, err := fs.Glob(d.FS(), source)
		return err == nil && len(found) > 0
	}
	for _, source := range p.file.ContextSources() {
		if !in(directory, source) && in(root, source) {
			return root
		}
	}
	return directory
}

// ignored are the patterns of the first of some files that is there. BuildKit prefers the one that is named after the Dockerfile.
func ignored(root string, names ...string) []string {
	for _, name := range names {
		raw, err := regular.ReadNamed(root, name, maxDockerfile)
		if err != nil {
			continue
		}
		patterns, err := ignorefile.ReadAll(bytes.NewReader(raw))
		if err != nil {
			return nil
		}
		return patterns
	}
	return nil
}

// inContext is the path of a file in the build context.
func (p *Project) inContext(file string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, p.context), "/")
}

// ignores tells whether the build does not see a file of the context.
func (p *Project) ignores(name string) bool {
	ignored, err := patternmatcher.MatchesOrParentMatches(name, p.ignore)
	return ignored && err == nil
}

// locks reads the lock files in the build context. No link leads out of it, and none in the project out of the project: a
// context that one leads to has no lock files.
func locks(root, context string) (*lockfile.Index, error) {
	directory, err := openDirectory(root, context)
	if err != nil {
		return nil, nil
	}
	defer directory.Close()
	return lockfile.Scan(directory.FS(), relative(root, context))
}

// openDirectory opens a directory that a path of the user leads to. Below root no link leads out of root.
func openDirectory(root, path string) (*os.Root, error) {
	name, inside := regular.Below(root, path)
	if !inside {
		return os.OpenRoot(path)
	}
	project, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer project.Close()
	return project.OpenRoot(name)
}

// relative is a path as reports name it: below the root where it lies there, with forward slashes.
func relative(root, path string) string {
	if rel, inside := regular.Below(root, path); inside {
		path = rel
	}
	return filepath.ToSlash(path)
}

// historyOf is a platform's history as package dockerfile takes it.
func historyOf(of *image.Platform) []dockerfile.Entry {
	var out []dockerfile.Entry
	for _, h := range of.Config.History {
		out = append(out, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
	}
	return out
}

// attribute matches the Dockerfile against a platform's history. The error says why it did not make the image.
func (p *Project) attribute(of *image.Platform) (*dockerfile.Attribution, error) {
	history := historyOf(of)
	layers := 0
	for _, h := range history {
		if !h.Empty {
			layers++
		}
	}
	if layers != len(of.Layers) {
		return nil, fmt.Errorf("the image's history lists %d layers, and it has %d", layers, len(of.Layers))
	}
	build := p.build
	build.Shell = of.Config.Config.Shell
	a, err := p.file.Attribute(history, build)
	var mismatch *dockerfile.MismatchError
	if errors.As(err, &mismatch) {
		mismatch.History = secret.Redact(redact.History(mismatch.History, of.Config.Config.Shell))
	}
	if err != nil {
		return nil, err
	}
	if a.Own() == 0 && !p.named {
		return nil, errors.New("the Dockerfile makes no layer, and nobody said that it is this image's")
	}
	return a, nil
}
