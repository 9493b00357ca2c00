package document_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// merged is a document laid over another, where the last key tells how.
func merged(t *testing.T, under, over string) document.Value {
	t.Helper()
	read := func(name, text string) document.Value {
		docs, err := document.Split(name, []byte(text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		return docs[0].Value()
	}
	return document.Merge(read("a.yaml", under), read("b.yaml", over), func(path []string) document.Form {
		if len(path) == 0 {
			return document.Form{}
		}
		switch path[len(path)-1] {
		case "whole":
			return document.Form{Whole: true}
		case "pairs":
			return document.Form{Pairs: true}
		case "items":
			return document.Form{Items: true}
		case "build":
			return document.Form{Field: "context"}
		case "keyed":
			return document.Form{Key: func(item document.Value) string { return item.Get("at").Text() }}
		}
		return document.Form{}
	})
}

func TestMerge(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, under, over, want string }{
		{"fields of both", "{a: 1, b: {c: 1}}", "{b: {d: 2}, e: 3}", "{a: 1, b: {c: 1, d: 2}, e: 3}"},
		{"a value on top", "{a: 1, b: 2}", "{b: 3}", "{a: 1, b: 3}"},
		{"null on top", "a: 1", "a:", "a: 1"},
		{"null below", "items:", "items: x", "items: x"},
		{"null below a list", "items: ", "items: [x]", "items: [x]"},
		{"reset, and nothing of it", "{a: 1, m: {b: 1}, l: [c]}", "{m: !reset {d: 2}, l: !reset [e]}", "{a: 1}"},
		{"reset among others", "{a: 1, b: 2, c: 3, d: 4}", "{a: 5, b: !reset null, c: !reset null, d: 6}", "{a: 5, d: 6}"},
		{"reset below", "{items: !reset [a], m: !reset {a: 1}}", "{items: [b], m: {b: 1}}", "{items: [b], m: {b: 1}}"},
		{"override", "{m: {a: 1}, l: [a], items: b}", "{m: !override {b: 2}, l: !override [b], items: !override [c]}", "{m: {b: 2}, l: [b], items: [c]}"},
		{"the whole value", "{whole: [a]}", "{whole: [b]}", "{whole: [b]}"},
		{"pairs in a list", "pairs: {A: 1, B: 2}", "pairs: [B=3, C, D=]", "pairs: {A: 1, B: '3', C: null, D: ''}"},
		{"pairs in lists", "pairs: [A=1, B=2=3]", "pairs: [A=4]", "pairs: {A: '4', B: 2=3}"},
		{"a pair whose value is the name of another", "pairs: {B: 2, A: B, C: 1}", "pairs: {B: 3}", "pairs: {B: 3, A: B, C: 1}"},
		{"lists", "l: [a, b]", "l: [c, b, c]", "l: [a, b, c]"},
		{"lists of mappings", "l: [{a: 1}, {a: 2}]", "l: [{a: 2}, {a: 3}]", "l: [{a: 1}, {a: 2}, {a: 3}]"},
		{"lists by a key", "keyed: [{at: 1, v: a}, {at: 2}]", "keyed: [{at: 1, v: b}, {at: 3}, {at: 3, v: c}]", "keyed: [{at: 1, v: b}, {at: 2}, {at: 3, v: c}]"},
		{"one item", "items: a", "items: [b, a]", "items: [a, b]"},
		{"one item on top", "items: [a]", "items: b", "items: [a, b]"},
		{"one field", "build: .", "build: {target: x}", "build: {context: ., target: x}"},
		{"one field on top", "build: {target: x}", "build: src", "build: {target: x, context: src}"},
		{"a text over others", "{a: {b: 1}, l: [b]}", "{a: x, l: y}", "{a: x, l: y}"},
		{"others over a text", "{a: x, l: y}", "{a: {b: 1}, l: [b]}", "{a: {b: 1}, l: [b]}"},
		{"a list and a mapping", "{a: {b: 1}, l: [b]}", "{a: [b], l: {b: 1}}", "{a: [b], l: {b: 1}}"},
		{"what is merged below", "{x: &x {a: 1, b: {c: 1}}, y: {<<: *x, d: 1}}", "y: {a: 2, b: {e: 1}}", "{x: {a: 1, b: {c: 1}}, y: {a: 2, b: {c: 1, e: 1}, d: 1}}"},
		{"what is merged on top", "y: {a: 1}", "{z: &z {a: 2, b: 3}, y: {<<: *z}}", "{y: {a: 2, b: 3}, z: {a: 2, b: 3}}"},
		{"an anchor, whose other uses stay", "{x: &x {a: 1, l: [b], keyed: [{at: 1}]}, y: *x}", "x: {a: 2, c: 3, l: [d], keyed: [{at: 1, v: a}]}", "{x: {a: 2, c: 3, l: [b, d], keyed: [{at: 1, v: a}]}, y: {a: 1, l: [b], keyed: [{at: 1}]}}"},
		{"an alias, whose anchor stays", "{x: &x {a: 1}, y: *x}", "y: {a: 2}", "{x: {a: 1}, y: {a: 2}}"},
		{"an alias on top", "{y: {a: 1}, l: [a]}", "{x: &x {b: 2}, y: *x, m: &m [b], l: *m}", "{x: {b: 2}, y: {a: 1, b: 2}, m: [b], l: [a, b]}"},
	}
	all := func(document.Value) bool { return false }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := merged(t, tt.under, tt.over).Plain(all)
			if err != nil {
				t.Fatal(err)
			}
			want, err := only(t, tt.want).Value().Plain(all)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Merge() (-want +got):\n%s", diff)
			}
		})
	}
}

// Each value keeps its place in its file.
func TestPlaceOfLaidOver(t *testing.T) {
	t.Parallel()
	v := merged(t, "web:\n  image: a\n  user: b\n  pairs: [A=1]\n  items: a\n  build: .\napi: {a: 1}\n", "\nweb:\n      image: c\n      pairs: [B=2]\n      items: b\n      build: src\napi:\n  a: 2\n")
	for _, tt := range []struct {
		at   document.Value
		want string
	}{
		{v.Get("web"), "a.yaml:1:1"},
		{v.Get("web", "image"), "b.yaml:3:7"},
		{v.Get("web", "user"), "a.yaml:3:3"},
		{v.Get("web", "pairs"), "a.yaml:4:3"},
		{v.Get("web", "pairs", "A"), "a.yaml:4:11"},
		{v.Get("web", "pairs", "B"), "b.yaml:4:15"},
		{v.Get("web", "items").Items()[0], "a.yaml:5:10"},
		{v.Get("web", "items").Items()[1], "b.yaml:5:14"},
		{v.Get("web", "build", "context"), "b.yaml:6:14"},
	} {
		p := tt.at.Place()
		if got := fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column); got != tt.want {
			t.Errorf("%s is at %s, want %s", p.Path, got, tt.want)
		}
	}
	cut := merged(t, "web: {user: a}\n", "web: {user: !reset null, other: !reset null}\n").Get("web")
	for _, tt := range []struct {
		at   document.Value
		want workload.Place
	}{
		{cut.Get("user"), workload.Place{File: "a.yaml", Line: 1, Column: 7, Path: "web.user", Missing: []string{"user"}, Style: workload.Opaque, Step: 2}},
		{cut.Get("other", "a"), workload.Place{File: "a.yaml", Line: 1, Column: 7, Path: "web.other.a", Missing: []string{"other", "a"}, Style: workload.Opaque, Step: 2}},
		{cut.Get("new"), workload.Place{File: "a.yaml", Line: 1, Column: 7, Path: "web.new", Missing: []string{"new"}, Style: workload.Inline, Step: 2}},
		{v.Get("web", "new"), workload.Place{File: "a.yaml", Line: 1, Column: 1, Path: "web.new", Missing: []string{"new"}, Style: workload.Block, Indent: 2, Step: 2}},
		{v.Get("api", "new"), workload.Place{File: "a.yaml", Line: 7, Column: 7, Path: "api.new", Missing: []string{"new"}, Style: workload.Inline, Step: 2}},
	} {
		if diff := cmp.Diff(tt.want, tt.at.Place()); diff != "" {
			t.Errorf("Place() (-want +got):\n%s", diff)
		}
	}
}
