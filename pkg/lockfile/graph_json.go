package lockfile

import "strings"

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
