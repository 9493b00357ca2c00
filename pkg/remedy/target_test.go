package remedy

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

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
			in.Via, in.Locks = tt.via, tt.locks
			if diff := cmp.Diff(tt.want, New(in).Steps[0].Via); diff != "" {
				t.Errorf("New(): via (-want +got):\n%s", diff)
			}
		})
	}
}
