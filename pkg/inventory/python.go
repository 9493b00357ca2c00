package inventory

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// ofPython goes through the modules of an installed Python package: what its RECORD lists, or else the modules that
// top_level.txt names, or the one that is called like the package, or else whatever lies beside the record and is not
// called like another package.
func (s *scan) ofPython(v layerfs.View, f *found) (iter.Seq[layerfs.File], basis) {
	record := f.primary()[0].Path
	info := path.Dir(record)
	site := path.Dir(info)
	if strings.HasSuffix(record, ".egg-info") {
		info, site = record, info // a file, not a folder
	}
	if f.Owned != "" {
		var names []string
		for name := range f.ownedFiles {
			if !path.IsAbs(name) {
				name = path.Join(site, name)
			}
			names = append(names, name)
		}
		return program(regular(v, names), info), listed
	}
	modules := s.modules(v, f, info, site)
	others := s.pythonNames(site)
	return program(func(yield func(layerfs.File) bool) {
		for file := range v.Below(site) {
			module, _, _ := strings.Cut(strings.TrimPrefix(file.Path, site+"/"), "/")
			module = strings.TrimSuffix(module, ".py")
			own := slices.Contains(modules, module) || modules == nil && !others[pythonName(module)] && !isInfo(module)
			if own && file.Type == layerfs.Regular && !yield(file) {
				return
			}
		}
	}, info), beside
}

// modules are the top-level modules of a package, or nil where they are not known.
func (s *scan) modules(v layerfs.View, f *found, info, site string) []string {
	if list, ok := v.Stat(path.Join(info, "top_level.txt")); ok && list.Type == layerfs.Regular {
		if raw, err := readAll(v, list); err == nil {
			return strings.Fields(string(raw))
		}
	}
	name := pythonName(f.Name)
	for _, at := range []string{name, name + ".py"} {
		if _, ok := v.Stat(path.Join(site, at)); ok {
			return []string{name}
		}
	}
	return nil
}

// pythonNames are the names of all packages whose record lies in a folder, as modules are called like them.
func (s *scan) pythonNames(site string) map[string]bool {
	out := map[string]bool{}
	for _, o := range s.found {
		if f := o.list[0].found; path.Dir(path.Dir(f.path())) == site || path.Dir(f.path()) == site {
			out[pythonName(f.Name)] = true
		}
	}
	return out
}

// pythonName is the name of a package as a module would be called.
func pythonName(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}

func isInfo(module string) bool {
	return slices.ContainsFunc([]string{".dist-info", ".egg-info", ".pth"}, func(end string) bool { return strings.HasSuffix(module, end) })
}

// program leaves out the record itself and what the interpreter writes.
func program(files iter.Seq[layerfs.File], info string) iter.Seq[layerfs.File] {
	return func(yield func(layerfs.File) bool) {
		for f := range files {
			if f.Path == info || strings.HasPrefix(f.Path, info+"/") || strings.Contains(f.Path, "/__pycache__/") || isText(f.Path) {
				continue
			}
			if !yield(f) {
				return
			}
		}
	}
}
