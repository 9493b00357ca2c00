package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

func TestUpgrade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fixes   [][]string
		want    upgrade
		words   string // of the first finding
		advice  string // for the group
		fixable int    // of the group's findings
	}{
		{"each in its own version", [][]string{{"4.17.21"}, {"3.10.2", "4.17.19"}}, upgrade{[]string{"4.17.21"}, true}, "fixed in 4.17.21", "Upgrade to lodash@4.17.21.", 2},
		{"order unknown", [][]string{{"next", "latest"}}, upgrade{[]string{"latest", "next"}, false}, "fixed in next or latest", "Upgrade to lodash@latest or lodash@next.", 1},
		{"earlier only", [][]string{{"1.0.1"}}, upgrade{nil, true}, "fixed only in an earlier version", "Only an earlier version repairs it.", 0},
		{
			"one of two earlier only", [][]string{{"1.0.1"}, {"4.17.19"}}, upgrade{[]string{"4.17.19"}, true},
			"fixed only in an earlier version", "Upgrade to lodash@4.17.19, which removes 1 of 2.", 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := group{}
			n := 0
			for _, versions := range tt.fixes {
				p := heldPackage{finding.Package{Name: "lodash", Type: "npm", Version: "4.17.15"}, ""}
				f := vulnerable("CVE-1", finding.SeverityHigh, 0, finding.Layer{}, p, versions...)
				g.findings = append(g.findings, f)
				if fixable(f) {
					n++
				}
				if fixable(f) == unfixable(f) {
					t.Errorf("%q is in both or in none of what to upgrade and what has no fix", versions)
				}
			}
			if diff := cmp.Diff(tt.want, g.upgrade(), cmp.AllowUnexported(upgrade{})); diff != "" || n != tt.fixable {
				t.Errorf("%d fixable, want %d; upgrade (-want +got):\n%s", n, tt.fixable, diff)
			}
			if got := fixWords(g.findings[0].Vulnerability); got != tt.words {
				t.Errorf("fixWords() = %q, want %q", got, tt.words)
			}
			if got := upgradeAdvice(&g); got != tt.advice {
				t.Errorf("upgradeAdvice() = %q, want %q", got, tt.advice)
			}
		})
	}
}

func TestUpgradeTo(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]finding.Package{
		"to golang.org/x/text@v0.39.0": {Name: "golang.org/x/text", Type: "go-module"},
		"zlib1g to v0.39.0":            {Name: "zlib1g", Type: "deb"},
	} {
		if got := upgradeTo(p, []string{"v0.39.0"}); got != want {
			t.Errorf("upgradeTo() = %q, want %q", got, want)
		}
	}
}
