package lockfile

import (
	"cmp"
	"encoding/json"
	"maps"
	"strings"
)

// packageJSON is what a package.json says about dependencies.
type packageJSON struct {
	Dependencies, DevDependencies, OptionalDependencies, PeerDependencies map[string]string

	Workspaces json.RawMessage
}

// workspacePatterns lists the patterns of directories that hold workspaces: a list, or one inside of an object as Yarn 1 has it.
func (p packageJSON) workspacePatterns() []string {
	var list []string
	if json.Unmarshal(p.Workspaces, &list) == nil {
		return list
	}
	var object struct{ Packages []string }
	if json.Unmarshal(p.Workspaces, &object) == nil {
		return object.Packages
	}
	return nil
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
			g.workspaces[path] = g.needs[path]
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
