package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file tells whether the files at the paths that a system's package lists are still those that it brought. Who copies
// upstream's files over a distribution's has upstream's software, whatever the package's record says of it.

// digests are those that a system's package has of what it brought, by the paths of its files as the image knows them, and
// what makes them: no package has two algorithms. Files that say nothing about what the package is have none.
func (f *found) digests(p pkg.Package) (algorithm string, of map[string]string) {
	of = map[string]string{}
	for name, l := range listedFiles(p) {
		if l.digest.Value != "" && !isLeftBehind(name) {
			algorithm, of[within(f.Root, name)] = l.digest.Algorithm, l.digest.Value
		}
	}
	return algorithm, of
}

// digested goes through the paths that a package says are its own, with the digests of what it brought there; empty where it says none.
func (f *found) digested(yield func(name, digest string) bool) {
	digests := f.Digests
	for name := range f.ownedFiles {
		var digest string
		digest, digests, _ = strings.Cut(digests, "\x00")
		if !yield(name, digest) {
			return
		}
	}
}

// genuine knows which files are those that packages brought, as they are in the end or, for packages that are not there
// any more, were in their layer.
type genuine struct {
	*scan
	top     bool
	altered map[alteration]bool
}

type alteration struct {
	owner *found
	layer int
}

// isOf tells whether the file at a path in which a package was found has the content that its owner brought there, as far as that is known.
func (g *genuine) isOf(owner *found, digest string, p *found, name string) bool {
	return !slices.ContainsFunc(p.Places, func(at place) bool {
		if at.Path != name && at.Access != name {
			return false
		}
		v := g.viewOf(at)
		f, ok := v.Lstat(at.Path)
		return ok && isOther(v, f, owner, digest)
	})
}

// isUnaltered tells whether all of an owner's files that an interpreter loads are those that it brought: beside what names
// a package of a language, these are the package.
func (g *genuine) isUnaltered(owner, p *found) bool {
	v := g.tree.Top()
	if !g.top {
		v = g.viewOf(p.primary()[0])
	}
	id := alteration{owner, v.Layer()}
	altered, known := g.altered[id]
	if !known {
		files := layerfs.Walker{View: v}
		for name, digest := range owner.digested {
			if digest == "" || !programs[path.Ext(name)] || strings.Contains(name, "/__pycache__/") {
				continue
			}
			if f, ok := files.Stat(name); ok && isOther(v, f, owner, digest) {
				altered = true
				break
			}
		}
		g.altered[id] = altered
	}
	return !altered
}

// viewOf is the file system after the layer that a place is of.
func (g *genuine) viewOf(p place) layerfs.View {
	return g.tree.View(max(slices.Index(g.diffIDs, p.Layer), 0))
}

// isOther tells whether a file has other content than a package brought. One that cannot be read has, which the tree remembers.
func isOther(v layerfs.View, f layerfs.File, owner *found, digest string) bool {
	same, known, _ := HasDigest(v, f, owner.Algorithm, digest)
	return known && !same
}
