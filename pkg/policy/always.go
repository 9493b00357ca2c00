package policy

import (
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// AlwaysBlock lists what blocks whatever its severity is. Neither the limits nor grace let it pass; an exception that
// names it does.
type AlwaysBlock struct {
	KnownExploited bool     `json:"knownExploited,omitempty"`              // what CISA's catalogue of known exploited vulnerabilities lists
	EPSS           float64  `json:"epss,omitempty" jsonschema:"maximum=1"` // what is at least as likely to be exploited within 30 days, 0 to 1; 0 means nothing
	IDs            []string `json:"ids,omitempty"`                         // advisories, rules and gaps; any alias counts
	Packages       []string `json:"packages,omitempty"`                    // packages and their vulnerabilities, by name, also of their source, or PURL, either of them a pattern
	// Malicious is what becomes of packages that are known to be malware, by advisories whose identifier begins with MAL-
	// (OSV's malicious-packages): block, which is the default, or pass, which leaves them to the other rules.
	Malicious Action `json:"malicious,omitempty" jsonschema:"enum=block,enum=pass"`
}

// Problem says what would never block, with the key of a policy file that lists it and its place there; nil where nothing is wrong.
func (a AlwaysBlock) Problem() (key string, index int, err error) {
	for i, id := range a.IDs {
		if err := validID(id); err != nil {
			return "ids", i, err
		}
	}
	for i, text := range a.Packages {
		if _, err := newPackagePattern(text); err != nil {
			return "packages", i, err
		}
	}
	return "", 0, nil
}

// NamedBy returns a function that tells which of some patterns, such as those of always-block.packages, names a package, if any does. The
// function is for one goroutine.
func NamedBy(patterns []string) func(finding.Package) (pattern string, ok bool) {
	j := newJudge(Policy{AlwaysBlock: AlwaysBlock{Packages: patterns}}, Input{})
	return func(p finding.Package) (string, bool) {
		i := j.alwaysPackage(p)
		if i < 0 {
			return "", false
		}
		return patterns[i], true
	}
}

// alwaysPackage is the index of the first pattern that names a package which always blocks, or -1.
func (j *judge) alwaysPackage(p finding.Package) int {
	if len(j.alwaysPackages) == 0 {
		return -1
	}
	known := j.know(p)
	return slices.IndexFunc(j.alwaysPackages, func(of packagePattern) bool { return of.matches(known) })
}

// always says why a finding blocks whatever its severity is, and by which rule.
func (j *judge) always(f *finding.Finding, ids []string) (Decision, bool) {
	a := j.policy.AlwaysBlock
	blocks := func(rule, format string, args ...any) (Decision, bool) {
		where := j.policy.Line(string(RuleAlways) + "." + rule)
		return Decision{Effect: Blocks, Rule: RuleAlways, Reason: fmt.Sprintf(format, args...), Where: where}, true
	}
	if f.Malicious() && a.Malicious != ActionPass {
		return blocks("malicious", "the package is malware, which always blocks")
	}
	for _, id := range ids {
		if j.alwaysIDs[id] {
			return blocks("ids", "the policy always blocks it")
		}
	}
	if f.ID == finding.RulePackageBlocked {
		if p, ok := f.Package(); ok && j.alwaysPackage(p) >= 0 {
			return blocks("packages", "the policy always blocks the package")
		}
	}
	v := f.Vulnerability
	if v == nil {
		return Decision{}, false
	}
	if a.KnownExploited && len(v.KnownExploited) > 0 {
		return blocks("known-exploited", "attackers use it (%s is in CISA's catalogue), and that always blocks", v.KnownExploited[0].CVE)
	}
	if a.EPSS > 0 && v.EPSS != nil && v.EPSS.Probability >= a.EPSS {
		return blocks("epss", "the probability of its exploitation, EPSS %.3g, is at or above %.3g", v.EPSS.Probability, a.EPSS)
	}
	if j.alwaysPackage(v.Package) >= 0 {
		return blocks("packages", "the policy always blocks vulnerabilities of the package")
	}
	return Decision{}, false
}
