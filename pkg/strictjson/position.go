package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Position is a place in a document.
type Position struct {
	Line, Column int // from 1; columns in characters
}

// Within is the place in a document of a place in a part of it that begins at p.
func (p Position) Within(part Position) Position {
	if part.Line == 1 {
		return Position{Line: p.Line, Column: p.Column + part.Column - 1}
	}
	return Position{Line: p.Line + part.Line - 1, Column: part.Column}
}

// Value is a value of a document, and where it begins.
type Value struct {
	Path string // such as statements[2].status
	Form string // the same without the indices: statements.status
	Position
	// Key is where the key of the value begins; the same as Position where it has none.
	Key Position
	// Token is its text, number or the like, or the bracket that opens it.
	Token json.Token
}

// Walk visits the values of a valid document in their order, down to a depth; the document itself is at depth 0. A negative
// depth is all of them.
func Walk(raw []byte, depth int, visit func(v Value)) {
	w := walk{Decoder: json.NewDecoder(bytes.NewReader(raw)), raw: raw, depth: depth, visit: visit, at: Position{Line: 1, Column: 1}}
	w.value(Value{Key: w.begin()}, 0)
}

type walk struct {
	*json.Decoder
	raw    []byte
	depth  int
	visit  func(v Value)
	offset int64 // up to which lines and columns were counted
	at     Position
}

// begin is where the key or value that comes next begins.
func (w *walk) begin() Position {
	end := w.InputOffset()
	for int(end) < len(w.raw) && bytes.IndexByte([]byte(" \t\r\n:,"), w.raw[end]) >= 0 {
		end++
	}
	w.at = w.at.Within(after(w.raw[w.offset:end]))
	w.offset = end
	return w.at
}

// value reads one value, of which the path and the key are known; false means that the document is not valid.
func (w *walk) value(v Value, depth int) bool {
	v.Position = w.begin()
	t, err := w.Token()
	if err != nil {
		return false
	}
	v.Token = t
	if w.depth < 0 || depth <= w.depth {
		w.visit(v)
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return true
	}
	for i := 0; w.More(); i++ {
		below := Value{Path: fmt.Sprintf("%s[%d]", v.Path, i), Form: v.Form, Key: w.begin()}
		if delim == '{' {
			key, err := w.Token()
			if err != nil {
				return false
			}
			below.Path, below.Form = joined(v.Path, key), joined(v.Form, key)
		}
		if !w.value(below, depth+1) {
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

// Find is the place of the value at a path, or else of the nearest around it that is there.
func Find(raw []byte, path string) Position {
	best, at := -1, Position{Line: 1, Column: 1}
	Walk(raw, -1, func(v Value) {
		around := v.Path == "" || path == v.Path ||
			len(path) > len(v.Path) && path[:len(v.Path)] == v.Path && (path[len(v.Path)] == '.' || path[len(v.Path)] == '[')
		if around && len(v.Path) > best {
			best, at = len(v.Path), v.Position
		}
	})
	return at
}

// PositionAt is the place of the byte at an offset.
func PositionAt(raw []byte, offset int64) Position {
	return after(raw[:max(0, min(int(offset), len(raw)))])
}

// after is the place behind some bytes.
func after(raw []byte) Position {
	line := raw[bytes.LastIndexByte(raw, '\n')+1:]
	return Position{Line: 1 + bytes.Count(raw, []byte("\n")), Column: 1 + utf8.RuneCount(line)}
}
