package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

func TestUpgrade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fixes   [][]string
		want    remedy.Target
		words   string // of the first finding
		fixable int    // of the group's findings
	}{
		{"each in its own version", [][]string{{"4.17.21"}, {"3.10.2", "4.17.19"}}, remedy.Target{Versions: []string{"4.17.21"}, Sure: true}, "fixed in 4.17.21", 2},
		{"order unknown", [][]string{{"next", "latest"}}, remedy.Target{Versions: []string{"latest", "next"}, Sure: false}, "fixed in next or latest", 1},
		{"earlier only", [][]string{{"1.0.1"}}, remedy.Target{Versions: nil, Sure: true}, "fixed only in an earlier version", 0},
		{"one of two earlier only", [][]string{{"1.0.1"}, {"4.17.19"}}, remedy.Target{Versions: []string{"4.17.19"}, Sure: true}, "fixed only in an earlier version", 1},
		{"no version named", [][]string{{}}, remedy.Target{Versions: nil, Sure: true}, "fixed in a later version", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := heldPackage{finding.Package{Name: "lodash", Type: "npm", Version: "4.17.15"}, ""}
			g := group{}
			n := 0
			for _, versions := range tt.fixes {
				f := vulnerable("CVE-1", finding.SeverityHigh, 0, finding.Layer{}, p, versions...)
				f.Vulnerability.Fix.State = finding.FixFixed
				g.findings = append(g.findings, f)
				if fixable(f) {
					n++
				}
				if fixable(f) == unfixable(f) {
					t.Errorf("%q is in both or in none of what to upgrade and what has no fix", versions)
				}
			}
			to, repairs := g.upgrade()
			if repairs != n {
				t.Errorf("upgrade() repairs %d, want %d", repairs, n)
			}
			if diff := cmp.Diff(tt.want, to); diff != "" || n != tt.fixable {
				t.Errorf("%d fixable, want %d; upgrade (-want +got):\n%s", n, tt.fixable, diff)
			}
			if got := fixWords(g.findings[0]); got != tt.words {
				t.Errorf("fixWords() = %q, want %q", got, tt.words)
			}
		})
	}
}
