package document

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/safetext"
)

// errorAt is a problem at a line of the document's own and a column, both from 1.
func (d *Document) errorAt(line, column int, err error, hint string) error {
	return fault.Request(fmt.Errorf("%s:%d:%d: %w", d.File, d.Line+line-1, column, err), hint)
}

// Error is a problem with the value at a path: a wrong request, which begins with the file's name, line and column.
func (d *Document) Error(err error, hint string, path ...any) error {
	p := d.Place(path...)
	if text := err.Error(); hide(d.root, text) != text {
		err = errors.New(hide(d.root, text))
	}
	return fault.Request(fmt.Errorf("%s:%d:%d: %w", p.File, p.Line, p.Column, err), hint)
}

// numbered is how the YAML library says in which line a problem is.
var numbered = regex.New(`^yaml: (?:line (\d+): )?(.*)$`)

// fromZero are the problems whose lines the YAML library counts from 0: its parser's, and not its scanner's.
var fromZero = regex.New(`^did not find expected ('-'|key|node|','|<)`)

// unknownAnchor is a problem that the YAML library knows no line of.
var unknownAnchor = regex.New(`^unknown anchor '(.*)' referenced$`)

// syntaxError gives an error of the YAML library the line that it has in the file.
func (d *Document) syntaxError(err error) error {
	line, text := 1, strings.ReplaceAll(err.Error(), "\n", " ")
	if m := numbered.FindStringSubmatch(text); m != nil {
		text = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		if m[1] != "" && fromZero.MatchString(text) {
			line++
		}
	}
	if text == "control characters are not allowed" { // of which the library knows no line
		line += bytes.Count(d.Raw[:max(0, bytes.IndexFunc(d.Raw, isControl))], []byte("\n"))
	}
	if m := unknownAnchor.FindStringSubmatch(text); m != nil {
		before, _, _ := bytes.Cut(d.Raw, []byte("*"+m[1]))
		line += bytes.Count(before, []byte("\n"))
		if looksSecret(m[1]) {
			text = "unknown anchor referenced, as a value that begins with * is"
		}
	}
	return fault.Request(fmt.Errorf("%s:%d: the file is no valid YAML: %s", d.File, d.Line+line-1, safetext.Escape(text)), "correct the line, or the one above it")
}

// isControl tells whether YAML takes a character for none of a text (YAML 1.2.2, 5.1).
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r >= 0xfffe && r <= 0xffff
}

// walk looks for what the platforms' decoders pass over or refuse without a column.
type walk struct {
	d     *Document
	above []*yaml.Node // that the node is in
}

// check refuses keys that an object has twice, of which a reader would see either, and anchors that contain themselves.
func (w *walk) check(n *yaml.Node) error {
	switch n.Kind {
	case yaml.AliasNode:
		for _, a := range w.above {
			if a == n.Alias {
				return w.d.errorAt(n.Line, n.Column, fmt.Errorf("the anchor %q contains itself", safetext.Escape(n.Value)), "write the value out")
			}
		}
		return nil
	case yaml.MappingNode:
		if err := w.unique(n); err != nil {
			return err
		}
	}
	w.above = append(w.above, n)
	for _, c := range n.Content {
		if err := w.check(c); err != nil {
			return err
		}
	}
	w.above = w.above[:len(w.above)-1]
	return nil
}

func (w *walk) unique(n *yaml.Node) error {
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return w.d.errorAt(key.Line, key.Column, ErrKey, "write the key as text")
		}
		if first, twice := seen[key.Value]; twice {
			return w.d.errorAt(key.Line, key.Column, fmt.Errorf("the key %q is in line %d already", safetext.Escape(key.Value), w.d.Line+first-1), "remove one of the two")
		}
		seen[key.Value] = key.Line
	}
	return nil
}
