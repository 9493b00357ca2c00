package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// scan puts the catalogues of an image's layers together.
type scan struct {
	tree       *layerfs.FS
	diffIDs    []string
	temp       string // directory for temporary files
	watch      Watch  // nil for nobody
	catalogers []cataloger
	found      map[key]*occurrences
	failed     []unread
	projects   []occurrence         // what package.json files say that are no package's
	whole      map[string]*wholeRun // the last run of each cataloger of whole chains
	releases   map[system]*linux.Release
	sites      map[site]map[string][]layerfs.File // the files of Python's modules
	unsure     []*occurrences                     // packages that may be upgrades, or edited records
	copies     copies
}

// key says which finds are the same package: a database that a later layer rewrites or moves lists its packages
// again. A package of a system is one by its root, its architecture and what advisories know it by, wherever the
// database lies; any other by its path and its package URL, without the distribution's version, which an upgrade of
// the distribution's own package changes.
type key struct{ cataloger, typ, name, version, root, arch, known, purl, path string }

func keyOf(cataloger string, f *found) key {
	k := key{typ: string(f.Type), name: f.Name, version: f.Version}
	if f.Root != "" {
		k.root, k.arch, k.known = f.Root, f.Arch, f.knownBy()
	} else {
		k.cataloger, k.purl, k.path = cataloger, withoutDistro(f.PURL), f.path()
		if cataloger == packedName && f.Type == pkg.JavaPkg { // a link may show the archive to Java's own cataloger
			k.cataloger = javaArchiveName
		}
	}
	return k
}

// occurrences are the finds of one package, by rising layer.
type occurrences struct {
	key      key
	layer    int // the first one
	list     []occurrence
	kept     int  // index into list of the find that stands for the package: the last visible one, or else the last
	visible  bool // whether the package is there in the end
	hiddenBy int  // the layer that removed or replaced the record of a package that is there, or 0
}

// add adds a find. An archive of Java that lies in one of its own name is the same package, by the clues of both.
func (o *occurrences) add(one occurrence) {
	for _, other := range o.list {
		if other.layer == one.layer {
			one.Clues.join(other.Clues)
			other.Clues = one.Clues
		}
	}
	o.list = append(o.list, one)
}

func (o *occurrences) it() occurrence { return o.list[o.kept] }

type occurrence struct {
	*found
	layer int
	whole *wholeRun // set where the package was put together from several files
}

// wholeRun is one run of a cataloger over a whole chain. The next run, if there is one, replaces all it found.
type wholeRun struct{ replaced bool }

// add adds the catalogue of layer i; layers come in their order.
func (s *scan) add(i int, c *catalogue) {
	s.failed = append(s.failed, c.Failed...)
	for k := range c.Groups {
		g := &c.Groups[k]
		var whole *wholeRun
		if g.Whole {
			if last := s.whole[g.Cataloger]; last != nil {
				last.replaced = true
			}
			whole = &wholeRun{}
			s.whole[g.Cataloger] = whole
		}
		for n := range g.Found {
			f := &g.Found[n]
			if !f.complete() {
				s.note(g.Cataloger, f, s.tree.View(i))
				if len(f.Needs) > 0 {
					s.projects = append(s.projects, occurrence{found: f, layer: i, whole: whole})
				}
				continue
			}
			id := keyOf(g.Cataloger, f)
			o := s.found[id]
			if o == nil {
				o = &occurrences{key: id, layer: i}
				s.found[id] = o
			}
			o.add(occurrence{found: f, layer: i, whole: whole})
		}
	}
}

// note remembers an installed package that has no name or no version: what is there, nobody could look up.
func (s *scan) note(cataloger string, f *found, v layerfs.View) {
	if f.Root == "" && !needsName(f, v) {
		return
	}
	at := f.primary()[0]
	s.failed = append(s.failed, unread{Cataloger: cataloger, Path: at.Path, Layer: at.Layer, Reason: "it lists a package without a name or a version"})
}

// needsName tells whether a package of a language is one that a package manager installed: other manifests need neither a name nor a
// version.
func needsName(f *found, v layerfs.View) bool {
	switch f.Type {
	case pkg.PhpComposerPkg, pkg.PythonPkg, pkg.GemPkg:
		return true
	case pkg.NpmPkg:
		at := f.primary()[0].Path
		return isInstalledManifest(at) && !isPrivate(v, at)
	}
	return false
}

// isVisible tells whether the files that gave a package are still those of the final file system, or may be where
// runtimes differ.
func (s *scan) isVisible(o occurrence) bool {
	replaced := o.whole != nil && o.whole.replaced
	return slices.ContainsFunc(o.primary(), func(p place) bool {
		return s.isAt(s.tree.Layers()-1, p) && !replaced || s.mayBeSeen(p)
	}) || o.whole != nil && !replaced
}

// isAt tells whether the file of a place is still the same after a layer. The file itself counts, not the path it was
// found by: other links may lead to it.
func (s *scan) isAt(layer int, p place) bool {
	r := s.resolver(s.tree.View(layer), nil)
	f, ok := r.view.Lstat(p.Path)
	return ok && s.diffIDs[r.since(f)] == p.Layer
}

// mayBeSeen tells whether only some runtimes hide a file, of those that merge layers as the tree does.
func (s *scan) mayBeSeen(p place) bool {
	for i, id := range s.diffIDs {
		if id == p.Layer && s.tree.Unsure(p.Path, i) {
			return true
		}
	}
	return false
}

// withoutDistro drops the distro qualifier of a package URL.
func withoutDistro(purl string) string {
	base, query, ok := strings.Cut(purl, "?")
	if !ok {
		return purl
	}
	query, sub, hasSub := strings.Cut(query, "#")
	qualifiers := slices.DeleteFunc(strings.Split(query, "&"), func(q string) bool { return strings.HasPrefix(q, "distro=") })
	out := base + "?" + strings.Join(qualifiers, "&")
	if hasSub {
		out += "#" + sub
	}
	return out
}

// sorted lists what was found in an order that does not depend on the run, and settles which packages are visible.
func (s *scan) sorted() []*occurrences {
	out := make([]*occurrences, 0, len(s.found))
	for _, o := range s.found {
		slices.SortStableFunc(o.list, func(a, b occurrence) int {
			return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.ID, b.ID))
		})
		o.kept = len(o.list) - 1
		for k := o.kept; k >= 0 && !o.visible; k-- {
			if s.isVisible(o.list[k]) {
				o.kept, o.visible = k, true
			}
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *occurrences) int {
		x, y := a.key, b.key
		return cmp.Or(cmp.Compare(x.path, y.path), cmp.Compare(x.root, y.root), cmp.Compare(x.name, y.name), cmp.Compare(x.version, y.version),
			cmp.Compare(x.typ, y.typ), cmp.Compare(x.arch, y.arch), cmp.Compare(x.known, y.known), cmp.Compare(x.purl, y.purl), cmp.Compare(x.cataloger, y.cataloger))
	})
	s.findRemains(out)
	return out
}

// resolveTop follows links to a regular file of the final file system.
func (s *scan) resolveTop() func(name string) (string, bool) {
	top := layerfs.Walker{View: s.tree.Top()}
	return func(name string) (string, bool) { return regularAt(top.Stat(name)) }
}

// resolveAnywhere does so in the highest layer that has the path, whether or not it is still there in the end.
func (s *scan) resolveAnywhere() func(name string) (string, bool) {
	views := make([]layerfs.Walker, s.tree.Layers())
	for i := range views {
		views[i].View = s.tree.View(i)
	}
	return func(name string) (string, bool) {
		for i := range slices.Backward(views) {
			if target, ok := regularAt(views[i].Stat(name)); ok {
				return target, true
			}
		}
		return "", false
	}
}

func regularAt(f layerfs.File, ok bool) (string, bool) {
	if !ok || f.Type != layerfs.Regular {
		return "", false
	}
	return f.Path, true
}
