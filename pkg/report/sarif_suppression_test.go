package report

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// An alert is suppressed where an exception accepts all of it that runs: code scanning closes it then.
func TestSuppressions(t *testing.T) {
	t.Parallel()
	below := baseLayer
	below.Base = true
	in := func(layer finding.Layer, version string, s finding.Severity) finding.Finding {
		return vulnerable("CVE-1", s, 0, layer, npm("lodash", version, "/app/node_modules/lodash/package.json"))
	}
	accepted, other, passing := in(appLayer, "4.17.15", finding.SeverityHigh), in(below, "4.17.4", finding.SeverityHigh), in(below, "4.17.4", finding.SeverityLow)
	shadowed := other
	shadowed.State = finding.Shadowed
	for _, tt := range []struct {
		name     string
		findings []finding.Finding
		want     string // the justification; empty for no suppression
		level    string
	}{
		{name: "accepted", findings: []finding.Finding{accepted}, want: "nobody calls it", level: "note"},
		{name: "another one blocks", findings: []finding.Finding{accepted, other}, level: "error"},
		{name: "another one passes without an exception", findings: []finding.Finding{accepted, passing}, level: "warning"},
		{name: "another one does not run", findings: []finding.Finding{accepted, shadowed}, want: "nobody calls it", level: "note"},
		{name: "not accepted", findings: []finding.Finding{other}, level: "error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := base(baseLayer, aptLayer, appLayer)
			r.Policy.Exceptions = []policy.Exception{{ID: "CVE-1", Layer: "own", Reason: "nobody calls it", Owner: "team", Expires: "2027-01-31"}}
			results := parseSARIF(t, render(t, SARIF, judge(r, "medium", tt.findings...))).Runs[0].Results
			if len(results) != 1 {
				t.Fatalf("%d results, want 1", len(results))
			}
			got := ""
			if all, ok := results[0]["suppressions"].([]any); ok {
				got = all[0].(map[string]any)["justification"].(string)
			}
			if (got != "") != (tt.want != "") || !strings.Contains(got, tt.want) {
				t.Errorf("suppressed because of %q, want %q", got, tt.want)
			}
			if level := results[0]["level"]; level != tt.level {
				t.Errorf("level = %v, want %s", level, tt.level)
			}
		})
	}
}
