package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match"
)

// warnings are what a reader should know of a platform beside its findings.
func warnings(platform string, d match.Distro, o observation) []string {
	out := slices.Concat(aboutDistro(d), unreadable(o.packages.Unreadable), removedDatabases(o))
	for i := range out {
		out[i] = platform + ": " + out[i]
	}
	return out
}

func aboutDistro(d match.Distro) []string {
	var out []string
	name := d.Name
	if name == "" {
		name = d.ID + " " + d.Version
	}
	if d.EndOfLife {
		out = append(out, fmt.Sprintf("%s has reached its end of life: new vulnerabilities in it are not repaired, and may not be listed", name))
	}
	if d.Uncovered {
		out = append(out, fmt.Sprintf("the advisory database has nothing about %s: vulnerabilities of its packages are not found", name))
	}
	return out
}

// maxUnreadable is how many files a warning names.
const maxUnreadable = 5

// unreadable warns of files that may bring packages which nobody could look at.
func unreadable(paths []string) []string {
	if len(paths) == 0 {
		return nil
	}
	text := strings.Join(paths[:min(len(paths), maxUnreadable)], ", ")
	if more := len(paths) - maxUnreadable; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return []string{"what these files bring could not be read and is not judged: " + text}
}

// removedDatabases warns of package databases that a later layer removed: their packages count as shadowed, though their
// files may well be there.
func removedDatabases(o observation) []string {
	removed := map[string]int{}
	for _, p := range o.packages.Packages {
		if p.State == finding.Shadowed && slices.Contains([]string{"alpm", "apk", "deb", "rpm"}, p.Type) {
			if _, still := o.tree.Top().Stat(p.Path); !still {
				removed[p.Path]++
			}
		}
	}
	var out []string
	for _, path := range slices.Sorted(maps.Keys(removed)) {
		out = append(out, fmt.Sprintf("a later layer removes the package database %s: its %s count as removed, too", path, count(removed[path], "package")))
	}
	return out
}
