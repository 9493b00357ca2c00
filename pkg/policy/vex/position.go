package vex

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// value is a value of a JSON document, and where it begins.
type value struct {
	path string // such as statements[2].status
	form string // the same without the indices: statements.status
	line int    // from 1
	// token is its text, number or the like, or the bracket that opens it.
	token json.Token
}

// eachValue visits the values of a valid document in their order, down to a depth; the document itself is at depth 0. A negative
// depth is all of them.
func eachValue(raw []byte, depth int, visit func(v value)) {
	w := walk{Decoder: json.NewDecoder(bytes.NewReader(raw)), raw: raw, depth: depth, visit: visit, line: 1}
	w.value("", "", 0)
}

type walk struct {
	*json.Decoder
	raw    []byte
	depth  int
	visit  func(v value)
	offset int64 // up to which lines were counted
	line   int
}

// begin is the line of the value that comes next.
func (w *walk) begin() int {
	end := w.InputOffset()
	for int(end) < len(w.raw) && bytes.IndexByte([]byte(" \t\r\n:,"), w.raw[end]) >= 0 {
		end++
	}
	w.line += bytes.Count(w.raw[w.offset:end], []byte("\n"))
	w.offset = end
	return w.line
}

// value reads one value; false means that the document is not valid.
func (w *walk) value(path, form string, depth int) bool {
	line := w.begin()
	t, err := w.Token()
	if err != nil {
		return false
	}
	if w.depth < 0 || depth <= w.depth {
		w.visit(value{path, form, line, t})
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return true
	}
	for i := 0; w.More(); i++ {
		below, belowForm := fmt.Sprintf("%s[%d]", path, i), form
		if delim == '{' {
			key, err := w.Token()
			if err != nil {
				return false
			}
			below, belowForm = joined(path, key), joined(form, key)
		}
		if !w.value(below, belowForm, depth+1) {
			return false
		}
	}
	_, err = w.Token()
	return err == nil
}

func joined(path string, key json.Token) string {
	if path == "" {
		return fmt.Sprint(key)
	}
	return fmt.Sprint(path, ".", key)
}

// lineOf is the line of the value at a path, or else of the nearest around it that is there.
func lineOf(raw []byte, path string) int {
	best, line := -1, 1
	eachValue(raw, -1, func(v value) {
		around := v.path == "" || path == v.path ||
			len(path) > len(v.path) && path[:len(v.path)] == v.path && (path[len(v.path)] == '.' || path[len(v.path)] == '[')
		if around && len(v.path) > best {
			best, line = len(v.path), v.line
		}
	})
	return line
}

// linesOf are the lines of the entries of a list at the top of a document.
func linesOf(raw []byte, list string) []int {
	var out []int
	eachValue(raw, 2, func(v value) {
		if v.form == list && v.path != list {
			out = append(out, v.line)
		}
	})
	return out
}

// lineAt is the line of the byte at an offset.
func lineAt(raw []byte, offset int64) int {
	return 1 + bytes.Count(raw[:min(int(offset), len(raw))], []byte("\n"))
}
