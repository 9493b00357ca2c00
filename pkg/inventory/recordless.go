package inventory

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file finds what lies where a language's package manager installs packages, and has no record there: an image is
// made smaller by deleting records, in the same step that installs the packages, and runs as before.

// recordless are such packages of the final file system, in any order.
type recordless struct {
	node   []Gap // directories in node_modules
	others []Gap // modules of Python and gems
}

// module is such a package, by its files of code as they are named without links.
type module struct {
	code   []layerfs.File
	linked bool // links lead to all of them
}

// recordless lists what has no record. Packages that the inventory knows by a record which is gone are not among it, and none of which the
// distribution brought all code.
func (s *scan) recordless(all []*occurrences) recordless {
	known, claimed := map[string]bool{}, map[string]bool{}
	unsure := map[string][]string{} // packages of Python of which nothing says which modules they have, by their directory
	for _, o := range all {
		if !o.visible {
			continue
		}
		f := o.it().found
		known[directoryOf(f)] = true
		if f.Type == pkg.PythonPkg {
			if dir := sitePackages(f); s.claim(claimed, f, o.it().layer) {
				unsure[dir] = append(unsure[dir], f.Name)
			}
		}
	}
	candidates := map[string]*module{}
	consider := func(name string, f layerfs.File) {
		at, ok := moduleAt(name)
		if !ok || known[at] || claimed[stem(at)] || mayBeOf(unsure[path.Dir(at)], at) {
			return
		}
		m := candidates[at]
		if m == nil && hasRecord(s.tree.Top(), at) {
			known[at] = true
			return
		}
		if m == nil {
			m = &module{linked: true}
			candidates[at] = m
		}
		m.linked = m.linked && name != f.Path
		m.code = append(m.code, f)
	}
	elsewhere := unrecorded{}
	for f := range s.tree.Top().All {
		if f.Type == layerfs.Regular {
			consider(f.Path, f)
			elsewhere.consider(f)
		}
	}
	out := recordless{others: elsewhere.gaps(s, claimed, unsure, all)}
	looked := 0
	for _, link := range s.moduleLinks() {
		for name, f := range link.files(s.tree.Top()) {
			if looked++; looked > maxLinked {
				out.others = append(out.others, Gap{Path: link.Path, Layer: link.Layer, Reason: "links lead from where packages are installed to more files than are looked at"})
				break
			}
			consider(name, f)
		}
	}
	s.dropBrought(candidates, all)
	for at, m := range candidates {
		since := slices.MinFunc(m.code, func(a, b layerfs.File) int { return cmp.Compare(a.Layer, b.Layer) }).Layer
		switch node := strings.Contains(at, modules); {
		case node && !m.linked:
			out.node = append(out.node, Gap{Path: at, Layer: since, Reason: "it lies where packages of Node are installed, and has no package.json that says which it is"})
		case node: // often code of the project, which is linked there to be found by a short name
			out.others = append(out.others, Gap{Path: at, Layer: since, Reason: "a link leads to it from where packages of Node are installed, and it has no package.json that says which it is"})
		default:
			out.others = append(out.others, Gap{Path: at, Layer: since, Reason: "it lies where packages are installed, and no record there says which it is"})
		}
	}
	return out
}

// moduleAt names the directory or the module that a file of code belongs to and that has a record where it was installed.
func moduleAt(name string) (string, bool) {
	ext := path.Ext(name)
	if !slices.Contains(codeExtensions, ext) { // as most files have it, and the rest is a search through the whole path
		return "", false
	}
	if k := strings.LastIndex(name, modules); k >= 0 {
		return nodeAt(name, k+len(modules))
	}
	if at, ok := pythonAt(name); ok {
		return at, true
	}
	if ext != ".rb" {
		return "", false
	}
	m := gemCode.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// The extensions of code that Node and Python load, and of all code that moduleAt knows.
var (
	nodeExtensions   = []string{".js", ".cjs", ".mjs", ".node", ".wasm"}
	pythonExtensions = []string{".py", ".pyc", ".so"}
	codeExtensions   = slices.Concat(nodeExtensions, pythonExtensions, []string{".rb"})
)

// hasRecord tells whether a package of Node has its manifest, or a gem its specification. Those of Python are not found by a module's name.
func hasRecord(v layerfs.View, at string) bool {
	var records []string
	switch dir, name := path.Split(at); {
	case strings.Contains(at, modules):
		records = []string{at + "/package.json"}
	case path.Base(dir) == "gems":
		specifications := path.Join(dir, "..", "specifications")
		records = []string{path.Join(specifications, name+".gemspec"), path.Join(specifications, "default", name+".gemspec")}
	}
	return slices.ContainsFunc(records, func(name string) bool { _, ok := v.Stat(name); return ok })
}

// nodeAt is the directory of a package of Node, or a module that is one file; from is where its name begins.
func nodeAt(name string, from int) (string, bool) {
	if !slices.Contains(nodeExtensions, path.Ext(name)) {
		return "", false
	}
	elements := 1
	if strings.HasPrefix(name[from:], "@") {
		elements = 2
	}
	end := from
	for range elements {
		next := strings.IndexByte(name[end:], '/')
		if next < 0 {
			end = len(name) + 1
			break
		}
		end += next + 1
	}
	at := name[:end-1]
	return at, isInstalledPackage(at)
}

// pythonSites are the names of the directories that Python imports installed packages from.
var pythonSites = []string{"site-packages", "dist-packages"}

// pythonAt is a module of Python: a directory of such a directory, or a file.
func pythonAt(name string) (string, bool) {
	if !slices.Contains(pythonExtensions, path.Ext(name)) || strings.Contains(name, "/__pycache__/") {
		return "", false
	}
	for _, site := range pythonSites {
		before, rest, ok := strings.Cut(name, "/"+site+"/")
		if !ok {
			continue
		}
		module, _, _ := strings.Cut(rest, "/")
		// Python itself, virtualenv and Debian write some modules there that are no package's.
		odd := isInfo(module) || strings.HasSuffix(module, ".egg") || strings.HasPrefix(module, "_virtualenv") || strings.HasPrefix(module, "sitecustomize") || strings.HasPrefix(module, "usercustomize")
		return before + "/" + site + "/" + module, !odd
	}
	return "", false
}

// claim notes the modules of an installed package of Python. It tells whether they are not known.
func (s *scan) claim(claimed map[string]bool, f *found, layer int) (unsure bool) {
	record := f.primary()[0].Path
	info := path.Dir(record)
	dir := sitePackages(f)
	for name := range f.ownedFiles {
		if !path.IsAbs(name) {
			name = path.Join(dir, name)
		}
		if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
			module, _, _ := strings.Cut(rest, "/")
			claimed[stem(dir+"/"+module)] = true
		}
	}
	modules := s.modules(s.tree.View(layer), f, info, dir)
	for _, m := range modules {
		claimed[dir+"/"+m] = true
	}
	return f.Owned == "" && len(modules) == 0
}

// mayBeOf tells whether a module may be one of packages of which nothing says which modules they have: it is called like one of
// them, for short. So yaml is of PyYAML, bs4 of beautifulsoup4 and sklearn of scikit-learn.
func mayBeOf(packages []string, at string) bool {
	module := strings.ToLower(strings.Trim(path.Base(stem(at)), "_"))
	return slices.ContainsFunc(packages, func(name string) bool {
		rest := module
		for _, c := range []byte(strings.ToLower(name)) {
			if rest != "" && rest[0] == c {
				rest = rest[1:]
			}
		}
		return rest == ""
	})
}

// stem is a module's path without an extension: a compiled one has several.
func stem(at string) string {
	dir, base := path.Split(at)
	base, _, _ = strings.Cut(base, ".")
	return dir + base
}

// gemCode is the path of a gem's code, which begins with its directory.
var gemCode = regex.New(`^(.*/gems/[^/]+-[^/]+)/lib/`)

// dropBrought takes out the modules of which a distribution brought all code. Beside that lies what Python 2 makes of it.
func (s *scan) dropBrought(candidates map[string]*module, all []*occurrences) {
	called := map[string]string{}
	for at, m := range candidates {
		for _, f := range m.code {
			called[f.Path] = path.Base(stem(at))
		}
	}
	brought := s.brought(called, all)
	for at, m := range candidates {
		m.code = slices.DeleteFunc(m.code, func(f layerfs.File) bool {
			source, compiled := strings.CutSuffix(f.Path, ".pyc")
			return brought[f.Path] || compiled && brought[source+".py"]
		})
		if len(m.code) == 0 {
			delete(candidates, at)
		}
	}
}
