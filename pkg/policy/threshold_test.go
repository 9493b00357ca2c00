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
