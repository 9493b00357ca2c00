package layerfs

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Match is a file that a search found.
type Match struct {
	Name string // the path that matched, which may lead through links
	File File   // the regular file at its end
	// Added tells whether the view's last layer added or changed the file, or the link by which it was found.
	Added bool
}

// Glob finds the regular files whose paths match a pattern of doublestar (**, *, ?, classes, braces), in the order of
// their paths. A link whose own path matches is followed, and a file also matches by a path that leads through a linked
// folder; each file is given once, by its own path where that matches.
func (v View) Glob(pattern string) ([]Match, error) {
	var out []Match
	for _, p := range expandBraces(pattern) {
		p = path.Clean("/" + p)
		if !doublestar.ValidatePattern(p) {
			return nil, fmt.Errorf("invalid pattern %q", pattern)
		}
		for _, n := range v.fs.names.candidates(p) {
			if m, ok := v.match(p, n); ok {
				out = append(out, m)
			}
		}
	}
	return unique(out), nil
}

// Executables finds the files of the given media types; only types of executables are known.
func (v View) Executables(types ...string) []Match {
	var out []Match
	for _, n := range v.fs.names.executables {
		if e := n.at(v.layer); e != nil && slices.Contains(types, e.MIME) {
			f := File{Entry: e, Path: n.path, node: n}
			out = append(out, Match{Name: n.path, File: f, Added: v.Added(f)})
		}
	}
	return out
}

// match checks one candidate against a pattern.
func (v View) match(pattern string, n *node) (Match, bool) {
	e := n.at(v.layer)
	if e == nil || e.Type == Directory || e.Type == Other {
		return Match{}, false
	}
	name, added, ok := v.matchingName(pattern, n)
	if !ok {
		return Match{}, false
	}
	f := File{Entry: e, Path: n.path, node: n}
	if e.Type == Symlink {
		added = added || e.Layer == v.layer
		if f, ok = v.Stat(n.path); !ok || f.Type != Regular {
			return Match{}, false
		}
	}
	return Match{Name: name, File: f, Added: added || v.Added(f)}, true
}

// matchingName is a path to n that matches: its own, or one through a link to a folder above it. added tells whether
// that link is new in the view's last layer.
func (v View) matchingName(pattern string, n *node) (name string, added, ok bool) {
	if doublestar.MatchUnvalidated(pattern, n.path) {
		return n.path, false, true
	}
	links := v.fs.names.folderLinks
	if len(links) == 0 {
		return "", false, false
	}
	for dir := n.parent; dir != nil && dir.parent != nil; dir = dir.parent {
		for _, link := range links[dir] {
			target, live := v.Stat(link.path)
			if !live || target.node != dir {
				continue
			}
			if alias := link.path + strings.TrimPrefix(n.path, dir.path); doublestar.MatchUnvalidated(pattern, alias) {
				return alias, link.at(v.layer).Layer == v.layer, true
			}
		}
	}
	return "", false, false
}

// unique keeps one match a file: the one by its own path, else the first.
func unique(matches []Match) []Match {
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(
			strings.Compare(a.File.Path, b.File.Path),
			cmp.Compare(rank(a), rank(b)),
			strings.Compare(a.Name, b.Name),
		)
	})
	var out []Match
	for _, m := range matches {
		if k := len(out) - 1; k >= 0 && out[k].File.node == m.File.node {
			out[k].Added = out[k].Added || m.Added
			continue
		}
		out = append(out, m)
	}
	return out
}

func rank(m Match) int {
	if m.Name == m.File.Path {
		return 0
	}
	return 1
}

// maxBraces bounds how many patterns the braces of one pattern may stand for.
const maxBraces = 1024

// expandBraces writes out the alternatives of a pattern: a/{b,c} stands for a/b and a/c.
func expandBraces(pattern string) []string {
	open := strings.IndexByte(pattern, '{')
	if open < 0 || strings.ContainsRune(pattern, '\\') {
		return []string{pattern}
	}
	depth, start := 0, open+1
	var parts []string
	for i := open; i < len(pattern); i++ {
		switch pattern[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				parts = append(parts, pattern[start:i])
				start = i + 1
			}
		case '}':
			if depth--; depth > 0 {
				continue
			}
			parts = append(parts, pattern[start:i])
			var out []string
			for _, p := range parts {
				out = append(out, expandBraces(pattern[:open]+p+pattern[i+1:])...)
				if len(out) > maxBraces {
					return []string{pattern}
				}
			}
			return out
		}
	}
	return []string{pattern}
}
