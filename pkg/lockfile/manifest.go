package lockfile

import (
	"encoding/json"
	"strings"

	"github.com/BurntSushi/toml"
)

// file is a lock file, and the manifest beside it that names the project's own dependencies.
type file struct {
	lines    []string
	manifest []byte // nil where there is none, or where the lock file tells it itself
}

// json decodes the lock file.
func (f file) json(into any) bool { return decodeJSON([]byte(strings.Join(f.lines, "\n")), into) }

func decodeJSON(raw []byte, into any) bool { return json.Unmarshal(raw, into) == nil }

// addDirect takes what a manifest names for the project's own.
func (g *graph) addDirect(names ...string) {
	for _, n := range names {
		g.direct = append(g.direct, g.versions[n]...)
	}
}

// composerGraph reads a composer.lock, which has one version of each package.
func composerGraph(f file) *graph {
	type requirements struct {
		Require    map[string]string `json:"require"`
		RequireDev map[string]string `json:"require-dev"`
	}
	type locked struct {
		Name    string            `json:"name"`
		Version string            `json:"version"`
		Require map[string]string `json:"require"`
	}
	var project requirements
	var lock struct {
		Packages    []locked `json:"packages"`
		PackagesDev []locked `json:"packages-dev"`
	}
	if !f.json(&lock) || !decodeJSON(f.manifest, &project) {
		return nil
	}
	g := newGraph()
	for _, p := range append(lock.Packages, lock.PackagesDev...) {
		id := strings.ToLower(p.Name)
		g.add(id, entry{name: id, version: p.Version})
		for name := range p.Require {
			g.needs[id] = append(g.needs[id], strings.ToLower(name))
		}
	}
	for _, of := range []map[string]string{project.Require, project.RequireDev} {
		for name := range of {
			g.addDirect(strings.ToLower(name))
		}
	}
	return g
}

// nugetGraph reads a packages.lock.json, which has one version of each package for a framework.
func nugetGraph(f file) *graph {
	var lock struct {
		Dependencies map[string]map[string]struct {
			Type, Resolved string
			Dependencies   map[string]string
		}
	}
	if !f.json(&lock) {
		return nil
	}
	g := newGraph()
	for framework, packages := range lock.Dependencies {
		for name, p := range packages {
			id := framework + " " + strings.ToLower(name)
			if p.Type != "Project" {
				g.add(id, entry{name: name, version: p.Resolved})
			}
			if p.Type == "Direct" {
				g.direct = append(g.direct, id)
			}
			for n := range p.Dependencies {
				g.needs[id] = append(g.needs[id], framework+" "+strings.ToLower(n))
			}
		}
	}
	return g
}

// poetryGraph reads a poetry.lock, whose project is in the pyproject.toml.
func poetryGraph(f file) *graph {
	var lock struct {
		Package []struct {
			Name, Version string
			Dependencies  map[string]any
		}
	}
	if toml.Unmarshal([]byte(strings.Join(f.lines, "\n")), &lock) != nil {
		return nil
	}
	direct := pyproject(f.manifest)
	if direct == nil {
		return nil
	}
	g := newGraph()
	for _, p := range lock.Package {
		name, _ := python(p.Name, "")
		g.add(name+" "+p.Version, entry{name: name, version: p.Version})
	}
	for _, p := range lock.Package {
		name, _ := python(p.Name, "")
		for n := range p.Dependencies {
			n, _ = python(n, "")
			g.needs[name+" "+p.Version] = append(g.needs[name+" "+p.Version], g.versions[n]...)
		}
	}
	g.addDirect(direct...)
	return g
}

// pyproject lists the normalized names of the project's own dependencies, of all groups; nil where the file names none.
func pyproject(raw []byte) []string {
	type group struct{ Dependencies map[string]any }
	var project struct {
		Project struct {
			Dependencies []string
			Optional     map[string][]string `toml:"optional-dependencies"`
		}
		Groups map[string][]any `toml:"dependency-groups"`
		Tool   struct {
			Poetry struct {
				group
				Dev   map[string]any `toml:"dev-dependencies"`
				Group map[string]group
			}
		}
	}
	if raw == nil || toml.Unmarshal(raw, &project) != nil {
		return nil
	}
	var out []string
	add := func(requirement string) {
		end := strings.IndexFunc(requirement, func(c rune) bool { return strings.ContainsRune(" [(<>=!~;@", c) })
		if end >= 0 {
			requirement = requirement[:end]
		}
		name, _ := python(requirement, "")
		out = append(out, name)
	}
	lists := [][]string{project.Project.Dependencies}
	for _, l := range project.Project.Optional {
		lists = append(lists, l)
	}
	for _, l := range lists {
		for _, r := range l {
			add(r)
		}
	}
	for _, l := range project.Groups {
		for _, r := range l {
			if r, ok := r.(string); ok {
				add(r)
			}
		}
	}
	tables := []map[string]any{project.Tool.Poetry.Dependencies, project.Tool.Poetry.Dev}
	for _, g := range project.Tool.Poetry.Group {
		tables = append(tables, g.Dependencies)
	}
	for _, t := range tables {
		for name := range t {
			add(name)
		}
	}
	return out
}

// pipfileGraph reads a Pipfile.lock, whose project is in the Pipfile. It does not say what needs what.
func pipfileGraph(f file) *graph {
	var project map[string]any
	if f.manifest == nil || toml.Unmarshal(f.manifest, &project) != nil {
		return nil
	}
	g := newGraph()
	for _, e := range pipfile(f.lines) {
		name, _ := python(e.name, "")
		g.add(name, entry{name: name, version: e.version})
	}
	for _, category := range project {
		if packages, ok := category.(map[string]any); ok {
			for name := range packages {
				name, _ = python(name, "")
				g.addDirect(name)
			}
		}
	}
	return g
}
