package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestAdvice(t *testing.T) {
	t.Parallel()
	layer := finding.Layer{Index: 0, DiffID: digestOfAll("e")}
	in := func(name, id string, s finding.Severity, path string, fixed ...string) finding.Finding {
		return vulnerable(id, s, 0, layer, npm(name, "1.0.0", path), fixed...)
	}
	hidden := in("hidden", "CVE-9", finding.SeverityCritical, "/h")
	hidden.State = finding.Shadowed
	r := judge(base(layer), policy.Threshold("low"),
		in("low", "CVE-1", finding.SeverityLow, "/l", "1.0.1"),
		in("unfixed", "CVE-2", finding.SeverityHigh, "/u"),
		in("fixed", "CVE-3", finding.SeverityHigh, "/a", "1.0.2"),
		in("fixed", "CVE-4", finding.SeverityHigh, "/a", "1.2.0"),
		in("fixed", "CVE-5", finding.SeverityMedium, "/a"),
		in("fixed", "CVE-3", finding.SeverityHigh, "/b", "1.0.2"),
		in("worst", "CVE-6", finding.SeverityCritical, "/w"),
		in("passes", "CVE-7", finding.SeverityNegligible, "/p", "2"),
		hidden,
	)
	var got []string
	for _, a := range r.Advice() {
		got = append(got, a.Title+"\n"+a.Message)
	}
	want := []string{
		"critical: CVE-6 in worst 1.0.0\nThere is no fixed version yet.\n/w, brought by layer 0",
		"high: CVE-3 in fixed 1.0.0 and 2 more\nUpgrade to fixed@1.2.0, which removes 2 of 3.\nCVE-3 (high), CVE-4 (high), CVE-5 (medium)\n/a, brought by layer 0\nIt is in 1 more places",
		"high: CVE-2 in unfixed 1.0.0\nThere is no fixed version yet.\n/u, brought by layer 0",
		"low: CVE-1 in low 1.0.0\nUpgrade to low@1.0.1.\n/l, brought by layer 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Advice() (-want +got):\n%s", diff)
	}
}
