package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestParseThreshold(t *testing.T) {
	t.Parallel()
	for _, want := range policy.Thresholds() {
		if got, err := policy.ParseThreshold(string(want)); got != want || err != nil {
			t.Errorf("ParseThreshold(%q) = %q, %v", want, got, err)
		}
	}
	if got, err := policy.ParseThreshold(""); got != policy.Any || err != nil {
		t.Errorf("ParseThreshold of nothing = %q, %v, want any", got, err)
	}
	if _, err := policy.ParseThreshold("unknown"); err == nil {
		t.Error("ParseThreshold(unknown) gives no error")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	visible := func(s finding.Severity) finding.Finding {
		return finding.Finding{Severity: s, State: finding.Visible}
	}
	shadowed := finding.Finding{Severity: finding.SeverityCritical, State: finding.Shadowed}
	tests := []struct {
		name     string
		policy   policy.Policy
		findings []finding.Finding
		want     policy.Verdict
	}{
		{name: "nothing found", want: policy.Verdict{Outcome: policy.Clean, Blocking: []policy.Block{}}},
		{name: "shadowed", findings: []finding.Finding{shadowed}, want: policy.Verdict{Outcome: policy.Clean, Blocking: []policy.Block{}}},
		{
			name:     "the zero policy is the strictest",
			findings: []finding.Finding{shadowed, visible(finding.SeverityUnknown)},
			want: policy.Verdict{Outcome: policy.Blocked, Blocking: []policy.Block{
				{Finding: 1, Reason: "severity unknown; any vulnerability blocks"},
			}},
		},
		{
			name:     "threshold",
			policy:   policy.Policy{FailOn: "high"},
			findings: []finding.Finding{visible(finding.SeverityCritical), visible(finding.SeverityMedium), visible(finding.SeverityHigh)},
			want: policy.Verdict{Outcome: policy.Blocked, Blocking: []policy.Block{
				{Finding: 0, Reason: "severity critical is at or above high"},
				{Finding: 2, Reason: "severity high is at or above high"},
			}},
		},
		{name: "never", policy: policy.Policy{FailOn: policy.Never}, findings: []finding.Finding{visible(finding.SeverityCritical)}, want: policy.Verdict{Outcome: policy.Clean, Blocking: []policy.Block{}}},
		{
			name:     "a state that is not known blocks",
			findings: []finding.Finding{{Severity: finding.SeverityLow, State: "elsewhere"}},
			want:     policy.Verdict{Outcome: policy.Blocked, Blocking: []policy.Block{{Finding: 0, Reason: "severity low; any vulnerability blocks"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, clearance := policy.Judge(tt.policy, policy.Subject{Digests: []string{"sha256:a"}}, tt.findings)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Judge() (-want +got):\n%s", diff)
			}
			if allowed := clearance.Allows("sha256:a"); allowed != (got.Outcome == policy.Clean) {
				t.Errorf("Allows() = %t for the outcome %s", allowed, got.Outcome)
			}
			if clearance.Allows("sha256:b") || clearance.Allows("") {
				t.Error("the clearance allows what it does not name")
			}
		})
	}
}

func TestNoClearanceWithoutDigest(t *testing.T) {
	t.Parallel()
	if v, c := policy.Judge(policy.Policy{}, policy.Subject{}, nil); v.Outcome != policy.Clean || c != nil {
		t.Errorf("Judge() = %v, %v, want clean and no clearance", v, c)
	}
	var zero policy.Clearance
	if zero.Allows("") || zero.Allows("sha256:a") {
		t.Error("the zero clearance allows something")
	}
}
