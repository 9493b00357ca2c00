package remedy

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/match/version"
)

// Target is the version that repairs all vulnerabilities of a package that an upgrade can repair.
type Target struct {
	// Versions holds the one version to take; several where their order is not known and the reader has to choose, and none
	// where no advisory names a version above the installed one.
	Versions []string
	Sure     bool // there is one version, or none, and the order of versions is known
}

// TargetOf works out the version to take in place of one version of a package, whose vulnerabilities the findings are.
func TargetOf(findings []finding.Finding) Target {
	var fixes [][]string
	for _, f := range findings {
		fixes = append(fixes, f.Vulnerability.Fix.Names())
	}
	versions, sure := version.Upgrade(findings[0].Vulnerability.Package, fixes...)
	slices.Sort(versions)
	return Target{versions, sure}
}

// FixedIn is the version that repairs a vulnerability by an upgrade, or, where the order of versions is not known, all that
// may.
func FixedIn(v *finding.Vulnerability) []string {
	versions, _ := version.Upgrade(v.Package, v.Fix.Names())
	return versions
}

// EarlierOnly tells whether all versions that repair a vulnerability are below the installed one: no upgrade removes it.
func EarlierOnly(v *finding.Vulnerability) bool {
	return v.Fix.State == finding.FixFixed && len(v.Fix.Versions) > 0 && len(FixedIn(v)) == 0
}

// Removable tells whether somebody knows how to repair a finding by going on, not back.
func Removable(f finding.Finding) bool {
	return f.Repairable() && (f.Vulnerability == nil || !EarlierOnly(f.Vulnerability))
}

// inBase tells whether a finding is the base image's.
func inBase(f finding.Finding) bool { return f.Layer != nil && f.Layer.Base }

// isSystem tells whether packages of a type are installed by the distribution's package manager.
func isSystem(packageType string) bool {
	return slices.Contains([]string{"deb", "apk", "rpm", "alpm", "portage"}, packageType)
}

// isDistroless tells whether a package is of an image without a package manager, whose records are one file for each package.
func isDistroless(f finding.Finding) bool {
	return strings.HasPrefix(f.Path, "/var/lib/dpkg/status.d/")
}

// pinOf is the word by which the instruction that installed a package of the distribution names its version.
func pinOf(f finding.Finding) (lockfile.Pin, bool) {
	if f.Layer == nil {
		return lockfile.Pin{}, false
	}
	return lockfile.FindPin(f.Layer.CreatedBy, f.Vulnerability.Package)
}

// isPinned tells whether the instruction that installed a package of the distribution names its version, so that building
// again brings no repaired one.
func isPinned(f finding.Finding) bool {
	pin, ok := pinOf(f)
	return ok && !slices.ContainsFunc(f.Vulnerability.Fix.Names(), pin.Allows)
}

// isHeldBack tells whether that instruction names the version of another package which has the same one, as those have that are
// built from one source and need each other in one version.
func isHeldBack(f finding.Finding) bool {
	return f.Layer != nil && f.Vulnerability.Package.Version != "" && strings.Contains(f.Layer.CreatedBy, "="+f.Vulnerability.Package.Version)
}
