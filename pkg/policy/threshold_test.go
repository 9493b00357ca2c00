package policy_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestThresholdBlocks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		threshold policy.Threshold
		lowest    finding.Severity // the lowest severity that blocks
		none      bool
	}{
		{threshold: "", lowest: finding.SeverityUnknown},
		{threshold: policy.Any, lowest: finding.SeverityUnknown},
		{threshold: "negligible", lowest: finding.SeverityNegligible},
		{threshold: "low", lowest: finding.SeverityLow},
		{threshold: "medium", lowest: finding.SeverityMedium},
		{threshold: "high", lowest: finding.SeverityHigh},
		{threshold: "critical", lowest: finding.SeverityCritical},
		{threshold: policy.Never, none: true},
		{threshold: "nonsense", lowest: finding.SeverityUnknown},
	}
	for _, tt := range tests {
		for _, s := range finding.Severities() {
			want := !tt.none && s >= tt.lowest
			if got := tt.threshold.Blocks(s); got != want {
				t.Errorf("Threshold(%q).Blocks(%s) = %t, want %t", tt.threshold, s, got, want)
			}
		}
	}
}

// What a policy says of its thresholds is what they do.
func TestLimitsOnAgreesWithJudge(t *testing.T) {
	t.Parallel()
	for _, p := range filePolicies() {
		p.Exceptions, p.Grace, p.Rules, p.AlwaysBlock, p.Limits.Unknown = nil, nil, nil, policy.AlwaysBlock{Malicious: policy.ActionPass}, ""
		for _, base := range []bool{true, false} {
			l := p.LimitsOn(base)
			for name, tt := range map[string]struct {
				threshold policy.Threshold
				change    func(*finding.Finding)
			}{
				"fixable": {l.Fixable, fixedBy(finding.FixVersion{Version: "4"})}, "unfixable": {l.Unfixable, unchanged}, "won't fix": {l.WontFix, wontFix},
				"end of life": {l.EndOfLife, func(f *finding.Finding) { f.Platform = "linux/arm64" }},
				"check": {p.ChecksOn(base), func(f *finding.Finding) {
					f.Kind, f.Vulnerability, f.Check = finding.KindCheck, nil, &finding.Check{}
				}},
			} {
				for _, s := range finding.Severities()[:5] {
					f := edited(tt.change)
					f.Severity, f.Layer = s, &finding.Layer{Base: base}
					v, _ := policy.Judge(p, policy.Input{Findings: []finding.Finding{f}, EndOfLife: []string{"linux/arm64"}})
					if got := v.Decisions[0].Effect == policy.Blocks; got != tt.threshold.Blocks(s) {
						t.Errorf("%+v: %s of severity %s, in the base image %v, blocks: %v, and its threshold is %s", p, name, s, base, got, tt.threshold)
					}
				}
			}
		}
	}
}
