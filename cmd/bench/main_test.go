package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, args, err string }{
		{name: "the goals on the small images", args: "-size small"},
		{name: "on the large ones", args: "-db some.tar.zst -rounds 1"},
		{name: "two programs", args: "compare -size small ./old main"},
		{name: "large without a database", args: "", err: "the large images need a real advisory database"},
		{name: "one program", args: "compare -size small ./old", err: "compare needs two programs or revisions, and has 1"},
		{name: "no command", args: "-size small measure", err: `"measure" is no command`},
		{name: "no size", args: "-size medium", err: `there are no images of the size "medium"`},
		{name: "no row", args: "-size small -only cold,warm", err: `"warm" is no row`},
		{name: "no rounds", args: "-size small -rounds 0", err: "0 rounds measure nothing"},
		{name: "no flag", args: "-sise small", err: "flag provided but not defined: -sise"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(strings.Fields(tt.args), io.Discard)
			if tt.err == "" && err == nil {
				return
			}
			if err == nil || err.Error() != tt.err || !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
				t.Errorf("parse(%q) = %v with the hints %q, want the request %q and what to do", tt.args, err, fault.Hints(err), tt.err)
			}
		})
	}
	o, err := parse([]string{"compare", "-size", "small", "-only", "cold,tiny", "old", "new"}, io.Discard)
	if err != nil || !slices.Equal(o.compare, []string{"old", "new"}) || !slices.Equal(o.only, []string{"cold", "tiny"}) {
		t.Errorf("parse() = %+v, %v, want old and new, and two rows", o, err)
	}
}

func TestResolveNothing(t *testing.T) {
	t.Parallel()
	b := &bench{work: t.TempDir()}
	for _, word := range []string{"no-such-program", "-h", t.TempDir()} {
		if _, _, err := b.resolve(word, ""); !fault.IsRequest(err) || !strings.Contains(err.Error(), "neither a program nor a revision") {
			t.Errorf("resolve(%q) = %v, want a wrong request", word, err)
		}
	}
}

// What is measured is measured in turn, and each sample is found under the name of what gave it.
func TestInTurn(t *testing.T) {
	t.Parallel()
	var order []string
	named := func(name string, wall float64) contender {
		return contender{name: name, run: func() (sample, error) {
			order = append(order, name)
			return sample{Wall: wall + float64(len(order))}, nil
		}}
	}
	got, err := inTurn(2, []contender{named("a", 10), named("b", 20)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "a", "b"}, order); diff != "" {
		t.Errorf("the order is another (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]sample{"a": walls(11, 13), "b": walls(22, 24)}, got); diff != "" {
		t.Errorf("inTurn() is another (-want +got):\n%s", diff)
	}
}
