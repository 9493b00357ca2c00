package remedy

import (
	"maps"
	"regexp"
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

// target is the version to take in place of one version of a package, and where the project names that.
type target struct {
	Target
	source lockfile.Source
	named  bool     // the project's files name it
	via    []string // the packages that bring it
}

// targets holds the target for each version of a package, by finding.Item.Change.
type targets map[string]target

func targetsOf(in Input) targets {
	groups := map[string][]int{}
	for _, i := range in.Blocking {
		if f := in.Findings[i]; f.Vulnerability != nil && Removable(f) {
			change := f.Item().Change
			groups[change] = append(groups[change], i)
		}
	}
	out := targets{}
	for change, indexes := range groups {
		out[change] = newTarget(in, indexes)
	}
	return out
}

func newTarget(in Input, indexes []int) target {
	findings := make([]finding.Finding, 0, len(indexes))
	for _, i := range indexes {
		findings = append(findings, in.Findings[i])
	}
	t := target{Target: TargetOf(findings)}
	t.source, t.named = in.Locks.Source(findings[0].Vulnerability.Package)
	if t.via = t.source.Via; !t.named {
		t.via = in.installedVia(indexes)
	}
	return t
}

// installedVia lists what brings a package wherever findings of it are, by the image's manifests; nothing where it is there by
// itself in one of the places.
func (in Input) installedVia(indexes []int) []string {
	names := map[string]bool{}
	for _, i := range indexes {
		if len(in.Via[i]) == 0 {
			return nil
		}
		for _, name := range in.Via[i] {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// of is the target for a package.
func (t targets) of(p finding.Package) target {
	return t[finding.Finding{Kind: finding.KindVulnerability, Vulnerability: &finding.Vulnerability{Package: p}}.Item().Change]
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
