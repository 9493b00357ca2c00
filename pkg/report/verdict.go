package report

import (
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// summary is the verdict in words, the same ones for every reader. A finding counts once for each thing to repair that
// has it, such as a vulnerability for each version of a package, however many platforms and paths hold that.
type summary struct {
	blocked  bool
	sentence string // without a full stop
	holds    string // what the subject holds
	database string // that an outdated database was asked, or ""
	rest     string // what does not block beside what does, or ""
	base     string // how much of it came with the base image, or "" where that is not known
	change   string // how much of it came with the change, or "" where that is not known
}

func (r *Report) summarize() summary {
	about := r.words()
	s := summary{holds: r.holds(), database: r.Database.outdated(), base: r.baseShare(), change: r.changeShare()}
	blocking, rest := r.tally()
	s.blocked = r.Verdict.Outcome != policy.Clean || blocking.total() > 0
	switch n := blocking.total(); {
	case s.blocked && n == 0:
		s.sentence = about.mayNot
	case s.blocked:
		s.sentence = fmt.Sprintf("%s %s %s", blocking.nouns(""), verb(n, "blocks", "block"), about.it)
		if words := countWords(blocking.severities); words != "" {
			s.sentence += ": " + words
		}
	case rest.total() == 0:
		s.sentence = about.may + ": " + about.nothing + " in " + s.holds
	default:
		s.sentence = fmt.Sprintf("%s: the policy lets %s %s pass", about.may, about.their, rest.nouns(""))
		if words := countWords(rest.severities); words != "" {
			s.sentence += " (" + words + ")"
		}
	}
	if n := rest.total(); s.blocked && n > 0 {
		s.rest = fmt.Sprintf("%s that %s not block", rest.nouns("more "), verb(n, "does", "do"))
	}
	return s
}

// tally counts findings by kind and, but for coverage gaps, by severity.
type tally struct {
	kinds      map[finding.Kind]int
	severities finding.Counts
}

func (t *tally) add(f finding.Finding) {
	if t.kinds == nil {
		t.kinds = map[finding.Kind]int{}
	}
	t.kinds[f.Kind]++
	if hasSeverity(f) {
		t.severities.Add(f.Severity)
	}
}

func (t *tally) total() int {
	n := 0
	for _, of := range t.kinds {
		n += of
	}
	return n
}

// nouns counts in words, with an adjective before each noun: 2 vulnerabilities and 1 coverage gap.
func (t *tally) nouns(adjective string) string {
	var words []string
	for _, k := range finding.Kinds() {
		if n := t.kinds[k]; n > 0 {
			words = append(words, plural(n, adjective+k.Noun()))
		}
	}
	return joinAnd(words)
}

// tally counts what blocks somewhere, and what does not.
func (r *Report) tally() (blocking, rest tally) {
	blocks := map[finding.Item]bool{}
	for _, f := range r.Blocking() {
		blocks[f.Item()] = true
	}
	seen := map[finding.Item]bool{}
	for _, f := range r.Findings {
		k := f.Item()
		switch {
		case seen[k]:
		case blocks[k]:
			blocking.add(f)
		default:
			rest.add(f)
		}
		seen[k] = true
	}
	return blocking, rest
}

// baseShare says how much of what was found in the layers came with the base image, and how much with what was built on
// it. What both brought is the base's.
func (r *Report) baseShare() string {
	base := r.image().Base
	if base == nil || base.Layers == 0 || len(r.Findings) == 0 {
		return ""
	}
	fromBase := map[finding.Item]bool{}
	for _, f := range r.Findings {
		if f.Layer != nil {
			fromBase[f.Item()] = fromBase[f.Item()] || f.Layer.Base
		}
	}
	n := 0
	for _, b := range fromBase {
		if b {
			n++
		}
	}
	share := fmt.Sprintf("%d from the base image %s, %d of your own", n, printable(base.Name), len(fromBase)-n)
	if slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Layer == nil }) {
		share = "in the layers: " + share
	}
	return share
}

// gettingToGreen is the page that says how a project comes to a clean image and stays there.
const gettingToGreen = "https://github.com/layergate/layergate#getting-to-green"

// holds says what the subject holds: packages and layers of the image's largest platform, the platforms where there are
// several, and manifests.
func (r *Report) holds() string {
	manifests := ""
	if r.Manifests != nil {
		manifests = plural(len(r.Manifests.Files), "manifest")
	}
	if r.onlyManifests() {
		return manifests
	}
	packages, layers := 0, 0
	for _, p := range r.Platforms {
		packages, layers = max(packages, len(p.Packages)), max(layers, len(p.Layers))
	}
	s := plural(packages, "package") + " across " + plural(layers, "layer")
	if len(r.Platforms) > 1 {
		s += " on " + plural(len(r.Platforms), "platform")
	}
	if manifests != "" {
		s += " and " + manifests
	}
	return s
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
