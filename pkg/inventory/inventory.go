// Package inventory finds the packages that each layer of an image brings, with syft's catalogers over layerfs, and
// says of each where it first appeared and whether it is still there.
//
// Beside pkg/match and pkg/vulndb it is the only package that may import anchore's modules.
package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Inventory is what an image holds.
type Inventory struct {
	// Packages are sorted by name, version, type and path.
	Packages []Package
	// Release is the Linux distribution of the final file system, or nil where none was recognised.
	Release *linux.Release
	// Visible and Shadowed are the same packages as syft's matchers want them. Shadowed also holds the visible ones,
	// so that what owns a shadowed file is known.
	Visible, Shadowed Set
	// Unreadable are files of the final file system that look like a package's and that no cataloger could read: a
	// truncated archive, a manifest that is not valid. What they bring is not known. Sorted.
	Unreadable []string

	byID map[artifact.ID]int
}

// Set is packages with what is known about how they belong together.
type Set struct {
	Packages      []pkg.Package
	Relationships []artifact.Relationship
}

// Package is a package, the layer that introduced it, and whether it is still there.
type Package struct {
	finding.Package
	Layer    int // index of the first layer in which this package appears at this path
	State    finding.State
	Licenses []string // SPDX expressions where recognised, else as declared; sorted
	CPEs     []string // CPE 2.3 names that the package declares or that were derived; sorted
}

// ByID is the package that a syft package is about.
func (inv *Inventory) ByID(id artifact.ID) (Package, bool) {
	i, ok := inv.byID[id]
	if !ok {
		return Package{}, false
	}
	return inv.Packages[i], true
}

// Take makes the inventory of a file system. diffIDs are those of its layers.
func Take(ctx context.Context, tree *layerfs.FS, diffIDs []string) (*Inventory, error) {
	list := catalogers()
	ctx, err := withTools(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := list[i].record(ctx); err != nil {
			return nil, fmt.Errorf("preparing the %s: %w", list[i].Name(), err)
		}
	}
	s := &scan{tree: tree, diffIDs: diffIDs, catalogers: list, found: map[key]*occurrences{}}
	for i := range tree.Layers() {
		if err := s.layer(ctx, i); err != nil {
			return nil, fmt.Errorf("cataloguing layer %d (%s): %w", i, diffIDs[i], err)
		}
	}
	return s.inventory(ctx)
}

// inventory settles which packages are visible, and lets syft finish both sets: derive names, and find out which
// packages own the files of others.
func (s *scan) inventory(ctx context.Context) (*Inventory, error) {
	inv := &Inventory{byID: map[artifact.ID]int{}, Release: linux.IdentifyRelease(s.resolver(s.tree.Top(), nil))}
	var err error
	if inv.Unreadable, err = s.unreadable(); err != nil {
		return nil, err
	}
	var visible, all []pkg.Package
	layerOf := map[artifact.ID]*occurrences{}
	for _, o := range s.sorted() {
		o.visible = -1
		for k, found := range o.list {
			if s.isVisible(found) {
				o.visible = k
			}
		}
		kept := o.list[max(o.visible, 0)].Package
		layerOf[kept.ID()] = o
		all = append(all, kept)
		if o.visible >= 0 {
			visible = append(visible, kept)
		}
	}
	if inv.Visible, err = finish(ctx, s.resolver(s.tree.Top(), nil), visible); err != nil {
		return nil, err
	}
	inv.add(inv.Visible.Packages, layerOf, finding.Visible)
	if len(visible) < len(all) {
		if inv.Shadowed, err = finish(ctx, s.everywhere(), all); err != nil {
			return nil, err
		}
		shadowed := slices.DeleteFunc(slices.Clone(inv.Shadowed.Packages), func(p pkg.Package) bool {
			o := layerOf[p.ID()]
			return o == nil || o.visible >= 0
		})
		inv.add(shadowed, layerOf, finding.Shadowed)
	}
	inv.sort()
	return inv, nil
}

func (inv *Inventory) add(packages []pkg.Package, layerOf map[artifact.ID]*occurrences, state finding.State) {
	for _, p := range packages {
		o := layerOf[p.ID()]
		if o == nil {
			continue
		}
		inv.byID[p.ID()] = len(inv.Packages)
		inv.Packages = append(inv.Packages, Package{
			Package:  finding.Package{Name: p.Name, Version: p.Version, Type: string(p.Type), PURL: p.PURL, Path: o.key.path},
			Layer:    o.layer,
			State:    state,
			Licenses: licenses(p),
			CPEs:     cpes(p),
		})
	}
}

func (inv *Inventory) sort() {
	order := make([]int, len(inv.Packages))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := inv.Packages[a], inv.Packages[b]
		return cmp.Or(
			strings.Compare(x.Name, y.Name), strings.Compare(x.Version, y.Version), strings.Compare(x.Type, y.Type),
			strings.Compare(x.Path, y.Path), strings.Compare(x.PURL, y.PURL), cmp.Compare(x.Layer, y.Layer), strings.Compare(string(x.State), string(y.State)),
		)
	})
	position := make([]int, len(order))
	sorted := make([]Package, len(order))
	for to, from := range order {
		position[from], sorted[to] = to, inv.Packages[from]
	}
	for id, i := range inv.byID {
		inv.byID[id] = position[i]
	}
	inv.Packages = sorted
}

func licenses(p pkg.Package) []string {
	out := []string{}
	for _, l := range p.Licenses.ToSlice() {
		if v := cmp.Or(l.SPDXExpression, l.Value); v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func cpes(p pkg.Package) []string {
	out := []string{}
	for _, c := range p.CPEs {
		out = append(out, c.Attributes.BindToFmtString())
	}
	slices.Sort(out)
	return slices.Compact(out)
}
