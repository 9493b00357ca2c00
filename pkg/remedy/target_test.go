package remedy

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// What brings a package is what the lock file says, or where that has none of the package, what is installed.
func TestVia(t *testing.T) {
	t.Parallel()
	locks, err := lockfile.Scan(fstest.MapFS{"uv.lock": {Data: []byte("[[package]]\nname = \"jinja2\"\nversion = \"3.0\"\n")}}, "")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		via   map[int][]string
		locks *lockfile.Index
		want  []string
	}{
		{name: "not known", want: []string{}},
		{name: "in both places", via: map[int][]string{0: {"flask", "b"}, 1: {"flask", "a"}}, want: []string{"a", "b", "flask"}},
		{name: "by itself in one", via: map[int][]string{0: {"flask"}}, want: []string{}},
		{name: "the lock file names it", via: map[int][]string{0: {"flask"}, 1: {"flask"}}, locks: locks, want: []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			elsewhere := vulnerable("A", "python", "jinja2", "3.0", ownCopy, "3.1")
			elsewhere.Path = "/opt"
			in := all(vulnerable("A", "python", "jinja2", "3.0", ownCopy, "3.1"), elsewhere)
			in.Via, in.Source = tt.via, sourceIn(tt.locks)
			if diff := cmp.Diff(tt.want, New(in).Steps[0].Via); diff != "" {
				t.Errorf("New(): via (-want +got):\n%s", diff)
			}
		})
	}
}

// sourceIn looks for packages in all of some lock files.
func sourceIn(locks *lockfile.Index) func(finding.Finding) (lockfile.Source, bool) {
	return func(f finding.Finding) (lockfile.Source, bool) { return locks.Source(f.Vulnerability.Package) }
}

// Where services of one repository each name a package, there is no one command, and the note says which files do. An instruction
// that names one is edited.
func TestSourceOf(t *testing.T) {
	t.Parallel()
	at := func(file string) lockfile.Source {
		return lockfile.Source{Location: finding.Location{File: file, Line: 2, EndLine: 2}, Manager: lockfile.NPM, Relation: lockfile.Direct}
	}
	run := lockfile.Source{Location: finding.Location{File: "Dockerfile", Line: 2, EndLine: 2}, Manager: lockfile.Instruction, Text: "ms@1.0.0"}
	tests := []struct {
		name    string
		sources map[string]lockfile.Source // by path
		command string
		note    string
		edit    *Edit
	}{
		{"of one", map[string]lockfile.Source{"/a": at("a/package-lock.json")}, "cd a && npm install ms@2.0.0", "", nil},
		{"of several", map[string]lockfile.Source{"/a": at("b/package-lock.json"), "/b": at("a/package-lock.json")}, "", "several files name it, so that no one command is known: a/package-lock.json, b/package-lock.json", nil},
		{"an instruction", map[string]lockfile.Source{"/a": run, "/b": run}, "", "", &Edit{Old: "ms@1.0.0", New: []string{"ms@2.0.0"}}},
		{"none", nil, "", noteUnnamed, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, b := vulnerable("A", "npm", "ms", "1.0.0", ownCopy, "2.0.0"), vulnerable("A", "npm", "ms", "1.0.0", ownCopy, "2.0.0")
			a.Path, b.Path = "/a", "/b"
			in := all(a, b)
			in.Source = func(f finding.Finding) (lockfile.Source, bool) { s, ok := tt.sources[f.Path]; return s, ok }
			s := New(in).Steps[0]
			if s.Command != tt.command || s.Note != tt.note {
				t.Errorf("New(): command %q, note %q, want %q, %q", s.Command, s.Note, tt.command, tt.note)
			}
			if diff := cmp.Diff(tt.edit, s.Edit); diff != "" {
				t.Errorf("New(): edit (-want +got):\n%s", diff)
			}
		})
	}
}
