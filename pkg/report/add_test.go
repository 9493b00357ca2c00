package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

// Each layer counts the packages that it introduced, and what was found in them, by whether it is still there.
func TestAdd(t *testing.T) {
	t.Parallel()
	at := func(layer int, state finding.State, severity finding.Severity) finding.Finding {
		return finding.Finding{Layer: &finding.Layer{Index: layer}, State: state, Severity: severity, Vulnerability: &finding.Vulnerability{}}
	}
	findings := []finding.Finding{
		at(0, finding.Visible, finding.SeverityHigh), at(1, finding.Visible, finding.SeverityLow),
		at(1, finding.Visible, finding.SeverityLow), at(1, finding.Shadowed, finding.SeverityCritical),
		{Layer: &finding.Layer{}, Severity: finding.SeverityHigh, Check: &finding.Check{}}, // of no package
		{Vulnerability: &finding.Vulnerability{}},                                          // of no layer
	}
	rep := &report.Report{}
	for _, name := range []string{"linux/amd64", "linux/arm64"} {
		rep.Add(report.Platform{
			Platform: name, Layers: make([]report.Layer, 2), Packages: []report.Package{{Layer: 1}, {Layer: 1}, {Layer: 0}},
		}, findings)
	}
	if len(rep.Platforms) != 2 || len(rep.Findings) != 2*len(findings) {
		t.Fatalf("%d platforms with %d findings, want 2 with %d", len(rep.Platforms), len(rep.Findings), 2*len(findings))
	}
	want := []report.Layer{
		{Packages: 1, Counts: finding.Counts{High: 1}},
		{Packages: 2, Counts: finding.Counts{Low: 2}, Shadowed: finding.Counts{Critical: 1}},
	}
	for _, p := range rep.Platforms {
		if diff := cmp.Diff(want, p.Layers); diff != "" {
			t.Errorf("layers of %s (-want +got):\n%s", p.Platform, diff)
		}
	}
}
