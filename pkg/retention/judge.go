package retention

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/imageref"
)

// judgement finds out what stays.
type judgement struct {
	*graph
	rule  Rule
	now   time.Time
	queue []*node // that stay, and whose ties are still to be followed
}

// judge marks what stays, with every reason. It counts the references that run, and those of them that lead to an image here.
func (g *graph) judge(rule Rule, running []audit.Deployment, now time.Time) (all, found int) {
	j := &judgement{graph: g, rule: rule, now: now}
	j.protected()
	all, found = j.deployed(running)
	j.locked()
	j.pulled()
	j.aged()
	j.follow()
	return all, found
}

// stay keeps a manifest for a reason.
func (j *judgement) stay(n *node, format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if !slices.Contains(n.why, reason) {
		n.why = append(n.why, reason)
	}
	if !n.stays {
		n.stays = true
		j.queue = append(j.queue, n)
	}
}

// whole keeps a manifest for a reason of its own, and the indexes that it is a part of: they would be broken in use.
func (j *judgement) whole(n *node, reason string) {
	j.stay(n, "%s", reason)
	for _, o := range n.owners {
		j.whole(o, fmt.Sprintf("its part %s stays: %s", n.Digest, reason))
	}
}

func (j *judgement) protected() {
	for _, n := range j.nodes {
		for _, tag := range n.names {
			if pattern, ok := j.rule.protects(tag); ok {
				j.whole(n, fmt.Sprintf("the tag %s is protected (%s)", tag, pattern))
			}
		}
	}
}

// deployed keeps what runs, which is what has its digest in whatever repository, and what is pulled when it starts anew: what the tag leads to that it
// is deployed by. Of what is known by no digest, or by one that nothing here has, that is what may run.
func (j *judgement) deployed(running []audit.Deployment) (all, found int) {
	references := map[audit.Deployment]bool{} // whether they are found
	byName := map[string][]*node{}
	for _, n := range j.nodes {
		for _, tag := range n.names {
			name := imageref.Split(n.repository).FullRepository() + ":" + tag
			byName[name] = append(byName[name], n)
		}
	}
	for _, d := range running {
		if d.Reference == "" {
			continue // which image it is, nobody knows
		}
		digest, why := cmp.Or(imageref.Split(d.Reference).Digest, d.ID), "deployed by "+d.Where
		runs := j.byDigest[digest]
		if d.ID != "" {
			runs = slices.Concat(runs, j.byConfig[d.ID])
		}
		for _, n := range runs {
			j.whole(n, why)
		}
		named := j.named(cmp.Or(d.Named, d.Reference), byName)
		switch {
		case digest == "":
		case len(runs) == 0:
			why += ", which runs " + digest + ", and nothing here has this digest"
		default:
			why = "pulled by " + d.Where + " when it starts anew, which runs " + digest
		}
		for _, n := range named {
			if !slices.ContainsFunc(runs, func(of *node) bool { return of == n || slices.Contains(n.parts, of) }) {
				j.whole(n, why)
			}
		}
		d.Where, d.Unknown, d.Hint = "", "", "" // many may run the same
		references[d] = len(runs) > 0 || len(named) > 0
	}
	for _, here := range references {
		if here {
			found++
		}
	}
	return len(references), found
}

// named is what a reference leads to here: by its digest, if it has one, as it is pulled.
func (j *judgement) named(reference string, byName map[string][]*node) []*node {
	ref := imageref.Split(reference)
	if ref.Digest != "" {
		return j.byDigest[ref.Digest]
	}
	return byName[ref.FullRepository()+":"+cmp.Or(ref.Tag, "latest")]
}

func (j *judgement) locked() {
	for _, n := range j.nodes {
		if n.Kept != nil && n.Kept.Locked {
			j.whole(n, "locked in the registry")
		}
	}
}

// pulled keeps what somebody has pulled lately, or may have: something may run that nobody has said.
func (j *judgement) pulled() {
	for _, n := range j.nodes {
		if n.Unlisted {
			j.whole(n, "the registry does not list it, so that nobody knows when it was pulled, or whether it is locked")
		}
		if k := n.Kept; k != nil && j.now.Sub(k.Pulled) < j.rule.Pulled {
			j.whole(n, fmt.Sprintf("pulled %s, and what was within %s stays", stamp(k.Pulled), days(j.rule.Pulled)))
		}
	}
}

// aged keeps the youngest images of each repository, those that are young, and those of which it is not known.
func (j *judgement) aged() {
	young := map[string]int{}
	roots := slices.DeleteFunc(slices.Clone(j.nodes), func(n *node) bool { return !n.root })
	slices.SortFunc(roots, func(a, b *node) int { return compareAge(b, a) })
	for _, n := range roots {
		switch {
		case n.date.IsZero():
			j.stay(n, "its age is not known")
			continue
		case j.now.Sub(n.date) < j.rule.Within:
			j.stay(n, "younger than %s", days(j.rule.Within))
		}
		if len(n.names) == 0 {
			continue // builds without a tag push no release out
		}
		if young[n.repository]++; young[n.repository] <= j.rule.Keep {
			j.stay(n, "one of the youngest %d with a tag", j.rule.Keep)
		}
	}
}

// days is a time of a rule in words.
func days(d time.Duration) string {
	if day := 24 * time.Hour; d%day == 0 {
		return english.Plural(int(d/day), "day", "")
	}
	return d.String()
}

// follow keeps what is needed by what stays: its parts, what refers to it, what it refers to (some registries delete what refers to an image
// with it), and what it is built on.
func (j *judgement) follow() {
	for ; len(j.queue) > 0; j.queue = j.queue[1:] {
		n := j.queue[0]
		for _, p := range n.parts {
			j.stay(p, "part of %s", n.label())
		}
		for _, r := range n.referrers {
			j.stay(r, "refers to %s", n.label())
		}
		for _, s := range n.subjects {
			j.stay(s, "%s refers to it", n.label())
		}
		for _, b := range j.byDigest[strings.TrimSpace(n.Base)] {
			j.stay(b, "base of %s", n.label())
		}
	}
}
