package workload

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// All that the findings of a manifest say to add can be added at once, in any order: the manifest is read without an error, such
// as that of a key that is there twice, and none of these findings is found again.
func TestAddAtOnce(t *testing.T) {
	t.Parallel()
	for name, platform := range manifests(t) {
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, order := range []int{1, -1} {
				addAll(t, name, data, platform, order)
			}
		})
	}
}

// manifests are those of real shape and the fixtures that fail, by name, with their platforms.
func manifests(t *testing.T) map[string]workload.Platform {
	t.Helper()
	out := map[string]workload.Platform{}
	for _, pattern := range []string{"manifests/*/*.*", "LG-*/fail*.*"} {
		names, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			t.Fatalf("no manifest is called %s: %v", pattern, err)
		}
		for _, name := range names {
			platform := workload.Platform(filepath.Base(filepath.Dir(name)))
			if m := fixtureName.FindStringSubmatch(filepath.Base(name)); m != nil {
				platform = workload.Platform(m[3])
			}
			if filepath.Ext(name) != ".golden" && readers[platform] != nil {
				out[name] = platform
			}
		}
	}
	return out
}

// addAll adds what all findings in a manifest say, those of one line in an order or the reverse.
func addAll(t *testing.T, name string, data []byte, platform workload.Platform, order int) {
	t.Helper()
	type addition struct {
		line, column int
		text         string
	}
	key := func(f finding.Finding) string {
		return strings.Join([]string{f.ID, f.Check.Resource, f.Check.Container, f.Check.Field}, " ")
	}
	var all []addition
	var kept []string
	for _, f := range Find([]workload.File{*read(t, name, data, platform)}, fixtureOptions()) {
		if f.Check.Add != "" {
			all = append(all, addition{f.Location.Line, f.Location.Column, f.Check.Add})
			kept = append(kept, key(f))
		}
	}
	slices.SortFunc(all, func(a, b addition) int { // from the end, so that lines stay where they are
		return cmp.Or(cmp.Compare(b.line, a.line), cmp.Compare(b.column, a.column), order*strings.Compare(a.text, b.text))
	})
	for _, a := range slices.Compact(all) {
		at := workload.Place{Line: a.line, Column: a.column, Style: workload.Block}
		if !strings.HasSuffix(a.text, "\n") {
			at.Style = workload.Inline
		}
		data = at.Apply(data, a.text)
	}
	for _, f := range Find([]workload.File{*read(t, name, data, platform)}, fixtureOptions()) {
		if slices.Contains(kept, key(f)) {
			t.Errorf("%s is still found: %s\n%s", key(f), f.Check.Saw, data)
		}
	}
}

// Nothing is to be added because of a rule that the policy ignores, by itself or together with what others ask for.
func TestAddNothingForIgnoredRules(t *testing.T) {
	t.Parallel()
	file := read(t, "web.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: a\n"), workload.Kubernetes)
	opt := Options{Ignored: func(rule string) bool { return rule == "LG-RUN-006" }}
	asked := false
	for _, f := range Find([]workload.File{*file}, opt) {
		asked = asked || strings.Contains(f.Check.Add, "runAsNonRoot: true")
		if strings.Contains(f.Check.Add, "readOnlyRootFilesystem") || f.ID == "LG-RUN-006" && f.Check.Add != "" {
			t.Errorf("Find() says to add %q because of %s, which is ignored", f.Check.Add, f.ID)
		}
	}
	if !asked {
		t.Error("Find() says nothing to add for the rules that are not ignored")
	}
}
