package remedy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
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

// wordEnd is what ends a package's name in a command line.
var wordEnd = regexp.MustCompile(`^[=~<>]`)

// isPinned tells whether the instruction that installed a package of the distribution names its version, so that building
// again brings the same one.
func isPinned(f finding.Finding) bool {
	p, line := f.Vulnerability.Package, f.Layer
	if line == nil {
		return false
	}
	for _, word := range strings.FieldsFunc(line.CreatedBy, func(r rune) bool { return strings.ContainsRune(" \t\n\r'\"\\;&|", r) }) {
		if rest, ok := strings.CutPrefix(word, p.Name); ok && (wordEnd.MatchString(rest) || p.Type == "rpm" && strings.HasPrefix(rest, "-"+leadingNumber(p.Version))) {
			return true
		}
	}
	return false
}

// leadingNumber is what a version has before its first dot or dash, without the epoch.
func leadingNumber(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		v = rest
	}
	return v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
}
