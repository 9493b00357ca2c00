package report

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
)

func TestBadge(t *testing.T) {
	t.Parallel()
	outdated, blocked := cleanReport(), blockedReport()
	outdated.Database.Outdated, blocked.Database.Outdated = true, true
	undecided := cleanReport()
	undecided.Verdict.Outcome = policy.Blocked
	tests := []struct {
		name   string
		report *Report
		want   badge
	}{
		{"clean", cleanReport(), badge{1, "layergate", "clean", "brightgreen", false}},
		{"clean with what the policy lets pass", eolReport(), badge{1, "layergate", "clean", "brightgreen", false}},
		{"blocked", blockedReport(), badge{1, "layergate", "blocked: 1 critical, 3 high, 2 medium, 2 negligible", "red", true}},
		{"clean by an outdated database", outdated, badge{1, "layergate", "clean, by outdated advisories", "yellow", false}},
		{"blocked by an outdated database", blocked, badge{1, "layergate", "blocked: 1 critical, 3 high, 2 medium, 2 negligible, by outdated advisories", "red", true}},
		{"blocked by gaps alone", gapsReport(), badge{1, "layergate", "blocked: 10 coverage gaps", "red", true}},
		{"blocked without a finding", undecided, badge{1, "layergate", "blocked", "red", true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got badge
			if err := json.Unmarshal(render(t, Badge, tt.report), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("badge (-want +got):\n%s", diff)
			}
		})
	}
}
