package policy

import (
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// released tells whether a version that repairs a vulnerability is there for everybody: one of them is no pre-release.
func released(v *finding.Vulnerability) bool {
	if v.Fix.State != finding.FixFixed {
		return false
	}
	return len(v.Fix.Versions) == 0 || slices.ContainsFunc(v.Fix.Versions, func(f finding.FixVersion) bool {
		return !prerelease(v.Package, f.Version)
	})
}

var (
	// semverPrerelease is a version by semver.org 2.0.0 with a hyphen and more behind its three numbers.
	semverPrerelease = regex.New(`^v?\d+\.\d+\.\d+-`)
	// systemPrerelease is what distributions write behind the version that is to come: 1.0~rc1 (deb, rpm), 1.0_rc1 (apk).
	systemPrerelease = regex.New(`(?i)[~_](alpha|beta|rc|pre|dev)`)
	// pseudoVersion is the end of a Go version that names a commit: the time of the commit and the beginning of its hash.
	pseudoVersion = regex.New(`[-.]\d{14}-[0-9a-f]{12}(\+incompatible)?$`)
	// namedPrerelease is a word for an unfinished version, as Python, Ruby and Maven write it.
	namedPrerelease = regex.New(`(?i)(\d|[-._])(alpha|beta|a|b|rc|cr|c|pre|preview|dev|snapshot|milestone|m)[-._]?\d*([-._+]|$)`)
)

// prerelease tells whether a version is one that its maker calls unfinished. Where that is in doubt it is finished, so
// that an exception ends.
func prerelease(p finding.Package, version string) bool {
	switch {
	case systemPackage(p):
		return systemPrerelease.MatchString(version)
	case p.Type == "npm" || p.Type == "rust-crate":
		return semverPrerelease.MatchString(version)
	case p.Type == "go-module" && pseudoVersion.MatchString(version):
		return false // a commit, which is there for everybody
	}
	return namedPrerelease.MatchString(version)
}
