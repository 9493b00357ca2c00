package inventory

import (
	"maps"
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

// brought tells which files of the final file system are those that packages of a distribution brought, with their content: no other package says
// of a file that somebody publishes advisories about it. called are the names of the libraries that are in the files, by their paths.
func (s *scan) brought(called map[string]string, all []*occurrences) map[string]bool {
	out := map[string]bool{}
	if len(called) == 0 {
		return out
	}
	bases := map[string]bool{}
	for name := range called {
		bases[path.Base(name)] = true
	}
	top := s.tree.Top()
	for _, o := range all {
		if !o.visible || o.key.root == "" {
			continue
		}
		f := o.it().found
		var digests map[string]string
		for _, name := range s.filesOf(s.tree.View(o.it().layer), f) {
			if !bases[path.Base(name)] {
				continue
			}
			file, ok := top.Lstat(name)
			library, wanted := called[file.Path]
			if !ok || !wanted || !s.bringsFile(o, library, name) {
				continue
			}
			if digests == nil {
				digests = maps.Collect(f.digested)
			}
			// One without a digest is that of the package as long as the layer that brought the package has it.
			if same, known, _ := HasDigest(top, file, f.Algorithm, digests[name]); same || !known && file.Layer == o.layer {
				out[file.Path] = true
			}
		}
	}
	return out
}

// bringsFile tells whether a system's package is its distribution's, which brings a library in such a place.
func (s *scan) bringsFile(o *occurrences, library, name string) bool {
	f := o.it().found
	r, _ := s.releaseFor(o)
	return isPlaceOf(f.Type, f.Root, name) && (f.isOfDistribution(r) || isNamedByDebian(f.Type, f.Name, f.Version, f.Upstreams, library))
}
