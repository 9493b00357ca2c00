package build_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/check/build"
	"github.com/layergate/layergate/pkg/finding"
)

// The rules keep to the words of pkg/check, and each is named once.
func TestRules(t *testing.T) {
	t.Parallel()
	id, name := regexp.MustCompile(`^LG-DF-[0-9]{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, r := range build.Rules() {
		if !id.MatchString(r.ID) || !name.MatchString(r.Name) || seen[r.ID] || seen[r.Name] {
			t.Errorf("the rule %s is called %q", r.ID, r.Name)
		}
		seen[r.ID], seen[r.Name] = true, true
		if r.Kind != finding.KindCheck || r.Severity == finding.SeverityUnknown || r.Title == "" {
			t.Errorf("the rule %s lacks a kind, a severity or a title", r.ID)
		}
		for _, text := range []string{r.Why, r.Remedy} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("the rule %s says %q, which is no sentence", r.ID, text)
			}
		}
	}
}

// Each rule finds something in every fixture whose name begins with fail, and nothing where it begins with pass.
func TestFixtures(t *testing.T) {
	t.Parallel()
	var known []string
	for _, r := range build.Rules() {
		known = append(known, r.ID)
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"pass", "fail"} {
				files, err := filepath.Glob(filepath.Join("testdata", r.ID, prefix+"*", "Dockerfile"))
				if err != nil || len(files) == 0 {
					t.Errorf("there is no fixture %s: %v", prefix, err)
				}
				for _, file := range files {
					raw, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					found := find(t, string(raw))
					if got := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == r.ID }); got != (prefix == "fail") {
						t.Errorf("%s: the rule finds something: %t; all that is found: %q", file, got, words(found))
					}
					for _, f := range found {
						if err := f.Valid(); err != nil {
							t.Errorf("%s: %s is not valid: %v", file, f.ID, err)
						}
					}
				}
			}
		})
	}
	list, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), "LG-") && !slices.Contains(known, e.Name()) {
			t.Errorf("testdata/%s is of no rule", e.Name())
		}
	}
}
