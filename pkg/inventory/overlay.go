package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/layerfs"
)

// This file joins what the two ways of merging layers come to, where they come to different file systems. A file that both
// show is judged once, by what lies around it where layers are unpacked over each other.

// overlay is the file system with runtimes that lay layers over each other.
type overlay struct {
	*layerfs.FS
	diffIDs []string
}

// twins are the same files in the other file system as the one of a place, each by a layer with the place's diff ID.
func (o overlay) twins(p place) []layerfs.Twin {
	var out []layerfs.Twin
	for i, id := range o.diffIDs {
		if id == p.Layer {
			out = append(out, o.Twin(p.Path, i))
		}
	}
	return out
}

// adds tells whether a package has to be told beside those of the other file system: a file that gave it is not to be seen
// there.
func (o overlay) adds(p *Package) bool {
	f := found{Places: p.Details.Places}
	return slices.ContainsFunc(f.primary(), func(at place) bool {
		return !slices.ContainsFunc(o.twins(at), func(t layerfs.Twin) bool { return t.Shown })
	})
}

// addsFile tells whether a regular file at a path of the final file system, or below it, is not in the other one, as that was looked at.
func (o overlay) addsFile(name string) bool {
	top := o.Top()
	if f, ok := top.Lstat(name); ok && o.isAlone(f) {
		return true
	}
	for f := range top.Below(name) {
		if o.isAlone(f) {
			return true
		}
	}
	return false
}

func (o overlay) isAlone(f layerfs.File) bool {
	return f.Type == layerfs.Regular && !o.Twin(f.Path, f.Layer).Top
}

// join adds the inventory of the overlay to that of the file system that the overlay is of.
func (inv *Inventory) join(other *Inventory, o overlay) {
	inv.joinPackages(other, o)
	if inv.Release == nil {
		inv.Release = other.Release
	}
	inv.Unreadable = o.joinGaps(inv.Unreadable, other.Unreadable)
	inv.Unread = o.joinGaps(inv.Unread, other.Unread)
	inv.Unidentified = o.joinGaps(inv.Unidentified, other.Unidentified)
	for _, p := range other.Privileged {
		if !slices.Contains(inv.Privileged, p) {
			inv.Privileged = append(inv.Privileged, p)
		}
	}
	slices.SortStableFunc(inv.Privileged, func(a, b Privileged) int { return strings.Compare(a.Path, b.Path) })
	inv.Looked.join(other.Looked, o)
	inv.Looked.PackageFiles += o.packageFiles(other.Packages)
}

// packageFiles counts the files that only the overlay shows and that gave visible packages.
func (o overlay) packageFiles(packages []Package) int {
	files := map[string]bool{}
	for _, p := range packages {
		if p.State != finding.Visible {
			continue
		}
		f := found{Places: p.Details.Places}
		for _, at := range f.primary() {
			if f, ok := o.Top().Stat(at.Path); ok && o.isAlone(f) {
				files[f.Path] = true
			}
		}
	}
	return len(files)
}

func (o overlay) joinGaps(list, others []Gap) []Gap {
	for _, g := range others {
		if o.addsFile(g.Path) {
			list = append(list, g)
		}
	}
	return sortGaps(list)
}

// joinPackages makes packages visible that the overlay shows, and adds those that are only there.
func (inv *Inventory) joinPackages(other *Inventory, o overlay) {
	list, others := inv.unsorted(), other.unsorted()
	known := map[key]int{}
	for i := len(list) - 1; i >= 0; i-- {
		id := list[i].key(list[i].Path)
		if k, ok := known[id]; !ok || list[i].State == finding.Visible || list[k].State != finding.Visible {
			known[id] = i
		}
	}
	now := map[*occurrences]*occurrences{} // what stands for a package of the overlay
	var owned []int                        // packages that have those as their owners
	for _, p := range others {
		i, ok := p.find(known, o)
		switch {
		case !ok && !o.adds(&p.Package):
			continue
		case !ok:
			i = len(list)
			list = append(list, p)
			owned = append(owned, i)
		case p.State == finding.Visible && list[i].State != finding.Visible:
			p.Layer = min(p.Layer, list[i].Layer)
			list[i].Package, list[i].owners = p.Package, p.owners
			owned = append(owned, i)
		}
		now[p.from] = list[i].from
	}
	for _, i := range owned {
		for k, owner := range list[i].owners {
			list[i].owners[k] = cmp.Or(now[owner], owner) // one that stands for none is not found in the end
		}
	}
	inv.Packages = nil
	inv.fill(list)
}

// unsorted are the packages of an inventory as before they were sorted.
func (inv *Inventory) unsorted() []unsorted {
	out := make([]unsorted, len(inv.Packages))
	for i := range out {
		out[i] = unsorted{Package: inv.Packages[i], from: &occurrences{}}
		out[i].Owners = nil
	}
	for i := range out {
		for _, k := range inv.Packages[i].Owners {
			out[i].owners = append(out[i].owners, out[k].from)
		}
	}
	return out
}

// key says which package it is that a file at a path gives.
func (p *unsorted) key(path string) key {
	return key{typ: p.Type, name: p.Name, version: p.Version, purl: withoutDistro(p.PURL), path: path}
}

// find is the index of the same package of the other file system: one that the same file gives, or a file at the same path.
func (p *unsorted) find(known map[key]int, o overlay) (int, bool) {
	if i, ok := known[p.key(p.Path)]; ok {
		return i, true
	}
	for _, at := range p.Details.Places {
		for _, t := range o.twins(at) {
			if i, ok := known[p.key(t.Path)]; ok && at.Path == p.Path {
				return i, true
			}
		}
	}
	return 0, false
}

// join counts the files that only the overlay shows.
func (l *Looked) join(other Looked, o overlay) {
	for f := range o.Top().All {
		if o.isAlone(f) {
			l.Files++
			if f.Executable() {
				l.Executables++
			}
		}
	}
	for _, e := range other.Largest {
		if !o.Twin(e.Path, e.Layer).Top {
			l.Unowned++
			l.Largest = append(l.Largest, e)
		}
	}
	l.sortLargest()
	l.Data = l.Data && other.Data
}
