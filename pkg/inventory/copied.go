package inventory

import (
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"
)

// This file tells of packages that were copied into something else, and that only that something says to be there, which are judged by another thing.

// withoutKnownCopies leaves out those that packages of a distribution brought, whose advisories are about what is in their files, and libraries of which a manifest
// above their scripts says the same.
func (s *scan) withoutKnownCopies(all []*occurrences) []*occurrences {
	called, manifests := map[string]string{}, map[scriptLibrary][]string{}
	for _, o := range all {
		for _, name := range s.copiedIn(o) {
			called[name] = o.key.name
		}
		if dir := directoryOf(o.it().found); dir != "" && o.visible && o.it().Type == pkg.NpmPkg {
			of := scriptLibrary{o.key.name, o.key.version}
			manifests[of] = append(manifests[of], dir+"/")
		}
	}
	brought := s.brought(called, all)
	return slices.DeleteFunc(all, func(o *occurrences) bool {
		files := s.copiedIn(o)
		above := func(name string) bool {
			return o.it().Type == pkg.NpmPkg && slices.ContainsFunc(manifests[scriptLibrary{o.key.name, o.key.version}], func(dir string) bool { return strings.HasPrefix(name, dir) })
		}
		return len(files) > 0 && !slices.ContainsFunc(files, func(name string) bool { return !brought[name] && !above(name) })
	})
}

// copiedIn are the files of the final file system that say of a copy what it is; none for what is no such copy.
func (s *scan) copiedIn(o *occurrences) []string {
	if o.key.cataloger != scriptLibraryName && o.key.cataloger != vendoredName {
		return nil
	}
	var out []string
	for _, at := range o.it().Places {
		if s.isAt(s.tree.Layers()-1, at) {
			out = append(out, at.Path)
		}
	}
	return out
}
