package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// summary is the verdict in words, the same ones for every reader. A vulnerability counts once for each version of a
// package that has it, however many platforms and paths hold that version.
type summary struct {
	blocked  bool
	sentence string // without a full stop
	remedy   string // what to do, in whole sentences; empty for a clean image
	holds    string // what the image holds
	rest     string // what does not block beside what does, or ""
	base     string // how much of it came with the base image, or "" where that is not known
}

func (r *Report) summarize() summary {
	s := summary{blocked: r.Verdict.Outcome != policy.Clean || len(r.Verdict.Blocking) > 0, holds: r.holds()}
	all := func(finding.Finding) bool { return true }
	blocking, rest := split(r.group(all), r.blockingKeys())
	n := blocking.Total()
	switch {
	case s.blocked && n == 0:
		s.sentence = "It may not be promoted"
	case s.blocked:
		s.sentence = fmt.Sprintf("%s %s it: %s", plural(n, "vulnerability"), verb(n, "blocks", "block"), countWords(blocking))
		s.remedy = r.remedy()
	case rest.Total() == 0:
		s.sentence = "It may be promoted: no known vulnerability in " + s.holds
	default:
		s.sentence = fmt.Sprintf("It may be promoted: the policy lets its %s pass (%s)", plural(rest.Total(), "vulnerability"), countWords(rest))
	}
	s.base = r.baseShare()
	if n = rest.Total(); s.blocked && n > 0 {
		s.rest = fmt.Sprintf("%s that %s not block", plural(n, "more vulnerability"), verb(n, "does", "do"))
	}
	return s
}

// baseShare says how many of the vulnerabilities came with the base image, and how many with what was built on it. One
// that both brought is the base's.
func (r *Report) baseShare() string {
	if r.Image.Base == nil || r.Image.Base.Layers == 0 || len(r.Findings) == 0 {
		return ""
	}
	fromBase := map[vulnerable]bool{}
	for _, f := range r.Findings {
		fromBase[vulnerableBy(f)] = fromBase[vulnerableBy(f)] || f.Layer.Base
	}
	base := 0
	for _, b := range fromBase {
		if b {
			base++
		}
	}
	return fmt.Sprintf("%d from the base image %s, %d of your own", base, printable(r.Image.Base.Name), len(fromBase)-base)
}

// vulnerable is one vulnerability of one version of a package.
type vulnerable struct{ id, kind, name, version string }

func vulnerableBy(f finding.Finding) vulnerable {
	return vulnerable{f.ID, f.Package.Type, f.Package.Name, f.Package.Version}
}

// blockingKeys tells which vulnerabilities block somewhere.
func (r *Report) blockingKeys() map[vulnerable]bool {
	keys := make(map[vulnerable]bool, len(r.Verdict.Blocking))
	for _, f := range r.Blocking() {
		keys[vulnerableBy(f)] = true
	}
	return keys
}

// split counts the vulnerabilities that block and the others.
func split(groups []group, keys map[vulnerable]bool) (blocking, rest finding.Counts) {
	for _, g := range groups {
		for _, f := range g.findings {
			if keys[vulnerableBy(f)] {
				blocking.Add(f.Severity)
			} else {
				rest.Add(f.Severity)
			}
		}
	}
	return blocking, rest
}

// remedy says in a few sentences what a blocked image's owner can do about what blocks.
func (r *Report) remedy() string {
	keys := r.blockingKeys()
	count := func(keep func(finding.Finding) bool) (packages, vulnerabilities int) {
		groups := r.group(func(f finding.Finding) bool { return keep(f) && keys[vulnerableBy(f)] })
		blocking, _ := split(groups, keys)
		return len(groups), blocking.Total()
	}
	var sentences []string
	if packages, n := count(fixable); n > 0 {
		sentences = append(sentences, fmt.Sprintf("Upgrade %s to remove %s.", plural(packages, "package"), plural(n, "vulnerability")))
	}
	if packages, n := count(unfixable); n > 0 {
		sentences = append(sentences, fmt.Sprintf("%s in %s %s no fix yet: remove or replace what brings %s, or let fail-on allow %[4]s.",
			plural(n, "vulnerability"), plural(packages, "package"), verb(n, "has", "have"), verb(n, "it", "them")))
	}
	return strings.Join(sentences, " ")
}

// holds says what the image holds: packages and layers of its largest platform, and the platforms where there are
// several.
func (r *Report) holds() string {
	packages, layers := 0, 0
	for _, p := range r.Platforms {
		packages, layers = max(packages, len(p.Packages)), max(layers, len(p.Layers))
	}
	s := plural(packages, "package") + " across " + plural(layers, "layer")
	if len(r.Platforms) > 1 {
		s += " on " + plural(len(r.Platforms), "platform")
	}
	return s
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
