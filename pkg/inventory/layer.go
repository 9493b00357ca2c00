package inventory

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/layerfs"
)

// catalogue is what the catalogers found in one layer, on top of those below it. It depends on nothing but the layer's
// chain ID and the catalogers.
type catalogue struct {
	Groups []group
	Failed []unread
}

// group is what one cataloger found.
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
}

// catalogueLayer runs all catalogers over layer i.
func (s *scan) catalogueLayer(ctx context.Context, i int) (*catalogue, error) {
	view := s.tree.View(i)
	runs := make([]run, 0, len(s.catalogers))
	for k := range s.catalogers {
		c := &s.catalogers[k]
		r := run{cataloger: c, resolver: s.resolver(view, &c.sel).until(ctx)}
		if c.whole {
			changed, err := s.changes(c, i)
			if err != nil {
				return nil, err
			}
			if !changed {
				continue
			}
			r.resolver = s.resolver(view, nil).until(ctx)
		}
		runs = append(runs, r)
	}
	results, failed, err := runCatalogers(ctx, s.resolver(view, nil), runs)
	if err != nil {
		return nil, err
	}
	out := &catalogue{Failed: failed}
	for k, packages := range results {
		c := runs[k].cataloger
		g := group{Cataloger: c.Name(), Whole: c.whole}
		if g.Found, err = convert(packages); err != nil {
			return nil, err
		}
		if c.whole || len(packages) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}

// convert takes from packages what is kept, some at a time.
func convert(packages []pkg.Package) ([]found, error) {
	const batch = 64
	out := make([]found, len(packages))
	var tasks errgroup.Group
	tasks.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < len(packages); from += batch {
		tasks.Go(func() (err error) {
			for i := from; i < min(from+batch, len(packages)) && err == nil; i++ {
				out[i], err = newFound(packages[i])
			}
			return err
		})
	}
	return out, tasks.Wait()
}

// changes tells whether layer i changes what a cataloger selects.
func (s *scan) changes(c *cataloger, i int) (bool, error) {
	now, err := s.selected(c, s.tree.View(i))
	if err != nil || i == 0 {
		return len(now) > 0, err
	}
	before, err := s.selected(c, s.tree.View(i-1))
	return !slices.Equal(now, before), err
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

// until makes the resolver fail once ctx has ended.
func (r *resolver) until(ctx context.Context) *resolver {
	r.ended = ctx.Err
	return r
}

func (s *scan) resolver(v layerfs.View, sel *selection) *resolver {
	return &resolver{view: v, diffIDs: s.diffIDs, selection: sel}
}
