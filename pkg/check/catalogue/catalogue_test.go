package catalogue

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// TestRulesAreComplete holds every rule to what reports and pages show of it.
func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	pattern, name := regexp.MustCompile(policy.RulePattern), regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ids, names := map[string]bool{}, map[string]string{}
	for _, r := range Rules() {
		switch {
		case !pattern.MatchString(r.ID) || strings.Contains(r.ID, "*"):
			t.Errorf("%s is no identifier that a policy can name", r.ID)
		case ids[r.ID]:
			t.Errorf("two rules are called %s", r.ID)
		case !name.MatchString(r.Name) || names[r.Name] != "":
			t.Errorf("the name %q of %s is not its own, in kebab case", r.Name, r.ID)
		case r.Kind != finding.KindCheck && r.Kind != finding.KindSecret:
			t.Errorf("%s finds %q", r.ID, r.Kind)
		case r.Severity < finding.SeverityNegligible:
			t.Errorf("%s has no severity", r.ID)
		case r.Title == "" || r.Why == "" || r.Remedy == "" || strings.HasSuffix(r.Title, "."):
			t.Errorf("%s does not say in its title, why and remedy what it is about", r.ID)
		case len(r.References) == 0:
			t.Errorf("%s refers to nobody who asks for the same", r.ID)
		}
		for _, ref := range r.References {
			if ref.Name == "" || ref.URL != "" && !strings.HasPrefix(ref.URL, "https://") {
				t.Errorf("%s refers to %+v", r.ID, ref)
			}
		}
		ids[r.ID], names[r.Name] = true, r.ID
	}
}

// TestExamples holds rules that have a fixture which keeps them to having it in reports.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, s := range sources() {
		for _, r := range s.rules {
			got := Describe([]string{r.ID, "LG-NONE-001"})
			if len(got) != 1 || got[0].ID != r.ID {
				t.Fatalf("Describe(%s) = %v, want the one rule", r.ID, got)
			}
			fixtures, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(s.path), "testdata", r.ID, "pass*"))
			if err != nil {
				t.Fatal(err)
			}
			if example := got[0].Example; len(fixtures) > 0 && (len(example) == 0 || strings.TrimSpace(example[0].Text) == "") {
				t.Errorf("%s has no example", r.ID)
			}
		}
	}
}
