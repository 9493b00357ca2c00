package file

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/textfile"
)

// what a policy file is, in errors about one.
const what = "policy file"

// errorAt makes a *textfile.Error about a place in the file. The hint says what would be right, and may be empty.
func (d *decoder) errorAt(at *token.Position, hint, format string, args ...any) error {
	e := &textfile.Error{What: what, File: d.file, Line: 1, Column: 1, Err: fmt.Errorf(format, args...)}
	if at != nil {
		e.Line, e.Column = max(at.Line, 1), max(at.Column, 1)
	}
	e.Excerpt = textfile.Excerpt(d.raw, e.Line, e.Column)
	return fault.Request(e, hint)
}

// syntaxError is an error of the YAML itself.
func (d *decoder) syntaxError(err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return d.errorAt(nil, notYAML, "the file is no YAML")
	}
	at, word := e.GetToken().Position, e.GetToken().Value
	lines := strings.Split(string(d.raw), "\n")
	switch {
	case strings.Contains(e.GetMessage(), "already defined"):
		return d.errorAt(at, "keep one of them", "the key %q is there twice", word)
	case at.Line >= 1 && at.Line <= len(lines) && strings.HasPrefix(strings.TrimLeft(lines[at.Line-1], " "), "\t"):
		return d.errorAt(at, "indent with spaces", "a tab cannot indent a line")
	case strings.TrimSpace(word) == "":
		return d.errorAt(at, notYAML, "this is no YAML")
	}
	return d.errorAt(at, notYAML, "this is no YAML, from %q on", word)
}

// notYAML is a hint for what is no YAML.
const notYAML = "look at the brackets, quotes and indentation here and on the line above, and for a space behind each colon and hyphen"

// position is where a node begins.
func position(n ast.Node) *token.Position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return position(n.Values[0])
		}
	case *ast.MappingValueNode:
		return position(n.Key)
	case *ast.SequenceNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return position(n.Values[0])
		}
	}
	if t := n.GetToken(); t != nil {
		return t.Position
	}
	return nil
}
