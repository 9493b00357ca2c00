package report

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestAdvice(t *testing.T) {
	t.Parallel()
	layer := finding.Layer{Index: 0, DiffID: digestOfAll("e")}
	in := func(name, id string, s finding.Severity, path string, fixed ...string) finding.Finding {
		f := finding.Finding{
			ID: id, Severity: s, Platform: "linux/amd64", Layer: layer, State: finding.Visible, Fix: finding.Fix{State: finding.FixNone},
			Package: finding.Package{Name: name, Version: "1.0.0", Type: "npm", Path: path},
		}
		if len(fixed) > 0 {
			f.Fix = finding.Fix{State: finding.FixFixed, Versions: fixed}
		}
		return f
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
		got = append(got, fmt.Sprintf("%s %s: %s of %d, %d fixable by %v, in %d", a.Worst(), a.Package.Name, a.Findings[0].ID, len(a.Findings), a.Fixable, a.Upgrade, a.Places))
	}
	want := []string{
		"critical worst: CVE-6 of 1, 0 fixable by [], in 1",
		"high fixed: CVE-3 of 3, 2 fixable by [1.2.0], in 2",
		"high unfixed: CVE-2 of 1, 0 fixable by [], in 1",
		"low low: CVE-1 of 1, 1 fixable by [1.0.1], in 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Advice() (-want +got):\n%s", diff)
	}
}
