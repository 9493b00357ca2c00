package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// scan collects what the catalogers find, layer by layer.
type scan struct {
	tree       *layerfs.FS
	diffIDs    []string
	catalogers []cataloger
	found      map[key]*occurrences
	failed     []unread
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

type occurrence struct {
	pkg.Package
	layer int
	whole *wholeRun // set where the package was put together from several files
}

// wholeRun is one run of a cataloger over a whole chain. The next run, if there is one, replaces all it found.
type wholeRun struct{ replaced bool }

// layer runs all catalogers over layer i.
func (s *scan) layer(ctx context.Context, i int) error {
	view := s.tree.View(i)
	runs := make([]run, 0, len(s.catalogers))
	for k := range s.catalogers {
		c := &s.catalogers[k]
		r := run{cataloger: c, resolver: s.resolver(view, &c.sel)}
		if c.whole {
			changed, err := s.startWhole(c, view)
			if err != nil {
				return err
			}
			if !changed {
				continue
			}
			r.resolver = s.resolver(view, nil)
		}
		runs = append(runs, r)
	}
	results, failed, err := catalogue(ctx, s.resolver(view, nil), runs)
	if err != nil {
		return err
	}
	s.failed = append(s.failed, failed...)
	for k, packages := range results {
		for _, p := range packages {
			s.add(i, runs[k].cataloger, p)
		}
	}
	return nil
}

// startWhole tells whether a layer changes what a cataloger selects, and if so ends the validity of its former run.
func (s *scan) startWhole(c *cataloger, view layerfs.View) (bool, error) {
	now, err := s.selected(c, view)
	if err != nil || slices.Equal(now, c.selected) {
		return false, err
	}
	c.selected = now
	if c.last != nil {
		c.last.replaced = true
	}
	c.last = &wholeRun{}
	return len(now) > 0, nil
}

// selected lists the files that a cataloger selects in a view.
func (s *scan) selected(c *cataloger, view layerfs.View) ([]file.Coordinates, error) {
	r := s.resolver(view, nil)
	var out []file.Coordinates
	collect := func(set map[string]bool, find func(...string) ([]file.Location, error)) error {
		for q := range set {
			locations, err := find(q)
			if err != nil {
				return err
			}
			for _, l := range locations {
				out = append(out, l.Coordinates)
			}
		}
		return nil
	}
	if err := cmp.Or(collect(c.sel.globs, r.FilesByGlob), collect(c.sel.paths, r.FilesByPath), collect(c.sel.types, r.FilesByMIMEType)); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b file.Coordinates) int {
		return cmp.Or(strings.Compare(a.RealPath, b.RealPath), strings.Compare(a.FileSystemID, b.FileSystemID))
	})
	return slices.Compact(out), nil
}

func (s *scan) add(layer int, c *cataloger, p pkg.Package) {
	k := key{c.Name(), string(p.Type), p.Name, p.Version, withoutDistro(p.PURL), primaryPath(p)}
	o := s.found[k]
	if o == nil {
		o = &occurrences{key: k, layer: layer}
		s.found[k] = o
	}
	var whole *wholeRun
	if c.whole {
		whole = c.last
	}
	o.list = append(o.list, occurrence{Package: p, layer: layer, whole: whole})
}

// isVisible tells whether the files that gave a package are still those of the final file system, or may be where
// runtimes differ.
func (s *scan) isVisible(o occurrence) bool {
	top := s.tree.Top()
	replaced := o.whole != nil && o.whole.replaced
	return slices.ContainsFunc(primaryLocations(o.Package), func(l file.Location) bool {
		f, ok := top.Stat(cmp.Or(l.AccessPath, l.RealPath))
		if ok && f.Path == l.RealPath && s.diffIDs[f.Layer] == l.FileSystemID {
			return !replaced
		}
		return s.mayBeSeen(l)
	}) || o.whole != nil && !replaced
}

// mayBeSeen tells whether only some runtimes hide a file.
func (s *scan) mayBeSeen(l file.Location) bool {
	for i, id := range s.diffIDs {
		if id == l.FileSystemID && s.tree.Unsure(l.RealPath, i) {
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
		if strings.HasSuffix(u.at.RealPath, ".md5sums") {
			continue // distroless images keep these beside their package files, where the cataloger looks for packages
		}
		f, ok := top.Stat(u.at.RealPath)
		if !ok || f.Path != u.at.RealPath || s.diffIDs[f.Layer] != u.at.FileSystemID {
			continue
		}
		if slices.Contains(databases(), u.cataloger) {
			return nil, fmt.Errorf("the package database %s cannot be read by the %s", u.at.RealPath, u.cataloger)
		}
		paths = append(paths, u.at.RealPath)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// primaryLocations are the locations that gave a package, without those that only say more about it.
func primaryLocations(p pkg.Package) []file.Location {
	all := p.Locations.ToSlice()
	primary := slices.DeleteFunc(slices.Clone(all), func(l file.Location) bool {
		return l.Annotations[pkg.EvidenceAnnotationKey] != pkg.PrimaryEvidenceAnnotation
	})
	if len(primary) > 0 {
		return primary
	}
	return all
}

// primaryPath is the path under which a package is reported.
func primaryPath(p pkg.Package) string {
	paths := []string{}
	for _, l := range primaryLocations(p) {
		paths = append(paths, l.RealPath)
	}
	if len(paths) == 0 {
		return ""
	}
	return slices.Min(paths)
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

// sorted lists what was found in an order that does not depend on the run.
func (s *scan) sorted() []*occurrences {
	out := make([]*occurrences, 0, len(s.found))
	for _, o := range s.found {
		slices.SortStableFunc(o.list, func(a, b occurrence) int {
			return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.ID(), b.ID()))
		})
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *occurrences) int {
		x, y := a.key, b.key
		return cmp.Or(cmp.Compare(x.path, y.path), cmp.Compare(x.name, y.name), cmp.Compare(x.version, y.version),
			cmp.Compare(x.typ, y.typ), cmp.Compare(x.purl, y.purl), cmp.Compare(x.cataloger, y.cataloger))
	})
	return out
}

func (s *scan) resolver(v layerfs.View, sel *selection) *resolver {
	return &resolver{view: v, diffIDs: s.diffIDs, selection: sel}
}

// everywhere finds paths in the highest layer that has them, whether or not they are still there in the end.
func (s *scan) everywhere() *everywhere {
	e := &everywhere{}
	for i := s.tree.Layers() - 1; i >= 0; i-- {
		e.views = append(e.views, s.resolver(s.tree.View(i), nil))
	}
	e.resolver = e.views[0]
	return e
}

// everywhere is a resolver over all layers at once.
type everywhere struct {
	*resolver
	views []*resolver // the highest first
}

func (e *everywhere) FilesByPath(paths ...string) ([]file.Location, error) {
	var out []file.Location
	for _, p := range paths {
		for _, v := range e.views {
			if locations, err := v.FilesByPath(p); err != nil || len(locations) > 0 {
				out = append(out, locations...)
				break
			}
		}
	}
	return out, nil
}
