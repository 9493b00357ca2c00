package gate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/report"
)

// Source says where the files lie that the image was built from, so that findings can name their lines.
type Source struct {
	// Dockerfile is its path. Empty means the one in Root, which may be missing and is believed only where it fits.
	Dockerfile string
	Context    string            // the folder with the project's lock files; empty means the Dockerfile's
	Target     string            // the stage that was built; empty means the last one
	BuildArgs  map[string]string // that it was built with
	Root       string            // of the repository: locations are relative to it
}

// project is what is known of the files that the image was built from.
type project struct {
	file  *dockerfile.File
	build dockerfile.Build
	locks *lockfile.Index
	asked bool // the user named the Dockerfile
}

// openProject reads the Dockerfile and the lock files. It returns nil where there is no Dockerfile and none was named.
func openProject(src Source) (*project, error) {
	p := &project{build: dockerfile.Build{Target: src.Target, Args: src.BuildArgs}, asked: src.Dockerfile != ""}
	path := src.Dockerfile
	if !p.asked {
		path = filepath.Join(src.Root, "Dockerfile")
	}
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !p.asked:
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Request(fmt.Errorf("the Dockerfile %s does not exist", path), "name the file that the image was built from, relative to the working directory")
	case err != nil:
		return nil, fmt.Errorf("reading the Dockerfile: %w", err)
	}
	if p.file, err = dockerfile.Parse(relative(src.Root, path), raw); err != nil {
		if !p.asked {
			return nil, nil
		}
		return nil, fault.Request(err, "name the file that the image was built from")
	}
	context := src.Context
	if context == "" {
		context = filepath.Dir(path)
	}
	if p.locks, err = lockfile.Scan(os.DirFS(context), relative(src.Root, context)); err != nil {
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

// attribute says where the layers of a platform come from. It is nil, with a reason, where that cannot be told.
func (p *project) attribute(of *image.Platform) (*dockerfile.Attribution, error) {
	var history []dockerfile.Entry
	layers := 0
	for _, h := range of.Config.History {
		history = append(history, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
		if !h.EmptyLayer {
			layers++
		}
	}
	if layers != len(of.Layers) {
		return nil, fmt.Errorf("the image has %s and a history of %d", count(len(of.Layers), "layer"), layers)
	}
	build := p.build
	build.Shell = of.Config.Config.Shell
	return p.file.Attribute(history, build)
}

// locate gives the layers and findings of a platform their lines. Where the Dockerfile does not fit it changes nothing and
// says why.
func (p *project) locate(rep *report.Report, of *image.Platform, out *report.Platform, findings []finding.Finding) error {
	a, err := p.attribute(of)
	if err != nil {
		return err
	}
	if a.Own() == 0 && !p.asked {
		return errors.New("the Dockerfile makes no layer, and nobody said that it is this image's")
	}
	rep.Image.Base = &report.BaseImage{Name: a.Base.Name, Layers: a.Base.Layers, Location: &a.Base.Location}
	if _, digest, ok := strings.Cut(a.Base.Name, "@"); ok {
		rep.Image.Base.Digest = digest
	}
	for i := range out.Layers {
		location := a.Layers[i].Location
		out.Layers[i].Location, out.Layers[i].Base = &location, a.Layers[i].Base
	}
	for i := range findings {
		f := &findings[i]
		source := a.Layers[f.Layer.Index]
		location := source.Location
		f.Location = &location
		if origin, ok := source.Origin(f.Path); ok {
			f.Related = append(f.Related, finding.Related{Location: origin, Why: "the stage that it is copied from"})
		}
		if l, ok := p.locks.Find(f.Vulnerability.Package); ok && !source.Base {
			f.Related = append(f.Related, finding.Related{Location: l, Why: "names the package's version"})
		}
	}
	return nil
}
