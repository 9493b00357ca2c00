package report

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
)

// fixedIn is the version that repairs a finding by an upgrade, or, where the order of versions is not known, all that may.
func fixedIn(f finding.Finding) []string {
	versions, _ := version.Upgrade(f.Package, f.Fix.Versions)
	return versions
}

// earlierOnly tells whether all versions that repair a finding are below the installed one: no upgrade removes it.
func earlierOnly(f finding.Finding) bool {
	return f.Fix.State == finding.FixFixed && len(f.Fix.Versions) > 0 && len(fixedIn(f)) == 0
}

const earlierWords = "fixed only in an earlier version"
