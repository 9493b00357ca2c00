package inventory

import (
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file tells which files of a package without a record are another package's by now. What a record says of files
// is only its word: an upgrade, and an edit that makes it look like one, list the same paths. They differ in the files.
//
// An upgrade replaces something. Many packages have the same programs in both versions, byte by byte, where the reason
// for the new one lies in another package of the same source: these are upgraded together, and the layer brings them
// all. So where most programs of a package are left, or any executable of a system's, another takes its files over only
// if it shared them from the beginning, or if the package's source was renewed: a file of it has other content, or new
// ones have come where others went. Nothing that is only added or moved renews anything, and where executables are left,
// only another executable does.

// takeover settles who has taken over what is left of packages.
type takeover struct {
	*scan
	kin     map[kinship][]*occurrences
	paths   map[*found]map[string]bool // the files of a find
	had     map[*occurrences]*contents // the files of the last find that says which a package has
	records map[string]bool            // the files in which packages were found, which say their versions
	renewed map[*remnant]bool
}

// claim is a file that a package with a record lists, as it is in the end.
type claim struct {
	layerfs.File
	by *occurrences
	// brought is set where the package brought any file.
	brought bool
}

// dropTaken takes from packages without a record the files that packages with a record have taken over.
func (s *scan) dropTaken(all []*occurrences, remnants []*remnant) {
	if len(remnants) == 0 {
		return
	}
	wanted, bases := map[string][]*remnant{}, map[string]bool{}
	for _, r := range remnants {
		for name := range r.left {
			wanted[name] = append(wanted[name], r)
			bases[path.Base(name)] = true
		}
	}
	t := &takeover{
		scan: s, kin: map[kinship][]*occurrences{}, paths: map[*found]map[string]bool{}, had: map[*occurrences]*contents{}, records: map[string]bool{}, renewed: map[*remnant]bool{},
	}
	for _, p := range all {
		for _, k := range p.kinships() {
			t.kin[k] = append(t.kin[k], p)
		}
		for _, at := range p.it().primary() {
			t.records[at.Path] = true
		}
	}
	for _, p := range all {
		if !p.visible || !p.it().mayOwn(bases) {
			continue
		}
		files, by := s.belongings(p.it())
		if by != listed && by != beside {
			continue
		}
		var claims []layerfs.File
		brought := false
		for f := range files {
			brought = brought || f.Layer >= p.layer
			if wanted[f.Path] != nil {
				claims = append(claims, f)
			}
		}
		for _, f := range claims {
			for _, r := range wanted[f.Path] {
				if t.takes(claim{f, p, brought}, r) {
					delete(r.left, f.Path)
				}
			}
		}
	}
	for _, r := range remnants {
		if t.isUpgraded(r) {
			clear(r.left)
		}
	}
}

// takes tells whether a package has taken over a file of one without a record.
func (t *takeover) takes(c claim, r *remnant) bool {
	p := c.by
	if p.anywhere() == r.anywhere() {
		return true
	}
	// Packages of a language lie within those of a system, and stay when a record of the system is edited.
	if r.key.root != "" && p.key.root != r.key.root {
		return false
	}
	// Executables that an upgrade left as they are were written again: their time is that of the version.
	ofSystem := c.Executable() && p.key.root != ""
	may := !ofSystem || t.brings(c)
	if !r.whole && !ofSystem {
		return may && c.brought
	}
	return t.shared(c, r) || may && t.isRenewed(r)
}

// isUpgraded tells whether a package without a record has become another version, of which nothing says which files it
// has: an upgrade may take the new lists away.
func (t *takeover) isUpgraded(r *remnant) bool {
	return slices.ContainsFunc(t.kin[r.kinships()[0]], func(p *occurrences) bool {
		if !p.visible || p.hiddenBy > 0 || p.layer <= r.layer {
			return false
		}
		_, by := t.files(p.it())
		return by == unknown && t.isRenewed(r)
	})
}

// anywhere is what packages that are one in two places have in common.
func (o *occurrences) anywhere() key {
	k := o.key
	return key{typ: k.typ, name: k.name, version: k.version, arch: k.arch, known: k.known}
}

// kinship is what packages have in common that may be versions of one, or are made of the same source.
type kinship struct{ typ, root, by, name string }

// kinships are those of a package, the first by its name.
func (o *occurrences) kinships() []kinship {
	k := o.key
	if k.root == "" {
		return []kinship{{k.typ, "", "name", k.name}, {k.typ, "", "path", k.path}}
	}
	return []kinship{{k.typ, k.root, "name", k.name}, {k.typ, k.root, "source", o.it().source()}}
}

// source names what a system's package is built from.
func (f *found) source() string {
	names := make([]string, 0, len(f.Upstreams))
	for _, u := range f.Upstreams {
		names = append(names, u.Name)
	}
	if len(names) == 0 {
		return f.Name
	}
	return strings.Join(names, " ")
}

// brings tells whether a package listed a file in the layer that brought both. Later, anybody can list it.
func (t *takeover) brings(c claim) bool {
	return c.Layer >= c.by.layer && t.filesAt(c.by.list[0])[c.Path]
}

// shared tells whether a package had a file already when the package without a record was first recorded.
func (t *takeover) shared(c claim, r *remnant) bool {
	for _, it := range c.by.list {
		if it.layer > r.layer || !t.filesAt(it)[c.Path] {
			continue
		}
		f, ok := t.tree.View(it.layer).Lstat(c.Path)
		if ok && (f.Entry == c.Entry || t.same(f, c.File)) {
			return true
		}
	}
	return false
}

// filesAt are the paths of the files of a find.
func (t *takeover) filesAt(o occurrence) map[string]bool {
	known, ok := t.paths[o.found]
	if !ok {
		known = map[string]bool{}
		if files, by := t.files(o); by != unknown {
			for f := range files {
				known[f.Path] = true
			}
		}
		t.paths[o.found] = known
	}
	return known
}

// isRenewed tells whether a package with a record, which is kin and was first recorded later, renewed anything.
func (t *takeover) isRenewed(r *remnant) bool {
	known, ok := t.renewed[r]
	if !ok {
		for _, k := range r.kinships() {
			known = known || slices.ContainsFunc(t.kin[k], func(p *occurrences) bool {
				return p.visible && p.hiddenBy == 0 && p.layer > r.layer && !t.isOtherCopy(p, r) && t.renews(p, r)
			})
		}
		t.renewed[r] = known
	}
	return known
}

// isOtherCopy tells whether a package of a language lies elsewhere, while another has the place of one without a record.
func (t *takeover) isOtherCopy(p *occurrences, r *remnant) bool {
	return r.key.root == "" && p.key.path != r.key.path &&
		slices.ContainsFunc(t.kin[r.kinships()[1]], func(o *occurrences) bool { return o.visible })
}

// renews tells whether a package brought other content in place of a file of its kin, or new content where it lost some.
func (t *takeover) renews(p *occurrences, r *remnant) bool {
	was := t.former(p, r)
	before, executables := t.tree.View(r.known.layer), r.runs && r.key.root != ""
	own := t.ofKin(r)
	hasLost := sync.OnceValue(func() bool { return was != nil && t.hasLost(was, r, executables) })
	for f := range t.broughtBy(p, was) {
		if f.Layer < p.layer || f.Size == 0 || executables && !f.Executable() || t.records[f.Path] && !isProgram(f) || t.isOld(f, was, r) {
			continue
		}
		if old, ok := before.Lstat(f.Path); ok && slices.ContainsFunc(own, func(paths map[string]bool) bool { return paths[f.Path] }) {
			if t.differ(old, f) {
				return true
			}
		} else if hasLost() {
			return true
		}
	}
	return false
}

// former is what a package was when one without a record was recorded, or nil where it is new.
func (t *takeover) former(p *occurrences, r *remnant) *occurrences {
	if p.kinships()[0] == r.kinships()[0] {
		return r.occurrences
	}
	var out *occurrences
	for _, q := range t.kin[p.kinships()[0]] {
		if q.layer <= r.layer && q.isKin(r.occurrences) && (out == nil || q.layer >= out.layer) {
			out = q
		}
	}
	return out
}

func (o *occurrences) isKin(other *occurrences) bool {
	return slices.ContainsFunc(o.kinships(), func(k kinship) bool { return slices.Contains(other.kinships(), k) })
}

// broughtBy goes through the files of a package as they are in the end. Where nothing says which they are, they are those
// that it had before.
func (t *takeover) broughtBy(p, was *occurrences) iter.Seq[layerfs.File] {
	files, by := t.belongings(p.it())
	if by != unknown || was == nil {
		return files
	}
	return func(yield func(layerfs.File) bool) {
		_, files, _ := t.lastKnown(was)
		for f := range files {
			if now, ok := t.tree.Top().Lstat(f.Path); ok && now.Type == layerfs.Regular && !yield(now) {
				return
			}
		}
	}
}

// ofKin are the paths of the files of a package and its kin, of each when that one was recorded.
func (t *takeover) ofKin(r *remnant) []map[string]bool {
	var out []map[string]bool
	for _, k := range r.kinships() {
		for _, q := range t.kin[k] {
			if q.layer > r.layer {
				continue
			}
			if known, _, by := t.lastKnown(q); by != unknown {
				out = append(out, t.filesAt(known))
			}
		}
	}
	return out
}

// isOld tells whether a file has content that was there before: of an executable of a system anywhere, of all else among
// the files that the package had.
func (t *takeover) isOld(f layerfs.File, was *occurrences, r *remnant) bool {
	if f.Executable() && r.key.root != "" {
		_, ok := t.find(t.executables(r.known.layer), f)
		return ok
	}
	if was == nil {
		was = r.occurrences
	}
	had := t.had[was]
	if had == nil {
		_, files, _ := t.lastKnown(was)
		had = contentsOf(files, func(layerfs.File) bool { return true })
		t.had[was] = had
	}
	_, ok := t.find(had, f)
	return ok
}

// hasLost tells whether a file that a package had is not left, or an executable.
func (t *takeover) hasLost(was *occurrences, r *remnant, executables bool) bool {
	if was == r.occurrences && !executables {
		return r.lost
	}
	_, files, _ := t.lastKnown(was)
	for f := range files {
		if f.Size == 0 || executables && !f.Executable() {
			continue
		}
		if _, ok := t.remaining(f); !ok {
			return true
		}
	}
	return false
}

// mayOwn tells whether a package lists a file of one of some base names, or does not list its files.
func (f *found) mayOwn(bases map[string]bool) bool {
	for name := range f.ownedFiles {
		if bases[path.Base(name)] {
			return true
		}
	}
	return f.Owned == ""
}
