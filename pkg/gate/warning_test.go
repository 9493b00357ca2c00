package gate

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match"
)

// A warning about what the database lacks is true of what it has: too few advisories are not none, and what one of them found is there.
func TestNotCovered(t *testing.T) {
	t.Parallel()
	found := []finding.Finding{{Vulnerability: &finding.Vulnerability{}}}
	const none, few = "no package of the image could be looked up in the advisory database", "the advisory database has too few advisories to judge any package of the image"
	const nothing, noOther = ": that no vulnerability was found in it says nothing", ": that no other vulnerability was found in it says nothing"
	for _, tt := range []struct {
		name     string
		gaps     []finding.Gap
		findings []finding.Finding
		want     string
	}{
		{name: "no package", want: none + nothing},
		{name: "covered", gaps: []finding.Gap{"", finding.GapFew}},
		{name: "unknown", gaps: []finding.Gap{finding.GapRelease}, want: none + nothing},
		{name: "too few", gaps: []finding.Gap{finding.GapDistribution, finding.GapFew}, want: few + nothing},
		{name: "too few, and one matches", gaps: []finding.Gap{finding.GapFew}, findings: found, want: few + noOther},
		{name: "unknown, and an own one matches", gaps: []finding.Gap{finding.GapEcosystem}, findings: found, want: none + noOther},
		{name: "another finding", gaps: []finding.Gap{finding.GapFew}, findings: []finding.Finding{{Coverage: &finding.Coverage{}}}, want: few + nothing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			result := match.Result{Findings: tt.findings}
			for _, gap := range tt.gaps {
				result.LookedUp = append(result.LookedUp, match.LookedUp{Gap: gap})
			}
			if got := notCovered(result); got != tt.want {
				t.Errorf("notCovered() = %q, want %q", got, tt.want)
			}
		})
	}
}
