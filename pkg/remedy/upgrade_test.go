package remedy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

// A version is offered for what it leaves and brings, within the major version first.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	lodash := func(id, version string, fixes ...string) finding.Finding {
		return vulnerable(id, "npm", "lodash", version, ownCopy, fixes...)
	}
	mild := func(f finding.Finding) finding.Finding {
		f.Severity = finding.SeverityLow
		return f
	}
	a, b, c := lodash("A", "4.17.4", "4.17.11"), lodash("B", "4.17.4", "4.17.21"), lodash("C", "4.17.4", "5.0.0")
	at := func(version string, blocks ...string) (Replacement, []finding.Finding) {
		out := []finding.Finding{}
		for _, id := range blocks {
			out = append(out, lodash(id, version))
		}
		return Replacement{0, version}, out
	}
	type blocks map[string][]string // by version
	tests := []struct {
		name      string
		findings  []finding.Finding
		replaced  blocks // nil where nobody looked
		steps     []string
		brings    []string // of all steps
		note      string   // of the first step
		remaining int
	}{
		{
			name: "another major version is a step of its own", findings: []finding.Finding{a, b, c},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 2", "upgrade: lodash 4.17.4 → 5.0.0, another major version: 1"},
			note:  "another major version, 5.0.0, removes 1 more",
		},
		{
			name: "however severe what it removes is", findings: []finding.Finding{mild(a), c},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.11: 1", "upgrade: lodash 4.17.4 → 5.0.0, another major version: 1"},
			note:  "another major version, 5.0.0, removes 1 more",
		},
		{name: "only another major version", findings: []finding.Finding{c}, steps: []string{"upgrade: lodash 4.17.4 → 5.0.0: 1"}},
		{
			name: "a year is no major version", findings: []finding.Finding{vulnerable("A", "python", "certifi", "2022.12.7", ownCopy, "2023.7.22"), vulnerable("B", "python", "certifi", "2022.12.7", ownCopy, "2024.7.4")},
			steps: []string{"upgrade: certifi 2022.12.7 → 2024.7.4: 2"},
		},
		{
			name: "a cleaner version is taken", findings: []finding.Finding{a, lodash("B", "4.17.4", "4.17.21", "4.18.0")},
			replaced: blocks{"4.17.11": {"B"}, "4.17.21": {"X"}, "4.18.0": {}},
			steps:    []string{"upgrade: lodash 4.17.4 → 4.18.0: 2"},
		},
		{
			name: "what the database still finds is not removed", findings: []finding.Finding{a, b}, replaced: blocks{"4.17.11": {"A", "B"}, "4.17.21": {"A"}},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 1"}, remaining: 1,
		},
		{
			name: "what it brings", findings: []finding.Finding{a, b}, replaced: blocks{"4.17.11": {"B", "X", "Y"}, "4.17.21": {"X", "X"}},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 2 +1"}, brings: []string{"X"},
		},
		{
			name: "as much as it removes, and as severe", findings: []finding.Finding{a}, replaced: blocks{"4.17.11": {"X"}}, remaining: 1,
		},
		{
			name: "the same where another major version brings more", findings: []finding.Finding{a, c}, replaced: blocks{"4.17.11": {"C"}, "5.0.0": {"X", "Y"}},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.11: 1"}, remaining: 1,
		},
		{
			name: "a version that could not be compared repairs what advisories say", findings: []finding.Finding{a, b}, replaced: blocks{"4.17.11": {"B"}},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 2"},
		},
		{
			name: "what has no fix counts neither way", findings: []finding.Finding{a, lodash("U", "4.17.4")}, replaced: blocks{"4.17.11": {"U"}},
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.11: 1"}, remaining: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := all(tt.findings...)
			if tt.replaced != nil {
				in.Replaced = map[Replacement][]finding.Finding{}
				for version, ids := range tt.replaced {
					k, found := at(version, ids...)
					in.Replaced[k] = found
				}
			}
			p := New(in)
			var steps, brings []string
			for _, s := range p.Steps {
				steps, brings = append(steps, line(s)), append(brings, s.Brings...)
			}
			if diff := cmp.Diff(tt.steps, steps); diff != "" || p.Remaining.Count != tt.remaining {
				t.Errorf("New(): %d remain, want %d; steps (-want +got):\n%s", p.Remaining.Count, tt.remaining, diff)
			}
			if diff := cmp.Diff(tt.brings, brings); diff != "" {
				t.Errorf("New(): brings (-want +got):\n%s", diff)
			}
			if len(p.Steps) > 0 && p.Steps[0].Note != tt.note {
				t.Errorf("New(): note %q, want %q", p.Steps[0].Note, tt.note)
			}
		})
	}
	t.Run("less severe", func(t *testing.T) {
		t.Parallel()
		in := all(a)
		in.Replaced = map[Replacement][]finding.Finding{{0, "4.17.11"}: {mild(lodash("X", "4.17.11"))}}
		if got := line(New(in).Steps[0]); got != "upgrade: lodash 4.17.4 → 4.17.11: 1 +1" {
			t.Errorf("New() = %s", got)
		}
	})
}

// Versions are looked up of what the project chose, those that repair something which blocks.
func TestReplacements(t *testing.T) {
	t.Parallel()
	in := all(
		vulnerable("A", "npm", "lodash", "4.17.4", ownCopy, "4.17.21", "5.0.0"), vulnerable("B", "npm", "lodash", "4.17.4", ownCopy, "4.17.11", "4.17.3"),
		vulnerable("C", "deb", "curl", "7.1-1", ownRun, "7.2-1"), vulnerable("D", "npm", "tar", "6.1.0", baseLayer, "6.2.1"),
		vulnerable("E", "npm", "qs", "1.0.0", ownCopy), failedCheck("LG1"), vulnerable("F", "go-module", "golang.org/x/net", "v0.1.0", ownCopy, "0.2.0"),
		vulnerable("G", "npm", "passes", "1.0.0", ownCopy, "2.0.0"),
	)
	in.Blocking = in.Blocking[:7]
	var got []string
	for _, r := range Replacements(in) {
		got = append(got, strings.Join([]string{in.Findings[r.Finding].ID, r.Version}, " "))
	}
	if diff := cmp.Diff([]string{"A 4.17.11", "A 4.17.21", "A 5.0.0", "F v0.2.0"}, got); diff != "" {
		t.Errorf("Replacements() (-want +got):\n%s", diff)
	}
}
