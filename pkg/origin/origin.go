// Package origin tells where the content of an image comes from: which layers are the base image's, which line of the
// project's Dockerfile made a layer, and which other lines a reviewer may change because of a package. It does so from
// the image's history and diff IDs, before anybody looks into the layers, so that findings can be born with their
// place.
//
// It must not import anything that finds packages or vulnerabilities, judges or reports them.
package origin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/lockfile"
)

// Image says where the content of an image comes from.
type Image struct {
	Base      *Base       // the image that it was built on; nil where that is not known
	Platforms []*Platform // in the order of the image's platforms
	Source    *Source     // the Dockerfile; nil where it tells of no platform
}

// Platform says where the content of one platform's image comes from.
type Platform struct {
	// Layers are the image's, the lowest first. Base is set on those of the base image.
	Layers []finding.Layer
	// Instructions are those behind the image: of the Dockerfile, else what the history tells of the image's own layers.
	Instructions []dockerfile.Instruction
	// Sources are the images behind the image that the Dockerfile names, and Syntax is the frontend that it names.
	Sources []dockerfile.Source
	Syntax  dockerfile.Syntax
	// Entries are those of the image's history, in its order.
	Entries []Entry
	// BaseUser is the user of the base image's configuration, as far as the history tells; empty for root.
	BaseUser string
	// Warnings say what the user named and could not be used, one sentence each.
	Warnings []string

	origins []*dockerfile.LayerOrigin // of each layer; nil where the Dockerfile does not tell
	from    []*trail                  // of each layer; nil where the Dockerfile does not tell
	locks   *lockfile.Index           // nil where the Dockerfile tells of no layer
}

// Entry is an entry of the image's history, which the configuration grew by.
type Entry struct {
	CreatedBy string // the instruction, as the image's author wrote it
	// Layer is the index of the layer that the entry made, or else of the last one below it; -1 where there is none.
	Layer    int
	Base     bool              // the entry is the base image's, as far as the Dockerfile tells
	Location *finding.Location // of the instruction; nil where it is not known
}

// Instruction is the entry as an instruction of a Dockerfile: its name, in capitals, and what stands behind the name.
func (e *Entry) Instruction() (name, args string) {
	name, args, _ = strings.Cut(strings.TrimSpace(dockerfile.HistoryInstruction(e.CreatedBy)), " ")
	return strings.ToUpper(name), strings.TrimSpace(args)
}

// LayerOf is the layer of an entry, on whose side of the base image the entry is itself; nil where it has none.
func (p *Platform) LayerOf(e *Entry) *finding.Layer {
	if e.Layer < 0 || p.Layers[e.Layer].Base != e.Base {
		return nil
	}
	return &p.Layers[e.Layer]
}

// Attribute finds out where the content of an image comes from. The project is nil where nothing is known of the files
// that it was built from, and base is nil where the user named no base image. The layers of one that was named count
// for more than the Dockerfile.
func Attribute(img *image.Image, project *Project, base *BaseImage) *Image {
	out := &Image{}
	for _, of := range img.Platforms {
		p, found := attribute(of, project, base)
		if found != nil {
			out.Base = found
		}
		if project != nil && p.attributed() {
			out.Source = newSource(project.name, project.text)
		}
		out.nameBase(img, of)
		out.Platforms = append(out.Platforms, p)
	}
	return out
}

// HasProject tells whether the files of the project that the image was built from are known.
func (o *Image) HasProject() bool {
	return slices.ContainsFunc(o.Platforms, func(p *Platform) bool { return p.locks != nil })
}

// attribute also returns the base, where the layers bear it out.
func attribute(of *image.Platform, project *Project, named *BaseImage) (*Platform, *Base) {
	p := &Platform{origins: make([]*dockerfile.LayerOrigin, len(of.Layers)), from: make([]*trail, len(of.Layers))}
	for _, l := range of.Layers {
		p.Layers = append(p.Layers, l.Layer)
	}
	made := -1
	for _, h := range of.Config.History {
		if !h.EmptyLayer {
			made++
		}
		p.Entries = append(p.Entries, Entry{CreatedBy: h.CreatedBy, Layer: min(made, len(of.Layers)-1)})
	}
	warn := func(err error) { p.Warnings = append(p.Warnings, fmt.Sprintf("%s: %s", of.Name, err)) }
	var base *Base
	if project != nil {
		a, err := project.attribute(of)
		switch {
		case err == nil:
			base = p.takeDockerfile(a, project)
		case project.named:
			warn(fmt.Errorf("findings name their layer but no line: %w", err))
		}
	}
	if named != nil {
		if found, err := p.takeBase(of.Name, named); err != nil {
			warn(err)
		} else {
			base = found
		}
	}
	p.BaseUser = p.baseUser(of.Config.Config.User)
	if p.Instructions == nil {
		p.Instructions = dockerfile.FromHistory(historyOf(of), p.baseLayers())
	}
	return p, base
}

// baseUser is the last user that the base image's part of the history names, or that of the image where no other part does.
func (p *Platform) baseUser(ofImage string) string {
	user, own := "", false
	for _, e := range p.Entries {
		if name, args := e.Instruction(); name == "USER" {
			own = own || !e.Base
			if e.Base {
				user = args
			}
		}
	}
	if !own {
		return ofImage
	}
	return user
}

// baseLayers is how many of the layers are the base image's, as far as that is known.
func (p *Platform) baseLayers() int {
	n := 0
	for n < len(p.Layers) && p.Layers[n].Base {
		n++
	}
	return n
}

// takeDockerfile records the instruction behind each layer, and returns the base image that the Dockerfile names.
func (p *Platform) takeDockerfile(a *dockerfile.Attribution, project *Project) *Base {
	p.locks = project.locks
	p.Instructions, p.Sources, p.Syntax = a.Instructions(), a.Sources(), a.Syntax()
	for i := range p.Layers {
		p.origins[i] = &a.Layers[i]
		if t := a.Trace(i); t != nil {
			p.from[i] = &trail{Trace: t, project: project}
		}
		p.Layers[i].Base = a.Layers[i].Base
	}
	for i, e := range a.Entries {
		p.Entries[i].Base, p.Entries[i].Location = e.Base, e.Location
	}
	return fromDockerfile(a.Base)
}

// attributed tells whether the Dockerfile tells of at least one layer.
func (p *Platform) attributed() bool {
	return slices.ContainsFunc(p.origins, func(o *dockerfile.LayerOrigin) bool { return o != nil })
}

// takeBase marks the layers of the base image that the user named, and its part of the history. The Dockerfile's word on a layer does not count
// where the two disagree.
func (p *Platform) takeBase(platform string, named *BaseImage) (*Base, error) {
	n, err := named.layersOf(platform, p.Layers)
	if err != nil {
		return nil, err
	}
	for i := range p.Layers {
		if base := i < n; p.Layers[i].Base != base {
			p.Layers[i].Base, p.origins[i], p.from[i] = base, nil, nil
		}
	}
	entries := named.entriesOf(platform, n, p.Entries)
	for i := range p.Entries {
		if base := i < entries; p.Entries[i].Base != base {
			p.Entries[i].Base, p.Entries[i].Location = base, nil
		}
	}
	return &Base{Name: named.name, Layers: n}, nil
}

// Line returns the instruction that made a layer, or the FROM instruction that brought it, or nil if neither is known.
func (p *Platform) Line(layer int) *finding.Location {
	if p.origins[layer] == nil {
		return nil
	}
	line := p.origins[layer].Location
	return &line
}

// Locate tells which line a reviewer edits to change a package that was found at a path of a layer: that of the lock file or
// manifest that names its version, or of the instruction that does, or else the instruction that made the layer. The other lines that have to do with it are
// related: the instruction, and that of the stage which the package's file is copied from. It returns nil where no line is
// known.
func (p *Platform) Locate(layer int, pkg finding.Package, path string) (*finding.Location, []finding.Related) {
	made := p.origins[layer]
	if made == nil {
		return nil, nil
	}
	edit := p.Line(layer)
	var related []finding.Related
	if line := p.versionLine(layer, pkg, path); line != nil && !made.Base && *line != *edit {
		related = append(related, finding.Related{Location: *edit, Why: "brings it into the image"})
		edit = line
	}
	if from, ok := made.CopiedFrom(path); ok {
		related = append(related, finding.Related{Location: from, Why: "the stage that it is copied from"})
	}
	return edit, related
}

// versionLine is the line that names a package's version: of a lock file or manifest, or of the script that made the layer; nil
// where none does.
func (p *Platform) versionLine(layer int, pkg finding.Package, path string) *finding.Location {
	if from := p.from[layer]; from != nil {
		if pin := from.installed(pkg); pin != nil {
			return &pin.Location
		}
		if files := from.files(pkg, path); len(files) > 0 {
			if line, ok := p.locks.Find(pkg, files...); ok {
				return &line
			}
		}
	}
	for _, i := range p.Instructions {
		if i.Layer != layer {
			continue
		}
		if pin, ok := lockfile.FindPin(i.Script.Text, pkg); ok {
			return i.Script.Line(pin.Offset)
		}
	}
	return nil
}

// VersionOf is where the project says which version it takes of a package that was found at a path of a layer, if it does: a line of
// a file that belongs to the layer by the Dockerfile, or of an instruction.
func (p *Platform) VersionOf(layer int, pkg finding.Package, path string) (lockfile.Source, bool) {
	from := p.from[layer]
	if from == nil || p.Layers[layer].Base {
		return lockfile.Source{}, false
	}
	if pin := from.installed(pkg); pin != nil {
		return *pin, true
	}
	if files := from.files(pkg, path); len(files) > 0 {
		return p.locks.Source(pkg, files...)
	}
	return lockfile.Source{}, false
}
