// Package document reads the YAML and JSON documents of manifests, and tells where in the file each value is said, or where
// one that is missing can be added. What the values mean is up to the readers of the platforms, which decode Document.Raw by
// their types.
package document

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
)

// Document is one document of a file.
type Document struct {
	File string // as workload.Place has it
	Line int    // of the file in which Raw begins, from 1
	Raw  []byte // the document's own bytes, for a decoder by types

	root  *yaml.Node // nil for an empty document
	lines [][]byte
	step  int // by how many spaces the document indents

	// Of a document that Merge made: which nodes are of the one on top, and what mappings were in the lower one.
	from  map[*yaml.Node]*Document
	shape map[*yaml.Node]*yaml.Node
}

// These are the errors for files that others may read where this package does not.
var (
	ErrParted = errors.New("another document begins where no line of its own does") // but behind a line end that some take for none
	ErrKey    = errors.New("a key is not a single word")                            // but an alias of one, say
)

// Split cuts a file at the lines that part documents, and between JSON objects that follow one another on lines of their own,
// and parses each. Documents that hold nothing are left out. Errors are those of a wrong request, and begin with the file's
// name, line and column.
func Split(name string, data []byte) ([]*Document, error) {
	if at := invalid(data); at >= 0 {
		return nil, fault.Request(fmt.Errorf("%s:%d: the file is not UTF-8 text", name, 1+bytes.Count(data[:at], []byte("\n"))), "save it as UTF-8")
	}
	data = plain(data)
	var out []*Document
	for line := 1; len(data) > 0; {
		n := cmp.Or(nextJSON(data), next(data))
		d, err := parse(name, line, data[:n])
		if err != nil {
			return nil, err
		}
		if d != nil {
			out = append(out, d)
		}
		line += bytes.Count(data[:n], []byte("\n"))
		data = data[n:]
	}
	return out, nil
}

// plain has every line end in a line feed, and no document begin with a byte order mark, as files that were put together may have both
// (YAML 1.2.2, 5.2 and 5.4). It has as many lines.
func plain(data []byte) []byte {
	const mark = "\ufeff"
	if bytes.Count(data, []byte("\r")) > bytes.Count(data, []byte("\r\n")) {
		data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	if data = bytes.TrimPrefix(data, []byte(mark)); bytes.Contains(data, []byte("\n"+mark)) {
		data = bytes.ReplaceAll(data, []byte("\n"+mark), []byte("\n"))
	}
	return data
}

// escaped is a letter that YAML and JSON can be written with in quotes.
var escaped = regex.New(`\\(x|u00|U000000)[4-7]`)

// Escapes tells whether a text may have keys that no search finds, since their letters are written as escapes (YAML 1.2.2, 5.7; RFC 8259, section 7).
func Escapes(data []byte) bool { return escaped.Match(data) }

// invalid is the offset of the first byte that is not UTF-8, or -1.
func invalid(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// nextJSON is the length of a JSON object, with the rest of its line, where another one begins on a later line: what jq writes of
// several. It is 0 for everything else.
func nextJSON(data []byte) int {
	if !beginsObject(data) {
		return 0
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var object json.RawMessage
	if dec.Decode(&object) != nil {
		return 0 // YAML, or broken
	}
	end := int(dec.InputOffset())
	rest, _, more := bytes.Cut(data[end:], []byte("\n"))
	if n := end + len(rest) + 1; more && len(bytes.TrimSpace(rest)) == 0 && beginsObject(data[n:]) {
		return n
	}
	return 0
}

func beginsObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

// next is the length of the first document: what stands before the line that begins another. A document marker ends
// everything, texts included (YAML 1.2.2, 9.1.2, forbidden content). Comments and directives alone are no document.
func next(data []byte) int {
	content := false
	for at := 0; at < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := data[at:end]
		if marker(line, "---") {
			if content {
				return at
			}
			content = true
		} else if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' && line[0] != '%' {
			content = true
		}
		at = end
		if marker(line, "...") {
			return at
		}
	}
	return len(data)
}

func marker(line []byte, sign string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(sign))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// parse reads one document. It is nil where there is nothing in it.
func parse(name string, line int, raw []byte) (*Document, error) {
	d := &Document{File: name, Line: line, Raw: raw}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var n, second yaml.Node
	if err := dec.Decode(&n); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, d.syntaxError(err)
	}
	if err := dec.Decode(&second); err == nil {
		return nil, d.errorAt(second.Line, 1, ErrParted, "end lines as all other files do")
	} else if !errors.Is(err, io.EOF) {
		return nil, d.syntaxError(err)
	}
	if len(n.Content) == 0 || isNull(n.Content[0]) {
		return nil, nil
	}
	d.root = n.Content[0]
	d.lines, d.step = bytes.Split(raw, []byte("\n")), step(d.root)
	w := walk{d: d}
	if err := w.check(d.root); err != nil {
		return nil, err
	}
	return d, nil
}
