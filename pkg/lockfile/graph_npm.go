package lockfile

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// packageJSON is what a package.json says about dependencies.
type packageJSON struct {
	Dependencies, DevDependencies, OptionalDependencies, PeerDependencies map[string]string

	Workspaces any
}

// all lists the dependencies with their ranges.
func (p packageJSON) all() map[string]string {
	out := map[string]string{}
	for _, of := range []map[string]string{p.PeerDependencies, p.OptionalDependencies, p.DevDependencies, p.Dependencies} {
		maps.Copy(out, of)
	}
	return out
}

// npmPackage is an entry of a package-lock.json of version 2 or 3.
type npmPackage struct {
	packageJSON
	Name, Version string
}

// npmDependency is an entry of a package-lock.json of version 1, below the package whose node_modules holds it.
type npmDependency struct {
	Version      string
	Requires     map[string]string
	Dependencies map[string]npmDependency
}

// packageLockGraph reads a package-lock.json, whose packages are found as Node does: in the nearest node_modules.
func packageLockGraph(f file) *graph {
	var lock struct {
		Packages     map[string]npmPackage
		Dependencies map[string]npmDependency
	}
	if !f.json(&lock) {
		return nil
	}
	packages := lock.Packages
	if packages == nil {
		var project packageJSON
		if !decodeJSON(f.manifest, &project) {
			return nil
		}
		packages = map[string]npmPackage{"": {packageJSON: project}}
		addInstalled(packages, "", lock.Dependencies)
	}
	g := newGraph()
	for path, p := range packages {
		at := strings.LastIndex(path, "node_modules/")
		if at >= 0 {
			g.add(path, entry{name: cmp.Or(p.Name, path[at+len("node_modules/"):]), version: p.Version})
		}
		for name := range p.all() {
			if found := nearest(path, name, func(p string) bool { _, ok := packages[p]; return ok }); found != "" {
				g.needs[path] = append(g.needs[path], found)
			}
		}
		switch {
		case path == "":
			g.direct = g.needs[path]
		case at < 0:
			g.workspaces = append(g.workspaces, g.needs[path]...)
		}
	}
	return g
}

// addInstalled lists what version 1 nests by the paths that later versions have.
func addInstalled(packages map[string]npmPackage, below string, installed map[string]npmDependency) {
	for name, d := range installed {
		path := strings.TrimPrefix(below+"/node_modules/"+name, "/")
		packages[path] = npmPackage{Version: d.Version, packageJSON: packageJSON{Dependencies: d.Requires}}
		addInstalled(packages, path, d.Dependencies)
	}
}

// nearest is the path of a package that another one at path finds by its name.
func nearest(path, name string, exists func(string) bool) string {
	for {
		candidate := strings.TrimPrefix(path+"/node_modules/"+name, "/")
		if exists(candidate) {
			return candidate
		}
		if path == "" {
			return ""
		}
		path = path[:max(strings.LastIndex(path, "/node_modules/"), 0)]
	}
}

// yarnLock is what Yarn 1 and later have in common: a package for each list of descriptors, which are a name, @ and a range.
type yarnLock struct {
	*graph
	ids     map[string]string // by descriptor
	asksFor map[string][]string
}

// readYarn reads the packages of a yarn.lock. A package's identifier is its list of descriptors.
func readYarn(lines []string) yarnLock {
	y := yarnLock{newGraph(), map[string]string{}, map[string][]string{}}
	eachSetting(lines, func(path []string, value string) {
		id := path[0]
		switch {
		case id == "__metadata":
		case len(path) == 1:
			for _, d := range strings.Split(id, ", ") {
				y.ids[strings.Trim(d, `"`)] = id
			}
		case len(path) == 2 && path[1] == "version":
			name, _ := descriptor(strings.Trim(id, `"`))
			y.add(id, entry{name: name, version: value})
		case len(path) == 3 && slices.Contains([]string{"dependencies", "optionalDependencies"}, path[1]):
			y.asksFor[id] = append(y.asksFor[id], path[2]+"@"+value)
		}
	})
	for id, wants := range y.asksFor {
		for _, d := range wants {
			y.needs[id] = append(y.needs[id], y.resolve(d)...)
		}
	}
	return y
}

// descriptor parts a descriptor into name and range.
func descriptor(d string) (name, wanted string) {
	if i := strings.Index(d[min(1, len(d)):], "@"); i >= 0 { // after the @ of a scope
		return d[:i+1], d[i+2:]
	}
	return d, ""
}

// resolve finds the package of a descriptor. Where something replaced that, it is any version of the name.
func (y yarnLock) resolve(d string) []string {
	name, wanted := descriptor(d)
	for _, d := range []string{d, name + "@npm:" + wanted} {
		if id, ok := y.ids[d]; ok {
			return []string{id}
		}
	}
	return y.versions[name]
}

// yarnGraph reads a yarn.lock of Yarn 1, which does not say what the project or one of its workspaces names.
func yarnGraph(f file) *graph {
	var project packageJSON
	if !decodeJSON(f.manifest, &project) || project.Workspaces != nil {
		return nil
	}
	y := readYarn(f.lines)
	for name, wanted := range project.all() {
		y.direct = append(y.direct, y.resolve(name+"@"+wanted)...)
	}
	return y.graph
}

// berryGraph reads a yarn.lock of Yarn 2 or later, in which the project and its workspaces are packages, too.
func berryGraph(f file) *graph {
	y := readYarn(f.lines)
	for d, id := range y.ids {
		name, at, ok := strings.Cut(d, "@workspace:")
		switch {
		case !ok || name == "":
			continue
		case at == ".":
			y.direct = append(y.direct, y.needs[id]...)
		default:
			y.workspaces = append(y.workspaces, y.needs[id]...)
		}
		delete(y.packages, id)
	}
	return y.graph
}
