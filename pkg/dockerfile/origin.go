package dockerfile

import (
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/finding"
)

// copied is a COPY --from of another stage of the Dockerfile.
type copied struct {
	file      *File
	stage     int
	sources   []string
	dest      string // absolute, or empty where that is not known
	directory bool   // dest is a directory into which the sources are put
}

// copiedBy returns what a step copies from another stage of the Dockerfile, or nil if it copies nothing from one.
func (f *File) copiedBy(s step) *copied {
	c, ok := s.command.(*instructions.CopyCommand)
	if !ok || c.From == "" {
		return nil
	}
	from := f.stage(c.From, s.stage)
	if n, err := strconv.Atoi(c.From); err == nil && n >= 0 && n < s.stage {
		from = n
	}
	if from < 0 {
		return nil // another image
	}
	return &copied{
		file: f, stage: from, sources: c.SourcePaths, dest: f.absolute(s.stage, c, c.DestPath),
		directory: strings.HasSuffix(c.DestPath, "/") || len(c.SourcePaths) > 1,
	}
}

// absolute is a path of an instruction as an absolute one. It is empty where that depends on variables or on the base.
func (f *File) absolute(stage int, of instructions.Command, name string) string {
	if variable.MatchString(name) {
		return ""
	}
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	workdir := ""
	for _, c := range f.stages[stage].commands {
		if c == of {
			break
		}
		w, ok := c.(*instructions.WorkdirCommand)
		switch {
		case !ok:
		case variable.MatchString(w.Path):
			workdir = ""
		case path.IsAbs(w.Path):
			workdir = w.Path
		case workdir != "":
			workdir = path.Join(workdir, w.Path)
		}
	}
	if workdir == "" {
		return ""
	}
	return path.Join(workdir, name)
}

// CopiedFrom returns the instruction of the stage from which a file of the layer was copied, as far as the Dockerfile
// tells: the COPY or ADD that puts a file at the same path there, else the stage's FROM. ok is false for a layer that
// copies nothing from a stage.
func (o LayerOrigin) CopiedFrom(name string) (l finding.Location, ok bool) {
	if o.copied == nil {
		return finding.Location{}, false
	}
	st := o.copied.file.stages[o.copied.stage]
	candidates := o.copied.candidates(name)
	for i := len(st.commands) - 1; i >= 0; i-- {
		sources, dest := sourcesOf(st.commands[i])
		dest = o.copied.file.absolute(o.copied.stage, st.commands[i], dest)
		if dest == "" {
			continue
		}
		for _, c := range candidates {
			for _, src := range sources {
				if c == dest || c == path.Join(dest, path.Base(src)) {
					return o.copied.file.location(st.commands[i].Location()), true
				}
			}
		}
	}
	return st.from, true
}

func sourcesOf(c instructions.Command) (sources []string, dest string) {
	switch c := c.(type) {
	case *instructions.CopyCommand:
		return c.SourcePaths, c.DestPath
	case *instructions.AddCommand:
		return c.SourcePaths, c.DestPath
	}
	return nil, ""
}

// candidates lists where a file of the image may have been in the stage.
func (c *copied) candidates(name string) []string {
	if c.dest == "" {
		return nil
	}
	var out []string
	for _, src := range c.sources {
		src = path.Join("/", src)
		if name == c.dest {
			out = append(out, src)
		}
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(c.dest, "/")+"/"); ok {
			out = append(out, path.Join(src, rest))
			if c.directory && rest == path.Base(src) {
				out = append(out, src)
			}
		}
	}
	return out
}
