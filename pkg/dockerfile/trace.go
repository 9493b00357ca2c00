package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// Trace is what the content of a layer may come from: files of the build context, and commands that ran on them.
type Trace struct {
	Taken []Taken // out of the build context
	Runs  []Run   // the RUN instruction that made the layer; those behind what it is copied from, where another one did

	copied *copied
}

// Run is a command and the directory that it begins in.
type Run struct {
	Script Script
	Dir    string // absolute; as if it were the root where the base image alone tells it
}

// Taken is what an instruction takes out of the build context.
type Taken struct {
	// Source is its path in the context, which may be a pattern, and "." for all of it. It is empty where that depends on a
	// variable which is not known.
	Source   string
	Excluded []string // patterns of what is left out
	// Dest is the path that it gets, absolute, or the directory that it gets into.
	Dest      string
	Directory bool // Dest is a directory, also for a single file
	Parents   bool // Source keeps its directories below Dest
}

// Trace says what a layer may come from; nil where the Dockerfile does not tell, as it does not of those of the base image.
func (a *Attribution) Trace(layer int) *Trace {
	made := slices.IndexFunc(a.instructions, func(i Instruction) bool { return i.Layer == layer && !i.Deferred })
	if made < 0 {
		return nil
	}
	of := a.instructions[made]
	_, run := of.Command.(*instructions.RunCommand)
	out := &Trace{copied: a.Layers[layer].copied}
	if !run && len(of.stages) == 0 { // of the context, or of another image, which gives nothing
		out.Taken = of.taken
		return out
	}
	behind := a.behind(of, run)
	for _, i := range a.instructions {
		if !behind[i.Command] {
			continue
		}
		out.Taken = append(out.Taken, i.taken...)
		if i.Script.Text != "" && (!run || i.Command == of.Command) {
			out.Runs = append(out.Runs, Run{i.Script, i.workdir})
		}
	}
	return out
}

// behind are the commands that ran before an instruction, and itself, where it runs a command; and all of the stages that any
// of them takes files from.
func (a *Attribution) behind(of Instruction, run bool) map[instructions.Command]bool {
	behind := map[instructions.Command]bool{}
	if run {
		for _, s := range a.chain.steps {
			behind[s.command] = true
			if s.command == of.Command {
				break
			}
		}
	}
	seen := map[int]bool{}
	for next := of.stages; ; {
		for _, i := range a.instructions {
			if behind[i.Command] {
				next = append(next, i.stages...)
			}
		}
		next = slices.DeleteFunc(slices.Clone(next), func(stage int) bool { return seen[stage] })
		if len(next) == 0 {
			return behind
		}
		for _, stage := range next {
			seen[stage] = true
			for _, s := range a.file.chain(stage, a.build).steps {
				behind[s.command] = true
			}
		}
	}
}

// ContextSources are the paths and patterns of what the instructions of all stages take out of the build context, as far as the
// file tells by itself.
func (f *File) ContextSources() []string {
	var out []string
	for _, s := range f.stages {
		for _, c := range s.commands {
			sources, _ := sourcesOf(c)
			if c, ok := c.(*instructions.CopyCommand); ok && c.From != "" {
				continue
			}
			for _, t := range taken(Instruction{Sources: sources}, "/", nil, false) {
				if t.Source != "" {
					out = append(out, t.Source)
				}
			}
		}
	}
	return out
}

// Paths are where a file of the layer may have been when commands ran on it: in the stage that it is copied from, or where it is.
func (t *Trace) Paths(name string) []string {
	if t.copied == nil {
		return []string{name}
	}
	return t.copied.candidates(name)
}

// taken is what COPY and ADD take out of the build context.
func taken(of Instruction, dest string, excluded []string, parents bool) []Taken {
	var out []Taken
	directory := strings.HasSuffix(dest, "/") || len(of.Sources) > 1 || resolve(of.workdir, dest) == of.workdir
	for _, source := range of.Sources {
		if strings.Contains(source, "://") || strings.HasPrefix(source, "git@") {
			continue
		}
		out = append(out, Taken{inContext(source), excluded, resolve(of.workdir, dest), directory, parents})
	}
	return out
}

// mounted is what RUN mounts out of the build context. The parser reads but From of a mount before its variables are expanded.
func mounted(c *instructions.RunCommand, workdir string, expand instructions.SingleWordExpander) []Taken {
	if err := c.Expand(expand); err != nil {
		return nil
	}
	var out []Taken
	for _, m := range instructions.GetMounts(c) {
		if m.Type == instructions.MountTypeBind && m.From == "" {
			out = append(out, Taken{Source: inContext(m.Source), Dest: resolve(workdir, m.Target)})
		}
	}
	return out
}

// inContext is a source as Taken has it.
func inContext(source string) string {
	if variable.MatchString(source) {
		return ""
	}
	if source = strings.TrimPrefix(path.Clean("/"+source), "/"); source == "" {
		return "."
	}
	return source
}

// resolve is a path as an absolute one, from a directory.
func resolve(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}
