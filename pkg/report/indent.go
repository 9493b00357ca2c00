package report

import (
	"bufio"
	"bytes"
	"io"
)

// indenter writes compact JSON on, in lines that are indented as json.Indent has them. The encoder's own indentation reads the
// whole text again, as if anybody had written it, and holds it twice.
type indenter struct {
	to    *bufio.Writer
	unit  string // of one level
	depth int
	// What the bytes before have begun.
	opened  bool // an object or a list that nothing was written of
	quoted  bool // a string
	escaped bool // an escape in it
}

func newIndenter(w io.Writer, unit string) *indenter {
	return &indenter{to: bufio.NewWriterSize(w, 64<<10), unit: unit}
}

// Write takes the next bytes of JSON, as an encoder writes them: with no space outside of strings but line breaks behind a value.
func (o *indenter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if o.quoted {
			p = o.text(p)
			continue
		}
		c := p[0]
		if o.opened && c != '}' && c != ']' {
			o.line()
		}
		switch c {
		case '{', '[':
			o.depth++
		case '}', ']':
			if o.depth--; !o.opened {
				o.line()
			}
		case '"':
			o.quoted = true
		}
		o.opened = c == '{' || c == '['
		_ = o.to.WriteByte(c) // an error stays, and Flush returns it
		switch c {
		case ',':
			o.line()
		case ':':
			_ = o.to.WriteByte(' ')
		}
		p = p[1:]
	}
	return n, nil
}

// text writes what p has of a string that has begun, and returns what follows.
func (o *indenter) text(p []byte) []byte {
	i := 0
	if o.escaped {
		o.escaped, i = false, 1
	} else if i = bytes.IndexAny(p, `"\`) + 1; i == 0 {
		i = len(p)
	} else if p[i-1] == '"' {
		o.quoted = false
	} else {
		o.escaped = true
	}
	_, _ = o.to.Write(p[:i])
	return p[i:]
}

// line begins the next line.
func (o *indenter) line() {
	_ = o.to.WriteByte('\n')
	for range o.depth {
		_, _ = o.to.WriteString(o.unit)
	}
}

// Flush writes what is held back. The error is that of any write.
func (o *indenter) Flush() error { return o.to.Flush() }
