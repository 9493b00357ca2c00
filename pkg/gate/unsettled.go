package gate

import (
	"fmt"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

// Unsettled lists why an older verdict does not stand any more for what an SBOM does not hold, after Rematch judged by the same policy what
// it holds; empty where the verdict stands.
func Unsettled(v attest.Verdict, again *report.Report, now time.Time) []string {
	out := []string{}
	packages := 0
	for _, p := range again.Platforms {
		packages += len(p.Packages)
	}
	if older(again.Database.Built, v.Database.Built) {
		out = append(out, fmt.Sprintf("the database of today is of %s, and the verdict knew one of %s", again.Database.Built, v.Database.Built))
	}
	if packages == 0 {
		out = append(out, "the SBOM lists no package, so that there is nothing to match")
	}
	for _, f := range again.Findings {
		// Such as a distribution that the SBOM names too shortly.
		if gap := f.ID; f.Kind == finding.KindCoverage && !slices.Contains(v.Coverage.Gaps, gap) {
			out = append(out, fmt.Sprintf("what the SBOM lists cannot be judged in full (%s), and the image could be", f.Title))
		}
	}
	out = append(out, v.Ended(now)...)
	if p := again.Policy; p.MaxImageAge > 0 || p.MaxBaseAge > 0 {
		out = append(out, "the policy limits the age of images or their bases, which an SBOM does not tell")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// older tells whether a time is before another (RFC 3339), which may be empty.
func older(built, than string) bool {
	a, err := time.Parse(time.RFC3339, built)
	b, err2 := time.Parse(time.RFC3339, than)
	return err2 == nil && (err != nil || a.Before(b))
}
