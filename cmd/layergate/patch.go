package main

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/remedy"
)

// maxEdited is how many bytes a file that a patch changes may have.
const maxEdited = 4 << 20

// patch is a change of files, by their paths relative to the root of the project.
type patch struct {
	files         project.Files
	before, after map[string][]string // the lines of each file with their ends
	unread        map[string]error    // why a file could not be read
	edits         int                 // how many lines are changed
}

func newPatch(files project.Files) *patch {
	return &patch{files: files, before: map[string][]string{}, after: map[string][]string{}, unread: map[string]error{}}
}

// add makes the edit of a step, or returns why it makes none.
func (p *patch) add(s remedy.Step) (reason string) {
	l := s.Location
	if l == nil {
		_, reason = s.Apply("")
		return reason
	}
	lines, err := p.read(l.File)
	switch {
	case err != nil:
		return l.File + " was not read: " + err.Error()
	case l.Line < 1 || l.Line > len(lines):
		return l.File + " has no such line any more"
	}
	line, reason := s.Apply(lines[l.Line-1])
	if reason == "" {
		lines[l.Line-1] = line
		p.edits++
	}
	return reason
}

// read returns the lines of a file as they are with the patch.
func (p *patch) read(name string) ([]string, error) {
	if _, known := p.before[name]; !known {
		raw, err := p.files.ReadFile(name, maxEdited)
		p.unread[name] = err
		p.before[name] = strings.SplitAfter(string(raw), "\n")
		p.after[name] = slices.Clone(p.before[name])
	}
	return p.after[name], p.unread[name]
}

// print writes the patch.
func (p *patch) print(out io.Writer) error {
	for _, name := range slices.Sorted(maps.Keys(p.before)) {
		lines := strings.SplitAfter(strings.Join(p.after[name], ""), "\n") // an edit may have added some
		if err := printDiff(out, name, p.before[name], lines); err != nil {
			return err
		}
	}
	return nil
}

// printDiff writes the difference between two versions of a file as git does; nothing where there is none.
func printDiff(w io.Writer, name string, before, after []string) error {
	if slices.Equal(before, after) {
		return nil
	}
	// A last line without an end would run into what follows.
	end := func(lines []string) []string {
		if n := len(lines); n > 0 && lines[n-1] == "" {
			return lines[:n-1]
		} else if n > 0 {
			lines = slices.Clone(lines)
			lines[n-1] += "\n\\ No newline at end of file\n"
		}
		return lines
	}
	return difflib.WriteUnifiedDiff(w, difflib.UnifiedDiff{A: end(before), B: end(after), FromFile: "a/" + name, ToFile: "b/" + name, Context: 3})
}
