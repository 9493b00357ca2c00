package osv

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/version"
)

// looseFormat makes grype compare with the package's own format, and part by part where that fails.
const looseFormat = "Unknown"

// versionPattern is the form of a version: anything else would mean something else in grype's constraints.
var versionPattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+:~_!^-]*$`)

// window is a run of affected versions: from lower (empty: from the first) up to upper.
type window struct {
	lower     string
	upper     string // empty: without an end
	inclusive bool   // upper itself is affected (last_affected)
	fixed     bool   // upper is a fix
	limit     string // the end of what the range speaks of, empty for none
}

func (w window) constraint() string {
	var parts []string
	if w.lower != "" {
		parts = append(parts, ">= "+w.lower)
	}
	switch {
	case w.upper != "" && w.inclusive:
		parts = append(parts, "<= "+w.upper)
	case w.upper != "":
		parts = append(parts, "< "+w.upper)
	}
	if w.limit != "" {
		parts = append(parts, "< "+w.limit)
	}
	return strings.Join(parts, ", ")
}

func (w window) fix() *v6.Fix {
	switch {
	case w.fixed:
		return &v6.Fix{Version: w.upper, State: v6.FixedStatus}
	case w.upper == "" && w.limit == "":
		return &v6.Fix{State: v6.NotFixedStatus}
	default:
		return nil // it ends, but nobody says with which version
	}
}

// affectedRanges turns an affected entry's ranges and versions into grype's, one range for each run of versions, so
// that a match names the fix of its own run only.
func (e ecosystem) affectedRanges(a osvAffected) ([]v6.Range, error) {
	var out []v6.Range
	named := len(a.Versions) > 0
	for i, r := range a.Ranges {
		switch r.Type {
		case "SEMVER", "ECOSYSTEM":
		case "GIT":
			continue
		default:
			return nil, wrong(fmt.Sprintf("ranges[%d].type", i), "%q is none of SEMVER, ECOSYSTEM and GIT", r.Type)
		}
		named = true
		windows, err := e.windows(r.Events)
		if err != nil {
			return nil, within(fmt.Sprintf("ranges[%d]", i), err)
		}
		for _, w := range windows {
			g, err := e.grypeRange(w)
			if err != nil {
				return nil, within(fmt.Sprintf("ranges[%d]", i), err)
			}
			if !slices.ContainsFunc(out, func(o v6.Range) bool { return o.Version == g.Version }) {
				out = append(out, g)
			}
		}
	}
	if !named {
		return nil, errors.New("it has neither ranges nor versions")
	}
	return e.addVersions(out, a.Versions)
}

// windows evaluates the events of one range (OSV schema, "affected[].ranges[].events").
func (e ecosystem) windows(events []osvEvent) ([]window, error) {
	type edge struct{ kind, version string }
	var edges []edge
	limit, limited := "", true
	hasLimit, introduced := false, false
	for i, ev := range events {
		path := fmt.Sprintf("events[%d]", i)
		var set []edge
		for _, x := range []edge{{"introduced", ev.Introduced}, {"fixed", ev.Fixed}, {"last_affected", ev.LastAffected}, {"limit", ev.Limit}} {
			if x.version != "" {
				set = append(set, x)
			}
		}
		if len(set) != 1 {
			return nil, wrong(path, "it names %d of introduced, fixed, last_affected and limit, and must name one", len(set))
		}
		x := set[0]
		if x.kind == "limit" && x.version == "*" {
			limited = false
			continue
		}
		if err := e.check(x.version, path+"."+x.kind); err != nil {
			return nil, err
		}
		if x.kind == "limit" {
			higher := !hasLimit
			if hasLimit {
				c, err := e.compare(limit, x.version)
				if err != nil {
					return nil, within(path, err)
				}
				higher = c < 0
			}
			if higher {
				limit, hasLimit = x.version, true
			}
			continue
		}
		introduced = introduced || x.kind == "introduced"
		edges = append(edges, x)
	}
	if !introduced {
		return nil, errors.New("it has no introduced event; \"0\" stands for the first version")
	}
	if !limited {
		limit = ""
	}

	var failed error
	slices.SortStableFunc(edges, func(a, b edge) int {
		c, err := e.compare(a.version, b.version)
		if err != nil {
			failed = err
		}
		if c == 0 && a.kind != b.kind {
			// A single affected version is introduced before it is the last.
			if a.kind == "introduced" && b.kind == "last_affected" {
				return -1
			}
			if a.kind == "last_affected" && b.kind == "introduced" {
				return 1
			}
		}
		return c
	})
	if failed != nil {
		return nil, failed
	}

	var out []window
	open, lower := false, ""
	for _, x := range edges {
		switch {
		case x.kind == "introduced" && !open:
			open, lower = true, x.version
			if lower == "0" {
				lower = ""
			}
		case x.kind != "introduced" && open:
			open = false
			if x.version != "0" && x.version != lower || x.kind == "last_affected" {
				out = append(out, window{lower: lower, upper: x.version, inclusive: x.kind == "last_affected", fixed: x.kind == "fixed", limit: limit})
			}
		}
	}
	if open {
		out = append(out, window{lower: lower, limit: limit})
	}
	return out, nil
}

// grypeRange writes a window down and proves that grype reads back what was meant. Versions that are none of the
// ecosystem's are left to grype's loose comparison.
func (e ecosystem) grypeRange(w window) (v6.Range, error) {
	format := e.format
	for _, v := range []string{w.lower, w.upper, w.limit} {
		if v != "" && !e.parses(v) {
			format = looseFormat
		}
	}
	err := e.prove(w, format)
	if err != nil && format != looseFormat {
		format = looseFormat
		err = e.prove(w, format)
	}
	if err != nil {
		return v6.Range{}, err
	}
	return v6.Range{Version: v6.Version{Type: format, Constraint: w.constraint()}, Fix: w.fix()}, nil
}

// prove evaluates the window's constraint at its own ends.
func (e ecosystem) prove(w window, format string) error {
	c, err := version.GetConstraint(w.constraint(), version.ParseFormat(format))
	if err != nil {
		return fmt.Errorf("%q is not a version constraint: %w", w.constraint(), err)
	}
	ends := []struct {
		version string
		in      bool
	}{{w.lower, true}, {w.upper, w.inclusive}, {w.limit, false}}
	for i, end := range ends {
		if end.version == "" || w.limit != "" && i < 2 {
			continue
		}
		in, err := c.Satisfied(e.installed(end.version))
		if err != nil {
			return fmt.Errorf("version %q cannot be compared: %w", end.version, err)
		}
		if in != end.in {
			return fmt.Errorf("%q cannot be evaluated for version %q", w.constraint(), end.version)
		}
	}
	return nil
}

// addVersions adds the listed versions that no range covers.
func (e ecosystem) addVersions(ranges []v6.Range, versions []string) ([]v6.Range, error) {
	var constraints []version.Constraint
	for _, r := range ranges {
		c, err := version.GetConstraint(r.Version.Constraint, version.ParseFormat(r.Version.Type))
		if err != nil {
			return nil, err
		}
		constraints = append(constraints, c)
	}
	extra := map[string][]string{}
	for i, v := range versions {
		if err := e.check(v, fmt.Sprintf("versions[%d]", i)); err != nil {
			return nil, err
		}
		covered := slices.ContainsFunc(constraints, func(c version.Constraint) bool {
			in, err := c.Satisfied(e.installed(v))
			return err == nil && in
		})
		if covered {
			continue
		}
		format := e.format
		if !e.parses(v) {
			format = looseFormat
		}
		if !slices.Contains(extra[format], "= "+v) {
			extra[format] = append(extra[format], "= "+v)
		}
	}
	for _, format := range []string{e.format, looseFormat} {
		if list := extra[format]; len(list) > 0 {
			ranges = append(ranges, v6.Range{Version: v6.Version{Type: format, Constraint: strings.Join(list, " || ")}})
		}
	}
	return ranges, nil
}
