package workload

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
)

var update = flag.Bool("update", false, "write what is found in the manifests of testdata anew")

// Manifests of real shape, in directories named for their platforms, have the findings that stand beside them; and what each
// of these says to add keeps its rule.
func TestManifests(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("testdata", "manifests", "*", "*.*"))
	if err != nil || len(names) < 20 {
		t.Fatalf("there are %d manifests: %v", len(names), err)
	}
	for _, name := range names {
		platform := workload.Platform(filepath.Base(filepath.Dir(name)))
		if filepath.Ext(name) == ".golden" || readers[platform] == nil {
			continue
		}
		t.Run(string(platform)+"/"+filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := foundIn(t, name, data, platform)
			golden := strings.TrimSuffix(name, filepath.Ext(name)) + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("findings in %s (-want +got):\n%s", name, diff)
			}
			for _, r := range rules() {
				testAdd(t, r, name, data, platform)
			}
		})
	}
}

// foundIn are the findings in a manifest, one a line.
func foundIn(t *testing.T, name string, data []byte, platform workload.Platform) string {
	t.Helper()
	var b strings.Builder
	opt := fixtureOptions()
	opt.Sets = []string{SetAKS, SetBaseline}
	for _, f := range Find([]workload.File{*read(t, name, data, platform)}, opt) {
		kind := "blocks"
		if f.Check.Information {
			kind = "hint"
		}
		fmt.Fprintf(&b, "%d %s %s %s %s %s: %s\n", f.Location.Line, f.ID, kind, f.Check.Resource, f.Check.Container, f.Check.Field, f.Check.Saw)
	}
	return b.String()
}
