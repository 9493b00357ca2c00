package lockfile

import (
	"slices"
	"strings"
)

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

// yarnGraph reads a yarn.lock of Yarn 1, which does not say what the project or one of its workspaces names: their manifests
// do.
func yarnGraph(f file) *graph {
	var project packageJSON
	if !decodeJSON(f.manifest, &project) {
		return nil
	}
	y := readYarn(f.lines)
	y.direct = y.named(project)
	for _, raw := range f.workspaces(project.workspacePatterns()) {
		var workspace npmPackage
		if !decodeJSON(raw, &workspace) || workspace.Name == "" {
			return nil // what it names is not known
		}
		y.workspaces[workspace.Name] = y.named(workspace.packageJSON)
	}
	return y.graph
}

// named lists the identifiers of what a manifest names.
func (y yarnLock) named(m packageJSON) []string {
	var out []string
	for name, wanted := range m.all() {
		out = append(out, y.resolve(name+"@"+wanted)...)
	}
	return out
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
			y.workspaces[name] = y.needs[id]
		}
		delete(y.packages, id)
	}
	return y.graph
}
