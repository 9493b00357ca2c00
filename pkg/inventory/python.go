package inventory

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// ofPython goes through the modules of an installed Python package: what its RECORD lists, or else the modules that
// top_level.txt names, or the one that is called like the package, or else whatever lies beside the record and is
// called like no package.
func (s *scan) ofPython(v layerfs.View, f *found) (iter.Seq[layerfs.File], basis) {
	record := f.primary()[0].Path
	info := path.Dir(record)
	dir := path.Dir(info)
	switch {
	case strings.HasSuffix(record, ".egg-info"):
		info, dir = record, info // a file, not a directory
	case path.Base(record) == vendorList:
		info = record // which lies beside the code
	}
	if f.Owned != "" {
		var names []string
		for name := range f.ownedFiles {
			if !path.IsAbs(name) {
				name = path.Join(dir, name)
			}
			names = append(names, name)
		}
		return program(regular(v, names), info), listed
	}
	there := s.modulesIn(v, dir)
	if modules := s.modules(v, f, info, dir); len(modules) > 0 {
		var own [][]layerfs.File
		for _, m := range modules {
			own = append(own, there[m])
		}
		return program(slices.Values(slices.Concat(own...)), info), beside
	}
	return program(slices.Values(there[nobodys]), info), nearby
}

// site is a directory of Python packages after a layer.
type site struct {
	dir   string
	layer int
}

// nobodys stands among modules for all those that are not called like a package of the directory.
const nobodys = ""

// modulesIn lists the files of a directory of Python packages by their module.
func (s *scan) modulesIn(v layerfs.View, dir string) map[string][]layerfs.File {
	at := site{dir, v.Layer()}
	if known := s.sites[at]; known != nil {
		return known
	}
	names := map[string]bool{}
	for _, o := range s.found {
		if f := o.list[0].found; f.Type == pkg.PythonPkg && slices.Contains([]string{path.Dir(f.path()), path.Dir(path.Dir(f.path()))}, dir) {
			names[pythonName(f.Name)] = true
		}
	}
	out := map[string][]layerfs.File{}
	for f := range v.Below(dir) {
		if f.Type != layerfs.Regular {
			continue
		}
		module, _, _ := strings.Cut(strings.TrimPrefix(f.Path, dir+"/"), "/")
		module = strings.TrimSuffix(module, ".py")
		out[module] = append(out[module], f)
		if !names[pythonName(module)] && !isInfo(module) {
			out[nobodys] = append(out[nobodys], f)
		}
	}
	s.sites[at] = out
	return out
}

// modules are the top-level modules of a package, or nil where they are not known.
func (s *scan) modules(v layerfs.View, f *found, info, dir string) []string {
	if list, ok := v.Stat(path.Join(info, "top_level.txt")); ok && list.Type == layerfs.Regular {
		if raw, err := readAll(v, list); err == nil {
			return strings.Fields(string(raw))
		}
	}
	name := pythonName(f.Name)
	for _, at := range []string{name, name + ".py"} {
		if _, ok := v.Stat(path.Join(dir, at)); ok {
			return []string{name}
		}
	}
	return nil
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
