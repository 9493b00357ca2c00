package inventory

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// This file reads Debian control data (deb822(5)), as dpkg's database has it.

// paragraph is the fields of a package, in their order.
type paragraph []controlField

// controlField is a field, as syft's parser reads it: every line ends.
type controlField struct {
	name  string
	lines []byte
}

// simple are the fields whose value is one line. The parser keeps the line breaks of a value that is folded.
var simple = []string{"Package", "Status", "Architecture", "Source", "Version"}

// paragraphs goes through the paragraphs of control data. Lines may end as on Windows, and a line of blanks before the
// next package is an empty one.
func paragraphs(control []byte) iter.Seq[paragraph] {
	return func(yield func(paragraph) bool) {
		lines := slices.Collect(bytes.Lines(bytes.ReplaceAll(control, []byte("\r\n"), []byte("\n"))))
		var p paragraph
		for i, line := range lines {
			if isEnd(lines, i) {
				if len(p) > 0 && !yield(p.unfolded()) {
					return
				}
				p = nil
				continue
			}
			p = p.add(line)
		}
		if len(p) > 0 {
			yield(p.unfolded())
		}
	}
}

// isEnd tells whether a line stands between paragraphs.
func isEnd(lines [][]byte, i int) bool {
	if len(bytes.TrimSpace(lines[i])) > 0 {
		return false
	}
	if len(lines[i]) == 1 || i+1 == len(lines) {
		return true
	}
	name, _, _ := field(lines[i+1])
	return strings.EqualFold(name, "Package") || len(bytes.TrimSpace(lines[i+1])) == 0
}

func (p paragraph) add(line []byte) paragraph {
	line = slices.Clip(bytes.TrimSuffix(line, []byte("\n")))
	name, _, _ := field(line)
	if len(p) > 0 && (line[0] == ' ' || line[0] == '\t') {
		f := &p[len(p)-1]
		f.lines = append(append(f.lines, line...), '\n')
		return p
	}
	return append(p, controlField{name, append(line, '\n')})
}

// unfolded joins the lines of simple fields. Before the version of a source the parser asks for one blank, and dpkg for none.
func (p paragraph) unfolded() paragraph {
	for i, f := range p {
		if !isSimple(f.name) {
			continue
		}
		value := f.value()
		if name, version, ok := strings.Cut(value, "("); ok && strings.EqualFold(f.name, "Source") {
			value = strings.TrimSpace(name) + " (" + version
		}
		p[i].lines = []byte(f.name + ": " + value + "\n")
	}
	return p
}

func isSimple(field string) bool {
	return slices.ContainsFunc(simple, func(s string) bool { return strings.EqualFold(s, field) })
}

// check refuses a paragraph that says two things of what its package is: which of them counts depends on the reader.
func (p paragraph) check() error {
	for _, name := range simple {
		first := p.value(name)
		for _, f := range p {
			if strings.EqualFold(f.name, name) && f.value() != first {
				return fmt.Errorf("the package %.100q has the field %s twice, %.100q and %.100q", p.value("Package"), name, first, f.value())
			}
		}
	}
	return nil
}

func (f controlField) value() string {
	_, value, _ := strings.Cut(string(f.lines), ":")
	return strings.Join(strings.Fields(value), " ")
}

// value is that of the first field of a name, or empty.
func (p paragraph) value(name string) string {
	for _, f := range p {
		if strings.EqualFold(f.name, name) {
			return f.value()
		}
	}
	return ""
}

func (p paragraph) count(name string) int {
	n := 0
	for _, f := range p {
		if strings.EqualFold(f.name, name) {
			n++
		}
	}
	return n
}

// identity returns the name and the architecture, by which dpkg tells packages apart.
func (p paragraph) identity() string { return p.value("Package") + ":" + p.value("Architecture") }

// field splits the first line of a field.
func field(line []byte) (name, value string, ok bool) {
	if len(line) == 0 || line[0] == ' ' || line[0] == '\t' {
		return "", "", false
	}
	name, value, ok = strings.Cut(string(line), ":")
	return strings.TrimSpace(name), strings.TrimSpace(value), ok
}
