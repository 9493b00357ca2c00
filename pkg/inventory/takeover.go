package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file tells which files of a package without a record are another package's by now. What a record says of files
// is only its word: an upgrade, and an edit that makes it look like one, list the same paths. They differ in the files.
//
// An upgrade replaces something. Many packages have the same programs in both versions, byte by byte, where the reason
// for the new one lies in another package of the same source: these are upgraded together, and the layer brings them
// all. So where most programs of a package are left, another takes its files over only if it shared them from the
// beginning, or if anything of the package's source is new.

// takeover settles who has taken over what is left of packages.
type takeover struct {
	*scan
	kin     map[kinship][]*occurrences // the packages with a record
	first   map[kinship]int            // the layer in which a package of a name was first recorded
	paths   map[*found]map[string]bool // the files of a find
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
	t := &takeover{scan: s, kin: map[kinship][]*occurrences{}, first: map[kinship]int{}, paths: map[*found]map[string]bool{}, renewed: map[*remnant]bool{}}
	for _, p := range all {
		if first, ok := t.first[p.kinships()[0]]; !ok || p.layer < first {
			t.first[p.kinships()[0]] = p.layer
		}
		if p.visible {
			for _, k := range p.kinships() {
				t.kin[k] = append(t.kin[k], p)
			}
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
}

// takes tells whether a package has taken over a file of one without a record.
func (t *takeover) takes(c claim, r *remnant) bool {
	p := c.by
	if p.same(r.occurrences) {
		return true
	}
	// Executables that an upgrade left as they are were written again: their time is that of the version.
	may := !c.Executable() || p.key.root == "" || t.brings(c)
	if !r.whole {
		return may && c.brought
	}
	return t.shared(c, r) || may && t.isRenewed(r)
}

// same tells whether two packages are one, in two places.
func (o *occurrences) same(other *occurrences) bool {
	a, b := o.key, other.key
	return a.typ == b.typ && a.name == b.name && a.version == b.version && a.arch == b.arch && a.known == b.known
}

// kinship is what packages have in common that may be versions of one, or are made of the same source.
type kinship struct{ typ, root, by, name string }

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

// brings tells whether a package listed a file in the layer that brought it. Later, anybody can list it.
func (t *takeover) brings(c claim) bool {
	if c.Layer < c.by.layer {
		return false
	}
	then := c.by.list[0]
	for _, it := range c.by.list {
		if it.layer <= c.Layer {
			then = it
		}
	}
	return t.filesAt(then)[c.Path]
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

// isRenewed tells whether a package of the same source, which was first recorded later, brought other content in place of a
// file, or has a new program and was there before: a package that is new itself is no upgrade.
func (t *takeover) isRenewed(r *remnant) bool {
	known, ok := t.renewed[r]
	if !ok {
		for _, k := range r.kinships() {
			known = known || slices.ContainsFunc(t.kin[k], func(p *occurrences) bool { return p.layer > r.layer && t.brought(p, r) })
		}
		t.renewed[r] = known
	}
	return known
}

func (t *takeover) brought(p *occurrences, r *remnant) bool {
	files, by := t.belongings(p.it())
	if by == unknown {
		return false
	}
	before := t.tree.View(r.it().layer)
	for f := range files {
		if f.Layer < p.layer {
			continue
		}
		was, there := before.Lstat(f.Path)
		if there && t.differ(was, f) || !there && f.Size > 0 && isProgram(f) && t.isKnown(p, r) && !t.hasCopy(r, f) {
			return true
		}
	}
	return false
}

// isKnown tells whether a package was there, in whatever version, when one without a record was first recorded.
func (t *takeover) isKnown(p *occurrences, r *remnant) bool {
	first, ok := t.first[p.kinships()[0]]
	return ok && first <= r.layer
}

// hasCopy tells whether a file has the content of one that is left of a package without a record: it was only moved.
func (t *takeover) hasCopy(r *remnant, of layerfs.File) bool {
	files, _ := t.files(r.it())
	for f := range files {
		if t.same(f, of) {
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
