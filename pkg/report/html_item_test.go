package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// The page says once how many findings there are, and the filters choose from as many.
func TestHTMLCountsAsTheVerdict(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		blocking, rest := r.tally()
		if got, want := htmlPage(r).Findings, blocking.total()+rest.total(); got != want {
			t.Errorf("the filters choose from %d findings, want the verdict's %d", got, want)
		}
	})
}

// A check that fails in several places is several findings of one row, and a vulnerability in several places is one of several rows.
func TestCountFacets(t *testing.T) {
	t.Parallel()
	here, there := npm("lodash", "4.17.15", "/a/package.json"), npm("lodash", "4.17.15", "/b/package.json")
	hidden := vulnerable("CVE-1", finding.SeverityHigh, 7, appLayer, there, "4.17.21")
	hidden.State = finding.Shadowed
	r := judge(base(baseLayer, aptLayer, appLayer), policy.Any, append([]finding.Finding{
		vulnerable("CVE-1", finding.SeverityHigh, 7, baseLayer, here, "4.17.21"), hidden,
		vulnerable("CVE-2", finding.SeverityLow, 3, baseLayer, here, "4.17.21"),
	}, manifestsReport().Findings...)...)
	all, having := countFacets(r.htmlTables())
	got := map[string]int{"all": all}
	for _, word := range []string{"kind:check", "kind:vulnerability", "state:visible", "state:shadowed", "severity:high", "layer:0"} {
		got[word] = having[word]
	}
	want := map[string]int{"all": 6, "kind:check": 4, "kind:vulnerability": 2, "state:visible": 2, "state:shadowed": 1, "severity:high": 4, "layer:0": 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("countFacets (-want +got):\n%s", diff)
	}
}

// A filter must not show a finding because one place of it has one of the words that are wanted, and another place the other.
func TestHTMLFindingFacets(t *testing.T) {
	t.Parallel()
	f := htmlFinding{Items: []*htmlItem{{3, []string{"layer:1", "state:visible"}}, {7, []string{"layer:2", "state:shadowed"}}}}
	if got, want := f.Facets(), "3 layer:1 state:visible|7 layer:2 state:shadowed"; got != want {
		t.Errorf("Facets() = %q, want %q", got, want)
	}
}
