package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// scan puts the catalogues of an image's layers together.
type scan struct {
	tree       *layerfs.FS
	diffIDs    []string
	catalogers []cataloger
	found      map[key]*occurrences
	failed     []unread
	whole      map[string]*wholeRun // the last run of each cataloger of whole chains
}

// key says which finds are the same package: a database that a later layer rewrites lists its packages again. The
// package URL stands without the distribution's version, which an upgrade of the distribution's own package changes.
type key struct{ cataloger, typ, name, version, purl, path string }

// occurrences are the finds of one package, by rising layer.
type occurrences struct {
	key     key
	layer   int // the first one
	list    []occurrence
	visible int // index into list, or -1
}

// kept is the find that stands for the package: the last visible one, else the first.
func (o *occurrences) kept() *found { return o.list[max(o.visible, 0)].found }

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
				continue
			}
			id := key{g.Cataloger, string(f.Type), f.Name, f.Version, withoutDistro(f.PURL), f.path()}
			o := s.found[id]
			if o == nil {
				o = &occurrences{key: id, layer: i}
				s.found[id] = o
			}
			o.list = append(o.list, occurrence{found: f, layer: i, whole: whole})
		}
	}
}

// isVisible tells whether the files that gave a package are still those of the final file system, or may be where
// runtimes differ.
func (s *scan) isVisible(o occurrence) bool {
	top := s.tree.Top()
	replaced := o.whole != nil && o.whole.replaced
	return slices.ContainsFunc(o.primary(), func(p place) bool {
		// The file itself counts, not the path it was found by: other links may lead to it.
		f, ok := top.Lstat(p.Path)
		if ok && s.diffIDs[f.Layer] == p.Layer {
			return !replaced
		}
		return s.mayBeSeen(p)
	}) || o.whole != nil && !replaced
}

// mayBeSeen tells whether only some runtimes hide a file.
func (s *scan) mayBeSeen(p place) bool {
	for i, id := range s.diffIDs {
		if id == p.Layer && s.tree.Unsure(p.Path, i) {
			return true
		}
	}
	return false
}

// databases are the catalogers of the databases that an operating system keeps of all its packages.
func databases() []string {
	return []string{"alpm-db-cataloger", "apk-db-cataloger", "dpkg-db-cataloger", "rpm-db-cataloger"}
}

// unreadable lists the files of the final file system that a cataloger could make nothing of. A package database among
// them is an error: it may hold all the packages of the image.
func (s *scan) unreadable() ([]string, error) {
	top := s.tree.Top()
	paths := []string{}
	for _, u := range s.failed {
		if strings.HasSuffix(u.Path, ".md5sums") {
			continue // distroless images keep these beside their package files, where the cataloger looks for packages
		}
		f, ok := top.Stat(u.Path)
		if !ok || f.Path != u.Path || s.diffIDs[f.Layer] != u.Layer {
			continue
		}
		if slices.Contains(databases(), u.Cataloger) {
			return nil, fmt.Errorf("the package database %s cannot be read by the %s", u.Path, u.Cataloger)
		}
		paths = append(paths, u.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
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

// sorted lists what was found in an order that does not depend on the run, and settles which finds are visible.
func (s *scan) sorted() []*occurrences {
	out := make([]*occurrences, 0, len(s.found))
	for _, o := range s.found {
		slices.SortStableFunc(o.list, func(a, b occurrence) int {
			return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.ID, b.ID))
		})
		o.visible = -1
		for k, found := range o.list {
			if s.isVisible(found) {
				o.visible = k
			}
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *occurrences) int {
		x, y := a.key, b.key
		return cmp.Or(cmp.Compare(x.path, y.path), cmp.Compare(x.name, y.name), cmp.Compare(x.version, y.version),
			cmp.Compare(x.typ, y.typ), cmp.Compare(x.purl, y.purl), cmp.Compare(x.cataloger, y.cataloger))
	})
	return out
}

// resolveTop follows links to a regular file of the final file system.
func (s *scan) resolveTop(name string) (string, bool) { return resolveIn(s.tree.Top(), name) }

// resolveAnywhere does so in the highest layer that has the path, whether or not it is still there in the end.
func (s *scan) resolveAnywhere(name string) (string, bool) {
	for i := s.tree.Layers() - 1; i >= 0; i-- {
		if target, ok := resolveIn(s.tree.View(i), name); ok {
			return target, true
		}
	}
	return "", false
}

func resolveIn(v layerfs.View, name string) (string, bool) {
	f, ok := v.Stat(name)
	if !ok || f.Type != layerfs.Regular {
		return "", false
	}
	return f.Path, true
}
