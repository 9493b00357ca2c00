package image_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/finding"
)

// The rules keep to the words of pkg/check, and each is named once.
func TestRules(t *testing.T) {
	t.Parallel()
	id, name := regexp.MustCompile(`^LG-(IMG|FILE|DF|BASE)-[0-9]{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	var ids, names []string
	for _, r := range imagecheck.Rules() {
		if !id.MatchString(r.ID) || !name.MatchString(r.Name) {
			t.Errorf("the rule %s is called %q", r.ID, r.Name)
		}
		if slices.Contains(ids, r.ID) || slices.Contains(names, r.Name) {
			t.Errorf("there are two rules %s or %s", r.ID, r.Name)
		}
		ids, names = append(ids, r.ID), append(names, r.Name)
		if r.Kind != finding.KindCheck || r.Severity == finding.SeverityUnknown || r.Title == "" || len(r.References) == 0 {
			t.Errorf("the rule %s lacks a kind, a severity, a title or a reference", r.ID)
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
	known := map[string]bool{}
	for _, r := range imagecheck.Rules() {
		known[r.ID] = true
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", r.ID)
			list, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			passes, fails := 0, 0
			for _, e := range list {
				want := strings.HasPrefix(e.Name(), "fail")
				switch {
				case want:
					fails++
				case strings.HasPrefix(e.Name(), "pass"):
					passes++
				default:
					t.Errorf("%s is named neither pass nor fail", e.Name())
				}
				found := imagecheck.Find(subject(t, filepath.Join(dir, e.Name())))
				got := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == r.ID })
				if got != want {
					t.Errorf("%s: the rule finds something: %t, want %t; all that is found: %v", e.Name(), got, want, summaries(found))
				}
				for _, f := range found {
					if err := f.Valid(); err != nil {
						t.Errorf("%s: %s is not valid: %v", e.Name(), f.ID, err)
					}
				}
			}
			if passes == 0 || fails == 0 {
				t.Errorf("there are %d fixtures that pass and %d that fail, want at least one of each", passes, fails)
			}
		})
	}
	list, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !known[e.Name()] && strings.HasPrefix(e.Name(), "LG-") {
			t.Errorf("testdata/%s is of no rule", e.Name())
		}
	}
}

// summaries are findings as a test says them.
func summaries(list []finding.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID+" "+f.Check.Field+": "+f.Check.Saw)
	}
	return out
}
