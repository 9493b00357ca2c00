package lockfile

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// pnpmID is a package in the forms of versions 5 (/a/1.0.0_peer), 6 (/a@1.0.0(peer)) and 9 (a@1.0.0(peer)).
var pnpmID = regex.New(`^/?((?:@[^/@]+/)?[^/@]+)[@/]([^(_]+)`)

// pnpmGraph reads a pnpm-lock.yaml. Its importers are the project and its workspaces; an old one has the project's at the top.
func pnpmGraph(f file) *graph {
	g := newGraph()
	eachSetting(f.lines, func(path []string, value string) {
		switch path[0] {
		case "packages", "snapshots":
			if len(path) < 2 {
				return
			}
			id, e := pnpmPackage(path[1])
			g.add(id, e)
			if len(path) == 4 && isPNPMList(path[2]) {
				g.needs[id] = append(g.needs[id], pnpmWants(path[3], value))
			}
		case "importers":
			if len(path) < 4 || !isPNPMList(path[2]) {
				return
			}
			if id := pnpmImport(path[3:], value); path[1] == "." {
				g.direct = append(g.direct, id)
			} else {
				g.workspaces[path[1]] = append(g.workspaces[path[1]], id)
			}
		default:
			if isPNPMList(path[0]) && len(path) > 1 {
				g.direct = append(g.direct, pnpmImport(path[1:], value))
			}
		}
	})
	return g
}

func isPNPMList(key string) bool {
	return slices.Contains([]string{"dependencies", "devDependencies", "optionalDependencies"}, key)
}

// pnpmImport is what a project gets for a name: the version is the setting's value, or from version 6 on one below it.
func pnpmImport(path []string, value string) string {
	if len(path) == 1 || path[1] == "version" {
		return pnpmWants(path[0], value)
	}
	return ""
}

// pnpmWants identifies a dependency: by a version, or, where it has another name here, by a package.
func pnpmWants(name, value string) string {
	if value == "" || value[0] >= '0' && value[0] <= '9' || strings.Contains(value, ":") {
		value = name + "@" + value
	}
	id, _ := pnpmPackage(value)
	return id
}

func pnpmPackage(key string) (string, entry) {
	m := pnpmID.FindStringSubmatch(key)
	if m == nil {
		return "", entry{}
	}
	return m[1] + " " + m[2], entry{name: m[1], version: m[2]}
}
