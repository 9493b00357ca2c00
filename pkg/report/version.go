package report

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
)

// fixedIn is the version that repairs a vulnerability by an upgrade, or, where the order of versions is not known, all
// that may.
func fixedIn(v *finding.Vulnerability) []string {
	versions, _ := version.Upgrade(v.Package, v.Fix.Names())
	return versions
}

// earlierOnly tells whether all versions that repair a vulnerability are below the installed one: no upgrade removes
// it.
func earlierOnly(v *finding.Vulnerability) bool {
	return v.Fix.State == finding.FixFixed && len(v.Fix.Versions) > 0 && len(fixedIn(v)) == 0
}

// repairable tells whether somebody knows how to repair a finding by going on, not back.
func repairable(f finding.Finding) bool {
	return f.Repairable() && (f.Vulnerability == nil || !earlierOnly(f.Vulnerability))
}

const earlierWords = "fixed only in an earlier version"
