package document_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

func only(t *testing.T, text string) *document.Document {
	t.Helper()
	docs, err := document.Split("a.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != 1 {
		t.Fatalf("Split found %d documents, want 1", len(docs))
	}
	return docs[0]
}

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		lines      []int // in which documents begin
	}{
		{name: "empty", text: ""},
		{name: "comments alone", text: "# nothing\n---\n# nothing\n"},
		{name: "one", text: "a: 1\n", lines: []int{1}},
		{name: "two", text: "a: 1\n---\nb: 2\n", lines: []int{1, 2}},
		{name: "marker first, a comment above it", text: "# web\n---\na: 1\n--- # second\nb: 2", lines: []int{1, 4}},
		{name: "an end marker", text: "a: 1\n...\nb: 2\n", lines: []int{1, 3}},
		{name: "directive", text: "a: 1\n...\n%YAML 1.1\n---\nb: 2\n", lines: []int{1, 3}},
		{name: "a marker within a text ends it", text: "a: |\n  x\n---\nb: 2\n", lines: []int{1, 3}},
		{name: "dashes in a text", text: "a: |\n  ---\n  ----\nb: ---x\n", lines: []int{1}},
		{name: "byte order mark and carriage returns", text: "\ufeffa: 1\r\n---\r\nb: 2\r\n", lines: []int{1, 2}},
		{name: "carriage returns alone", text: "a: 1\r---\r\ufeffb: 2\r", lines: []int{1, 2}},
		{name: "lines that end in all ways", text: "a: 1\r\n---\rb: 2\n---\nc: 3\r\r", lines: []int{1, 2, 4}},
		{name: "files with byte order marks that were put together", text: "\ufeffa: 1\n---\n\ufeffb: 2\n\ufeff---\n\ufeffc: 3\n", lines: []int{1, 2, 4}},
		{name: "empty documents between", text: "---\n---\n---\na: 1\n---\n", lines: []int{3}},
		{name: "JSON", text: "{\n\t\"a\": {\"b\": [1, true]}\n}\n", lines: []int{1}},
		{name: "JSON, one object in each line", text: "{\"a\": 1}\r\n{\"b\": \"}\"}\n\n{\"c\": 3}", lines: []int{1, 2, 3}},
		{name: "JSON objects of several lines", text: "{\n  \"a\": {}\n}\n{\n  \"b\": 2\n}\n", lines: []int{1, 4}},
		{name: "JSON objects and markers", text: "{\"a\": 1}\n{\"b\": 2}\n---\n{\"c\": 3}\n", lines: []int{1, 2, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs, err := document.Split("a.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			var lines []int
			for _, d := range docs {
				lines = append(lines, d.Line)
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Errorf("lines of the documents of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestSplitErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{name: "duplicate key", text: "x: 1\n---\na:\n  b: 1\n  c: 2\n  b: 3\n", want: `a.yaml:6:3: the key "b" is in line 4 already`},
		{name: "key of two kinds", text: "? [a]\n: 1\n", want: "a.yaml:1:3: a key is not a single word"},
		{name: "tab", text: "a:\n\tb: 1\n", want: "a.yaml:2: the file is no valid YAML: found character that cannot start any token"},
		{name: "in the second document", text: "a: 1\n---\nb: [1\n", want: "a.yaml:3: the file is no valid YAML"},
		{name: "anchor within itself", text: "a: &x\n  b: *x\n", want: `a.yaml:2:6: the anchor "x" contains itself`},
		{name: "unknown anchor", text: "b: 1\na: *x\n", want: "a.yaml:2: the file is no valid YAML: unknown anchor 'x' referenced"},
		{name: "control character", text: "a: 1\n---\nb: 1\nc: \"\x01\"\n", want: "a.yaml:4: the file is no valid YAML: control characters are not allowed"},
		{name: "bytes that are no text", text: "a: 1\nb: \xff\n", want: "a.yaml:2: the file is not UTF-8 text"},
		{name: "JSON objects in one line", text: "{\"a\": 1} {\"b\": 2}\n", want: "a.yaml:1: the file is no valid YAML: did not find expected"},
		{name: "in the second of several JSON objects", text: "{\"a\": 1}\n{\"b\": 1, \"b\": 2}\n", want: `a.yaml:2:10: the key "b" is in line 2 already`},
		{name: "another document behind a line end that is none elsewhere", text: "a: 1\u0085---\u0085b: 2\u0085", want: "a.yaml:2:1: another document begins where no line of its own does"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := document.Split("a.yaml", []byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Split(%q) = %v, want %s", tt.text, err, tt.want)
			}
			if err != nil && !fault.IsRequest(err) {
				t.Errorf("Split(%q) = %v, which is not a wrong request", tt.text, err)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	const text = `# a comment
spec: &spec
    containers:
    - name: web
      image: "web"
      securityContext: {privileged: true}
    - name: side
      securityContext:
        # why
        privileged: false
    - <<: *spec
      name: other
other: *spec
`
	tests := []struct {
		name         string
		path         []any
		line, column int
		written      string
	}{
		{"field", []any{"spec", "containers", 0, "image"}, 5, 7, "spec.containers[0].image"},
		{"item", []any{"spec", "containers", 1}, 7, 7, "spec.containers[1]"},
		{"in braces", []any{"spec", "containers", 0, "securityContext", "privileged"}, 6, 25, "spec.containers[0].securityContext.privileged"},
		{"below a comment", []any{"spec", "containers", 1, "securityContext", "privileged"}, 10, 9, "spec.containers[1].securityContext.privileged"},
		{"through an alias", []any{"other", "containers", 0, "name"}, 4, 7, "other.containers[0].name"},
		{"the document", nil, 2, 1, ""},
	}
	d := only(t, strings.Replace(text, "    - <<: *spec\n      name: other\n", "", 1))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := d.Place(tt.path...)
			want := workload.Place{File: "a.yaml", Line: tt.line, Column: tt.column, Path: tt.written}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Place(%v) (-want +got):\n%s", tt.path, diff)
			}
		})
	}
}

// A null is no text, however it is written.
func TestText(t *testing.T) {
	t.Parallel()
	d := only(t, "a: null\nb: ~\nc:\nd: 'null'\ne: yes\nf: [null]\n")
	for key, want := range map[string]string{"a": "", "b": "", "c": "", "d": "null", "e": "yes", "f": "", "g": ""} {
		if got := d.Text(key); got != want {
			t.Errorf("Text(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestPlaceOfMerged(t *testing.T) {
	t.Parallel()
	d := only(t, "base: &base\n  a: 1\n  b: 2\nmore: &more\n  b: 3\n  c: 4\nx:\n  <<: [*base, *more]\n  a: 5\n")
	for key, line := range map[string]int{"a": 9, "b": 3, "c": 6} {
		if got := d.Place("x", key); got.Line != line || len(got.Missing) > 0 {
			t.Errorf("Place(x, %s) = %+v, want line %d", key, got, line)
		}
	}
}

// TestAdd adds missing fields where their places say, and reads them back.
func TestPlaceOfText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line       int // of the text's second line
	}{
		{"a block", "# a\nx: |\n  one\n  two\n", 4},
		{"a block with an empty line before", "x: |-\n\n  two\n", 3},
		{"a block behind another document", "a: 1\n---\nx: |\n  one\n  two\n", 5},
		{"a block by an alias", "a: &a |\n  one\n  two\nx: *a\n", 3},
		{"a folded text", "x: >\n  one\n\n  two\n", 1},
		{"a quoted text", "x: \"one\\ntwo\"\n", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs, err := document.Split("a.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			d := docs[len(docs)-1]
			for _, p := range []workload.Place{d.Place("x"), d.Value("x").Place()} {
				if got := p.TextLine(2).Line; got != tt.line {
					t.Errorf("the second line of the text is in line %d, want %d", got, tt.line)
				}
			}
		})
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		path       []any
		want       string
	}{
		{"in a mapping", "spec:\n  a: 1\n", []any{"spec", "b"}, "spec:\n  b: true\n  a: 1\n"},
		{"two keys, indented by four", "spec:\n    a: 1\n", []any{"spec", "c", "d"}, "spec:\n    c:\n        d: true\n    a: 1\n"},
		{"in an item", "l:\n- name: x\n  y: 1\n- name: z\n", []any{"l", 1, "b"}, "l:\n- name: x\n  y: 1\n- name: z\n  b: true\n"},
		{"in an item that begins with a list", "l:\n  - args:\n    - a\n    # c\n    - b\n    image: x\n", []any{"l", 0, "b"}, "l:\n  - args:\n    - a\n    # c\n    - b\n    b: true\n    image: x\n"},
		{"in an item of one text", "l:\n  - text: |\n      a\n\n      b\n\nx: 1\n", []any{"l", 0, "b"}, "l:\n  - text: |\n      a\n\n      b\n    b: true\n\nx: 1\n"},
		{"below a key without a value", "l:\n  - name: x\n    c:\n    d: 1\n", []any{"l", 0, "c", "b"}, "l:\n  - name: x\n    c:\n      b: true\n    d: 1\n"},
		{"in braces", "s: {a: 1}\n", []any{"s", "b", "c"}, "s: {\"b\": {\"c\": true}, a: 1}\n"},
		{"in empty braces", "é: 1\ns: {}\n", []any{"s", "b"}, "é: 1\ns: {\"b\": true}\n"},
		{"in JSON", "{\n  \"s\": {\n    \"a\": 1\n  }\n}\n", []any{"s", "b", "c"}, "{\n  \"s\": {\n    \"b\": {\"c\": true},\n    \"a\": 1\n  }\n}\n"},
		{"in JSON on one line", `{"s":{"a":1}}`, []any{"s", "b"}, `{"s":{"b": true, "a":1}}`},
		{"through an alias", "x: &x\n  a: 1\ny: *x\n", []any{"y", "b"}, "x: &x\n  b: true\n  a: 1\ny: *x\n"},
		{"beside what is merged", "x: &x\n  a: 1\ny:\n  <<: *x\n", []any{"y", "b"}, "x: &x\n  a: 1\ny:\n  b: true\n  <<: *x\n"},
		{"no newline at the end", "l:\n- name: x", []any{"l", 0, "b"}, "l:\n- name: x\n  b: true\n"},
		{"a key that needs quotes", "s:\n  a: 1\n", []any{"s", "x y"}, "s:\n  \"x y\": true\n  a: 1\n"},
		{"in a later document", "a: 1\n---\ns:\n  a: 1\n", []any{"s", "b"}, "a: 1\n---\ns:\n  b: true\n  a: 1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			docs, err := document.Split("a.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			place := docs[len(docs)-1].Place(tt.path...)
			out := place.Apply([]byte(tt.text), place.Add(true))
			if diff := cmp.Diff(tt.want, string(out)); diff != "" {
				t.Errorf("%v added (-want +got):\n%s", tt.path, diff)
			}
			after, err := document.Split("a.yaml", out)
			if err != nil {
				t.Fatal(err)
			}
			if !after[len(after)-1].Has(tt.path...) {
				t.Errorf("%v is missing still from\n%s", tt.path, out)
			}
		})
	}
}

func TestNothingToAdd(t *testing.T) {
	t.Parallel()
	d := only(t, "a: ~\nb: 1\nc: [x]\n")
	for _, path := range [][]any{{"a", "x"}, {"b", "x"}, {"c", 1}, {"b"}} {
		if got := d.Place(path...).Add(true); got != "" {
			t.Errorf("Place(%v).Add = %q, want nothing", path, got)
		}
	}
}

func TestAddValues(t *testing.T) {
	t.Parallel()
	probe := []workload.Entry{{Key: "httpGet", Value: []workload.Entry{{Key: "path", Value: "/healthz"}, {Key: "port", Value: 8080}}}, {Key: "drop", Value: []string{"ALL", "x"}}}
	block := only(t, "s:\n  a: 1\n").Place("s", "p").Add(probe)
	if want := "  p:\n    httpGet:\n      path: \"/healthz\"\n      port: 8080\n    drop: [\"ALL\", \"x\"]\n"; block != want {
		t.Errorf("Add in a block = %q, want %q", block, want)
	}
	braces := only(t, `{"a": 1}`).Place("p").Add(probe)
	if want := `"p": {"httpGet": {"path": "/healthz", "port": 8080}, "drop": ["ALL", "x"]}, `; braces != want {
		t.Errorf("Add in braces = %q, want %q", braces, want)
	}
}

// TestBombs reads what is made to take long, and looks for a key that is in none of it.
func TestBombs(t *testing.T) {
	t.Parallel()
	var merges, aliases strings.Builder
	merges.WriteString("x0: &x0 {a: 1}\n")
	aliases.WriteString("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 40; i++ {
		last, next := fmt.Sprint("x", i-1), fmt.Sprint("x", i)
		merges.WriteString(next + ": &" + next + " {<<: [" + strings.Repeat("*"+last+", ", 9) + "*" + last + "]}\n")
		aliases.WriteString(next + ": &" + next + " [" + strings.Repeat("*"+last+", ", 9) + "*" + last + "]\n")
	}
	for name, text := range map[string]string{
		"merges": merges.String(), "aliases": aliases.String(),
		"many documents":  strings.Repeat("a: 1\n---\n", 10000),
		"long text":       "a: |\n" + strings.Repeat("  some text of a line that is not short\n", 250_000),
		"many keys":       "a:\n" + lines(100_000),
		"nested brackets": "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, err := document.Split("a.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range docs {
				if d.Has("x39", "none") {
					t.Error("a key that is not there was found")
				}
			}
		})
	}
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  key-%d: 1\n", i)
	}
	return b.String()
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"a: &a\n  b: *a\n", "a: 1\n---\n- b: {c: d}\n...\n", "{\"a\": [1, {\"b\": null}]}", "x: &x {a: 1}\ny:\n  <<: [*x, *x]\n", "? a\n: b\n", "a: >\n  x\n\n y: 1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := document.Split("a.yaml", data)
		if err != nil {
			return
		}
		for _, d := range docs {
			place := d.Place("a", "b", 0, "c")
			if place.Line < 1 || place.Line > bytes.Count(data, []byte("\n"))+1+bytes.Count(data, []byte("\r")) && !bytes.ContainsAny(data, "\u0085\u2028\u2029") {
				t.Errorf("Place = %+v, which is no line of %q", place, data)
			}
			var n yaml.Node
			if err := yaml.Unmarshal(d.Raw, &n); err != nil {
				t.Errorf("the document %q does not parse alone: %v", d.Raw, err)
			}
		}
	})
}
