package inventory

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/layerfs"
)

// catalogue holds the packages that the catalogers found in one layer, on top of those below it. It depends on
// nothing but the layer's chain ID and the catalogers.
type catalogue struct {
	Groups []group
	Failed []unread
}

// group holds the packages that one cataloger found.
type group struct {
	Cataloger string
	// Whole is set where the cataloger put packages together from the whole chain: they replace what it found in the
	// layers below.
	Whole bool
	Found []found
}

// unread is a file that a cataloger selected and could make nothing of.
type unread struct {
	Cataloger string
	Path      string
	Layer     string // diff ID of the layer that the file is from
	Reason    string
	Harmless  bool // it brings no package that could run
}

// catalogueLayer runs all catalogers over layer i.
func (s *scan) catalogueLayer(ctx context.Context, i int) (*catalogue, error) {
	view := s.tree.View(i).KeepingOwn()
	runs := make([]run, 0, len(s.catalogers))
	for k := range s.catalogers {
		c := &s.catalogers[k]
		resolvers, err := s.resolvers(ctx, c, view)
		if err != nil {
			return nil, err
		}
		if len(resolvers) > 0 {
			runs = append(runs, run{layer: i, cataloger: c, resolvers: resolvers, watch: s.watch})
		}
	}
	results, failed, err := runCatalogers(ctx, s.resolver(view, nil), runs)
	if err != nil {
		return nil, err
	}
	for k, u := range failed {
		if f, ok := view.Stat(u.Path); ok {
			failed[k].Harmless = bringsNothing(view, u, f)
		}
	}
	in := takeClasses(results)
	out := &catalogue{Failed: failed}
	for k, packages := range results {
		c := runs[k].cataloger
		g := group{Cataloger: c.Name(), Whole: c.whole}
		if g.Found, err = convert(view, packages, c.database, in); err != nil {
			return nil, err
		}
		if c.whole || len(packages) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	out.Failed = append(out.Failed, versionless(view, out.Groups)...)
	return out, nil
}

// resolvers returns the file systems that a cataloger is run over for a view: none where there is nothing for it to do.
func (s *scan) resolvers(ctx context.Context, c *cataloger, view layerfs.View) ([]file.Resolver, error) {
	switch {
	case c.whole:
		changed, err := s.changes(c, view.Layer())
		if err != nil || !changed {
			return nil, err
		}
		return []file.Resolver{s.resolver(view, nil).until(ctx)}, nil
	case c.database:
		return s.systems(ctx, c, view)
	}
	r := s.resolver(view, &c.sel).until(ctx)
	r.anyCase, r.checks = c.anyCase, c.checks
	return []file.Resolver{r}, nil
}

// systems are the systems whose package databases a layer adds or changes, each seen as if it were an image by itself:
// its distribution and its licence texts are its own.
func (s *scan) systems(ctx context.Context, c *cataloger, view layerfs.View) ([]file.Resolver, error) {
	roots := map[string]bool{}
	for glob := range c.sel.globs {
		matches, err := view.Glob(glob)
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			roots[rootOf(m.File.Path, m.Name)] = true
		}
	}
	var out []file.Resolver
	for _, root := range slices.Sorted(maps.Keys(roots)) {
		r := s.resolver(view, &c.sel).until(ctx)
		r.root = root
		if root != "/" && linux.IdentifyRelease(s.within(view, root)) != nil {
			r.base = root
		}
		out = append(out, r)
	}
	return out, nil
}

// convert takes from packages what is kept, some at a time. in are the classes of archives.
func convert(view layerfs.View, packages []pkg.Package, database bool, in classes) ([]found, error) {
	const batch = 64
	out := make([]found, len(packages))
	var tasks errgroup.Group
	tasks.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < len(packages); from += batch {
		tasks.Go(func() (err error) {
			for i := from; i < min(from+batch, len(packages)) && err == nil; i++ {
				if out[i], err = newFound(packages[i], database); err == nil {
					out[i].Needs, out[i].Clues = needs(view, packages[i], out[i].path()), cluesOf(&packages[i], in)
				}
			}
			return err
		})
	}
	return out, tasks.Wait()
}

// changes tells whether layer i changes what a cataloger selects: it adds a file, or a link to one, or takes one away.
func (s *scan) changes(c *cataloger, i int) (bool, error) {
	added, err := selected(c, s.resolver(s.tree.View(i), &c.sel))
	if err != nil || len(added) > 0 || i == 0 || s.tree.View(i).OnlyAdds() {
		return len(added) > 0, err
	}
	now, err := selected(c, s.resolver(s.tree.View(i), nil))
	if err != nil {
		return false, err
	}
	before, err := selected(c, s.resolver(s.tree.View(i-1), nil))
	return !slices.Equal(now, before), err
}

// selected lists the files that a cataloger selects.
func selected(c *cataloger, r *resolver) ([]file.Coordinates, error) {
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

// until makes the resolver fail once ctx has ended.
func (r *resolver) until(ctx context.Context) *resolver {
	r.ended = ctx.Err
	return r
}

func (s *scan) resolver(v layerfs.View, sel *selection) *resolver {
	return &resolver{tree: s.tree, view: v, diffIDs: s.diffIDs, selection: sel, temp: s.temp}
}

// within sees the system at a directory as if it were an image by itself.
func (s *scan) within(v layerfs.View, root string) *resolver {
	r := s.resolver(v, nil)
	r.base = root
	return r
}
