package lockfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/layergate/layergate/pkg/regex"
)

var (
	uvNeed = regex.New(`^    \{ name = "([^"]+)"`)
	uvOwn  = regex.New(`^source = \{ (?:virtual|editable|directory) = `)
)

// uvGraph reads a uv.lock. What is virtual or editable is the project's own.
func uvGraph(f file) *graph {
	g := newGraph()
	own := map[string]bool{}
	name := ""
	for _, l := range f.lines {
		if m := tomlName.FindStringSubmatch(l); m != nil {
			name = m[1]
		} else if m := tomlVersion.FindStringSubmatch(l); m != nil {
			g.add(name, entry{name: name, version: m[1]})
		} else if uvOwn.MatchString(l) {
			own[name] = true
		} else if m := uvNeed.FindStringSubmatch(l); m != nil && name != "" {
			g.needs[name] = append(g.needs[name], m[1])
		}
	}
	for _, o := range slices.Sorted(maps.Keys(own)) {
		delete(g.packages, o)
		g.direct = append(g.direct, g.needs[o]...)
	}
	if len(own) == 0 {
		return nil
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
