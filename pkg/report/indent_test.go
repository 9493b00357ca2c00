package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzIndenter holds what is written, in pieces of any size, against the standard library.
func FuzzIndenter(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `"a\"b\\"`, `{"a":[],"b":{},"c":[1,2.5,-3e9,true,null,"x:,[{}]"],"d":{"e":[[],[{}]]}}`, `"\\"`, `["\\","\""]`,
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		var compact, want, got bytes.Buffer
		if json.Compact(&compact, raw) != nil {
			t.Skip()
		}
		compact.WriteByte('\n')
		if err := json.Indent(&want, compact.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		out := newIndenter(&got, "  ")
		for p := compact.Bytes(); len(p) > 0; {
			n := min(max(size, 1), len(p))
			if _, err := out.Write(p[:n]); err != nil {
				t.Fatal(err)
			}
			p = p[n:]
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("in pieces of %d bytes: %q, want %q", size, got.String(), want.String())
		}
	})
}

// A report that cannot be written is an error, even where it is small enough to be held back.
func TestIndenterFails(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for name, render := range map[string]func(*Report) error{
		"json": func(r *Report) error { return JSON(failing{full}, r) },
		"sbom": func(r *Report) error { return CycloneDX(failing{full}, r) },
	} {
		if err := render(&Report{Subject: Subject{Image: &Image{}}}); !errors.Is(err, full) {
			t.Errorf("%s: %v, want %v", name, err, full)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
