package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// Coverage is how deep the final file system of a platform was looked into. It informs; what may not pass for clean is
// a finding.
type Coverage struct {
	LookedUp     []LookedUp  `json:"lookedUp"`       // the visible packages, by type and distribution, sorted
	Files        int         `json:"files"`          // regular files
	PackageFiles int         `json:"packageFiles"`   // those of them in which packages were found
	Data         bool        `json:"data,omitempty"` // no layer brings a package, and no file could be run: each is a text
	Unread       []Unread    `json:"unread"`         // what brings packages and was not read, sorted by path
	Executables  Executables `json:"executables"`
}

// LookedUp are packages that are looked up in the same part of the database.
type LookedUp struct {
	Type         string `json:"type"`                   // syft's package type
	Distribution string `json:"distribution,omitempty"` // os-release ID and version of a system's packages; empty for all others
	Packages     int    `json:"packages"`
	Files        int    `json:"files"` // in which they were found
	// Gap is what the database lacks to judge them; empty where it has advisories.
	Gap finding.Gap `json:"gap,omitempty"`
	// Advisories are how many the database has about packages of the same sort, and Newest is the day of the newest, YYYY-MM-DD in UTC.
	Advisories int    `json:"advisories,omitempty"`
	Newest     string `json:"newest,omitempty"`
}

// Unread is a file, or a directory of files, that brings packages which are not known.
type Unread struct {
	Path   string `json:"path"`
	Layer  int    `json:"layer"`  // index of the layer that it is from
	Reason string `json:"reason"` // what is wrong with it, or which form it has
}

// Executables are files with the content of an executable or a library.
type Executables struct {
	Files   int          `json:"files"`
	Unowned int          `json:"unowned"` // those that no package has: nobody knows where they come from
	Largest []Executable `json:"largest"` // of the unowned ones at most ten, the largest first
}

// Executable is one of them.
type Executable struct {
	Path  string `json:"path"`
	Size  int64  `json:"size"`  // bytes
	Layer int    `json:"layer"` // index of the layer that it is from
}

func (c Coverage) withLists() Coverage {
	c.LookedUp, c.Unread, c.Executables.Largest = list(c.LookedUp), list(c.Unread), list(c.Executables.Largest)
	return c
}

// valid tells whether its layers are among as many as there are.
func (c Coverage) valid(layers int) error {
	for _, l := range c.LookedUp {
		if l.Gap != "" && !slices.Contains(finding.Gaps(), l.Gap) {
			return fmt.Errorf("packages of the type %q have the unknown gap %q", l.Type, l.Gap)
		}
	}
	for _, u := range c.Unread {
		if u.Layer < 0 || u.Layer >= layers {
			return fmt.Errorf("the file %q is in layer %d, but there are %d layers", u.Path, u.Layer, layers)
		}
	}
	for _, e := range c.Executables.Largest {
		if e.Layer < 0 || e.Layer >= layers {
			return fmt.Errorf("the executable %q is in layer %d, but there are %d layers", e.Path, e.Layer, layers)
		}
	}
	return nil
}

// name is what the packages are called in a table.
func (l LookedUp) name() string {
	if l.Distribution == "" {
		return l.Type
	}
	return l.Type + " of " + l.Distribution
}

// advisories says in words how many the database has.
func (l LookedUp) advisories() string {
	switch l.Gap {
	case "":
		if l.Advisories == 0 { // they were not counted
			return "yes"
		}
		if l.Newest == "" {
			return strconv.Itoa(l.Advisories)
		}
		return fmt.Sprintf("%d, the newest of %s", l.Advisories, printable(l.Newest))
	case finding.GapFew:
		return fmt.Sprintf("too few: %d", l.Advisories)
	case finding.GapUnpublished:
		return "nobody publishes any"
	case finding.GapRelease:
		return "none for the release"
	}
	return "none"
}

// sentence sums a statement up on one line, without a full stop.
func (c Coverage) sentence() string {
	var parts []string
	for _, l := range c.LookedUp {
		part := fmt.Sprintf("%d %s", l.Packages, l.name())
		if l.Gap != "" {
			part += " (advisories: " + l.advisories() + ")"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = []string{"no package"}
	}
	shown, rest := firstOf(parts, 8)
	s := "looked up " + strings.Join(shown, ", ")
	if rest > 0 {
		s += fmt.Sprintf(" and %d more types", rest)
	}
	return s + "; " + c.filesSentence()
}

// filesSentence says how many files there are and what became of them.
func (c Coverage) filesSentence() string {
	if c.Data {
		return fmt.Sprintf("each of %s is a text that nothing runs", plural(c.Files, "file"))
	}
	s := fmt.Sprintf("packages were found in %d of %s", c.PackageFiles, plural(c.Files, "file"))
	if n := c.Executables.Unowned; n > 0 {
		s += fmt.Sprintf("; no package has %d of %s", n, plural(c.Executables.Files, "executable"))
	}
	if n := len(c.Unread); n > 0 {
		s += fmt.Sprintf("; %s that %s packages %s not read", plural(n, "path"), verb(n, "brings", "bring"), verb(n, "was", "were"))
	}
	return s
}

// coverageProperties are SARIF's properties of a run about what was looked at, by platform.
func coverageProperties(r *Report) sarif.Properties {
	out := sarif.Properties{}
	for _, p := range r.Platforms {
		lookedUp := []sarif.Properties{}
		for _, l := range p.Coverage.LookedUp {
			lookedUp = append(lookedUp, withoutEmpty(sarif.Properties{
				"type": printable(l.Type), "distribution": printable(l.Distribution), "packages": l.Packages, "files": l.Files, "gap": string(l.Gap),
				"advisories": l.Advisories, "newest": printable(l.Newest),
			}))
		}
		out[printable(p.Platform)] = sarif.Properties{
			"lookedUp": lookedUp, "files": p.Coverage.Files, "packageFiles": p.Coverage.PackageFiles, "unread": len(p.Coverage.Unread),
			"executables": p.Coverage.Executables.Files, "unownedExecutables": p.Coverage.Executables.Unowned,
		}
	}
	return out
}
