package lockfile

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Every reader of a graph returns nil for a file that does not say what the project itself names.

var (
	gemNeed   = regex.New(`^      ([^\s(]+)`)
	gemDirect = regex.New(`^  ([^\s(!]+)`)
)

// gemfileGraph reads a Gemfile.lock.
func gemfileGraph(f file) *graph {
	g := newGraph()
	last, section := "", ""
	for _, l := range f.lines {
		if l != "" && l[0] != ' ' {
			section = l
		}
		switch {
		case section == "DEPENDENCIES":
			if m := gemDirect.FindStringSubmatch(l); m != nil {
				g.direct = append(g.direct, m[1])
			}
		case gem.MatchString(l):
			m := gem.FindStringSubmatch(l)
			last = m[1]
			g.add(last, entry{name: last, version: m[2]})
		default:
			if m := gemNeed.FindStringSubmatch(l); m != nil && last != "" {
				g.needs[last] = append(g.needs[last], m[1])
			}
		}
	}
	return g
}

var (
	cargoNeed  = regex.New(`^ "([^" ]+)(?: ([^" ]+))?[^"]*",?\s*$`)
	tomlSource = regex.New(`^source = `)
)

// cargoGraph reads a Cargo.lock. What has no source is the project's own.
func cargoGraph(f file) *graph {
	type block struct {
		entry
		needs []entry
		own   bool
	}
	var blocks []block
	versions := map[string][]string{}
	for _, l := range f.lines {
		if l == "[[package]]" {
			blocks = append(blocks, block{own: true})
			continue
		}
		if len(blocks) == 0 {
			continue
		}
		b := &blocks[len(blocks)-1]
		if m := tomlName.FindStringSubmatch(l); m != nil {
			b.name = m[1]
		} else if m := tomlVersion.FindStringSubmatch(l); m != nil {
			b.version = m[1]
			versions[b.name] = append(versions[b.name], b.version)
		} else if tomlSource.MatchString(l) {
			b.own = false
		} else if m := cargoNeed.FindStringSubmatch(l); m != nil {
			b.needs = append(b.needs, entry{name: m[1], version: m[2]})
		}
	}
	g := newGraph()
	for _, b := range blocks {
		id := b.name + " " + b.version
		if !b.own {
			g.add(id, b.entry)
		}
		for _, n := range b.needs {
			if n.version == "" && len(versions[n.name]) == 1 { // named without a version where there is one
				n.version = versions[n.name][0]
			}
			g.needs[id] = append(g.needs[id], n.name+" "+n.version)
		}
		if b.own {
			g.direct = append(g.direct, g.needs[id]...)
		}
	}
	return g
}

// goModGraph reads which requirements of a go.mod are others', without saying whose.
func goModGraph(f file) *graph {
	g := newGraph()
	for _, e := range goMod(f.lines) {
		g.add(e.name, e)
		if !strings.HasSuffix(strings.TrimSpace(f.lines[e.line-1]), "// indirect") {
			g.direct = append(g.direct, e.name)
		}
	}
	return g
}

// allDirect reads a file in which the project itself names every package.
func allDirect(read func([]string) []entry) func(file) *graph {
	return func(f file) *graph {
		g := newGraph()
		for _, e := range read(f.lines) {
			id := e.name + " " + e.version
			g.add(id, e)
			g.direct = append(g.direct, id)
		}
		return g
	}
}
