package remedy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/match/version"
)

// Replacement is the package of a finding in another version.
type Replacement struct {
	Finding int // by its index
	Version string
}

// Replacements lists the versions that may be better than those that the project chose: all that repair something which
// blocks. What would block of each is what Input.Replaced holds.
func Replacements(in Input) []Replacement {
	var out []Replacement
	for _, indexes := range in.byPackage() {
		removable := in.removable(indexes)
		if len(removable) == 0 || in.theirs(removable) {
			continue
		}
		versions, _ := version.Above(in.Findings[removable[0]].Vulnerability.Package, slices.Concat(in.fixes(removable)...))
		for _, v := range versions {
			out = append(out, Replacement{removable[0], v})
		}
	}
	slices.SortStableFunc(out, func(a, b Replacement) int { return cmp.Compare(a.Finding, b.Finding) })
	return out
}

// target is what to take in place of one version of a package, and where the project names that.
type target struct {
	upgrades []upgrade // at most two: the first stays within the major version if there are two; none where none is better
	source   lockfile.Source
	named    bool     // one of the project's files names it
	several  string   // the files that name it, where they are several
	via      []string // the packages that bring it
}

// upgrade is another version of a package.
type upgrade struct {
	Target
	leaves  map[string]bool // identifiers of what blocks now and would still block
	brings  []string        // identifiers of what would block and does not now, sorted
	counts  finding.Counts  // of both
	further bool            // see Step.Further
}

// above are the names of the packages of its type that need it, directly or through others, as far as that is known.
func (t target) above(packageType string) map[string]bool {
	names := map[string]bool{}
	for _, name := range slices.Concat(t.source.Above, t.via) {
		names[lockfile.Name(packageType, name)] = true
	}
	return names
}

// upgrade is the one to another major version, or the first; its zero value where there is none.
func (t target) upgrade(further bool) upgrade {
	for _, u := range t.upgrades {
		if u.further == further {
			return u
		}
	}
	return upgrade{}
}

// targets holds the target for each version of a package, by finding.Item.Change.
type targets map[string]target

func targetsOf(in Input) targets {
	out := targets{}
	for change, indexes := range in.byPackage() {
		if removable := in.removable(indexes); len(removable) > 0 {
			out[change] = newTarget(in, indexes, removable)
		}
	}
	return out
}

// of is the target for a package.
func (t targets) of(p finding.Package) target {
	return t[finding.Finding{Kind: finding.KindVulnerability, Vulnerability: &finding.Vulnerability{Package: p}}.Item().Change]
}

// byPackage groups the vulnerabilities that block by the version of a package.
func (in Input) byPackage() map[string][]int {
	out := map[string][]int{}
	for _, i := range in.Blocking {
		if f := in.Findings[i]; f.Vulnerability != nil {
			change := f.Item().Change
			out[change] = append(out[change], i)
		}
	}
	return out
}

// removable picks the findings that somebody knows how to repair.
func (in Input) removable(indexes []int) []int {
	return slices.DeleteFunc(slices.Clone(indexes), func(i int) bool { return !Removable(in.Findings[i]) })
}

// theirs tells whether the distribution or the base image chose the version of a package.
func (in Input) theirs(indexes []int) bool {
	return !slices.ContainsFunc(indexes, func(i int) bool {
		f := in.Findings[i]
		return !inBase(f) && !isSystem(f.Vulnerability.Package.Type)
	})
}

// fixes lists for each finding the versions that repair it.
func (in Input) fixes(indexes []int) [][]string {
	var out [][]string
	for _, i := range indexes {
		out = append(out, in.Findings[i].Vulnerability.Fix.Names())
	}
	return out
}

// newTarget works out the target for the package that some findings are of, all that block of it and those that can be removed.
func newTarget(in Input, blocking, removable []int) target {
	t := target{upgrades: in.upgrades(blocking, removable)}
	t.source, t.named, t.several = in.sourceOf(removable)
	if t.via = t.source.Via; !t.named {
		t.via = in.installedVia(removable)
	}
	return t
}

// sourceOf is where the project names the version of the package that some findings are of. Services of one repository may each
// name it: then no file does it alone.
func (in Input) sourceOf(indexes []int) (source lockfile.Source, named bool, several string) {
	if in.Source == nil {
		return source, false, ""
	}
	var files []string
	for _, i := range indexes {
		s, ok := in.Source(in.Findings[i])
		if !ok || slices.Contains(files, s.Location.File) {
			continue
		}
		if files = append(files, s.Location.File); len(files) == 1 {
			source = s
		}
	}
	if len(files) < 2 {
		return source, len(files) == 1, ""
	}
	return lockfile.Source{}, false, strings.Join(slices.Sorted(slices.Values(files)), ", ")
}

// upgrades picks the version that leaves least of what blocks, the lowest of those. Where that is of another major version, the
// best one within the major version comes first if it is better than what is there.
func (in Input) upgrades(blocking, removable []int) []upgrade {
	p := in.Findings[removable[0]].Vulnerability.Package
	fixes := in.fixes(removable)
	versions, known := version.Above(p, slices.Concat(fixes...))
	if !known || len(versions) == 0 || in.theirs(removable) {
		var findings []finding.Finding
		for _, i := range removable {
			findings = append(findings, in.Findings[i])
		}
		return []upgrade{{Target: TargetOf(findings)}}
	}
	now := in.present(blocking)
	best, near := now, now
	for _, v := range versions {
		u := in.at(v, blocking, removable)
		if u.better(best) {
			best = u
		}
		if version.SameMajor(p.Version, v) && u.better(near) {
			near = u
		}
	}
	switch {
	case !best.better(now):
		return nil
	case near.better(now) && best.better(near):
		best.further = true
		return []upgrade{near, best}
	}
	return []upgrade{best}
}

// present is the version that is there: it leaves all that blocks.
func (in Input) present(blocking []int) upgrade {
	u := upgrade{leaves: map[string]bool{}}
	for _, i := range blocking {
		u.leave(in.Findings[i], u.leaves)
	}
	return u
}

// at is the upgrade to a version. Where nobody looked up what would block of it, it repairs what its advisories say.
func (in Input) at(v string, blocking, removable []int) upgrade {
	u := upgrade{Target: Target{[]string{v}, true}, leaves: map[string]bool{}}
	blocks, ok := in.Replaced[Replacement{removable[0], v}]
	if !ok {
		for _, i := range blocking {
			f := in.Findings[i]
			if !slices.Contains(removable, i) || !version.Repairs(f.Vulnerability.Package, f.Vulnerability.Fix.Names(), v) {
				u.leave(f, u.leaves)
			}
		}
		return u
	}
	known, brings := in.present(blocking).leaves, map[string]bool{}
	for _, f := range blocks {
		if known[f.ID] {
			u.leave(f, u.leaves)
		} else {
			u.leave(f, brings)
		}
	}
	u.brings = slices.Sorted(maps.Keys(brings))
	return u
}

// leave counts a finding that would block among others, once.
func (u *upgrade) leave(f finding.Finding, among map[string]bool) {
	if !among[f.ID] {
		among[f.ID] = true
		u.counts.Add(f.Severity)
	}
}

// better tells whether an upgrade leaves less than another: fewer, or as many that are less severe.
func (u upgrade) better(than upgrade) bool {
	if c := cmp.Compare(u.counts.Total(), than.counts.Total()); c != 0 {
		return c < 0
	}
	for _, s := range finding.Severities() {
		if c := cmp.Compare(u.counts.Of(s), than.counts.Of(s)); c != 0 {
			return c < 0
		}
	}
	return false
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
