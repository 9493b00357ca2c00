package build

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// written is a file with a text that the Dockerfile tells.
type written struct {
	name, text string
	excerpt
}

// written lists the files whose text an instruction has: of echo, printf or a heredoc in a script, and of a heredoc of COPY or ADD.
func (s *step) written() []written {
	var out []written
	for _, c := range s.script.commands {
		for _, name := range c.writes {
			out = append(out, written{name, c.said(), c.excerpt})
		}
	}
	for _, p := range s.script.pipelines {
		text := p.said()
		for _, c := range p.parts[len(p.parts)-1] {
			if c.is("tee") {
				for _, name := range c.operands("") {
					out = append(out, written{name, text, p.excerpt})
				}
			}
		}
	}
	var files instructions.SourcesAndDest
	switch c := s.Command.(type) {
	case *instructions.CopyCommand:
		files = c.SourcesAndDest
	case *instructions.AddCommand:
		files = c.SourcesAndDest
	}
	for _, f := range files.SourceContents {
		name := files.DestPath
		if strings.HasSuffix(name, "/") {
			name = path.Join(name, f.Path)
		}
		out = append(out, written{name, f.Data, excerpt{text: "COPY <<" + f.Path + " " + files.DestPath}})
	}
	return out
}

// unescape puts what echo and printf make of escapes in their place.
var unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t")

// said is the text that a command writes to its standard output, as far as it is told.
func (c command) said() string {
	switch {
	case c.is("echo"):
		return unescape.Replace(strings.Join(c.args, " "))
	case c.is("printf"):
		return unescape.Replace(strings.Join(c.args, "\n"))
	case c.is("cat", "tee"):
		return strings.Join(c.reads, "\n")
	}
	return ""
}

// said is the text that goes into the last part of a pipeline, as far as it is told.
func (p pipeline) said() string {
	var text []string
	for _, part := range p.parts[:len(p.parts)-1] {
		for _, c := range part {
			text = append(text, c.said())
		}
	}
	for _, c := range p.parts[len(p.parts)-1] {
		text = append(text, c.reads...)
	}
	return strings.Join(text, "\n")
}

// ofFiles adds what the texts of files do not keep that instructions write, where what is there already does not say it.
func ofFiles(steps []*step, already []seen, breaks func(name, text string) bool, saw string) []seen {
	out := already
	for _, s := range steps {
		for _, file := range s.written() {
			said := func(x seen) bool { return x.step == s && x.in(file.excerpt) }
			if breaks(file.name, file.text) && !slices.ContainsFunc(already, said) {
				out = append(out, seen{step: s, excerpt: file.excerpt, saw: saw})
			}
		}
	}
	return out
}
