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
		out = append(out, v.glob(p)...)
	}
	return unique(out), nil
}

// glob finds the matches of a clean and absolute pattern without braces.
func (v View) glob(pattern string) []Match {
	elements := strings.Split(pattern, "/")[1:]
	literal := 0
	for literal < len(elements)-1 && isLiteral(elements[literal]) {
		literal++
	}
	s := search{view: v, prefix: "/" + strings.Join(elements[:literal], "/")}
	elements = elements[literal:]
	dir, ok := v.lookup(s.prefix, true)
	if !ok || dir.Type != Directory {
		return nil
	}
	s.dir, s.pattern = dir.node, strings.Join(elements, "/")
	if s.prefix != dir.Path {
		s.newPrefix = !v.ledThereBefore(s.prefix, dir.node)
	}
	s.links = v.folderLinks(dir.node, elements[:len(elements)-1])
	var out []Match
	for _, n := range v.fs.names.candidates(v, dir.node, elements) {
		if m, ok := s.match(n); ok {
			out = append(out, m)
		}
	}
	return out
}

// search is a pattern below a folder.
type search struct {
	view      View
	prefix    string // the folder as the pattern names it
	dir       *node  // the folder
	newPrefix bool   // the view's last layer made the link by which the prefix leads to the folder
	pattern   string // relative to the folder
	links     []folderLink
}

// folderLink is a link below the folder of a search, and the folder it leads to.
type folderLink struct{ link, target *node }

// folderLinks lists the links to folders, below dir, whose name one of the pattern's elements matches: only through
// these can a path match that does not match by itself.
func (v View) folderLinks(dir *node, elements []string) []folderLink {
	elements = slices.DeleteFunc(slices.Clone(elements), func(e string) bool { return e == "**" })
	if len(elements) == 0 {
		return nil
	}
	var out []folderLink
	for _, n := range v.fs.names.links {
		e := n.at(v.layer)
		if e == nil || e.Type != Symlink || !dir.above(n) {
			continue
		}
		base := n.base()
		if !slices.ContainsFunc(elements, func(e string) bool { return e == base || !isLiteral(e) && doublestar.MatchUnvalidated(e, base) }) {
			continue
		}
		if f, ok := v.lookup(n.path, true); ok && f.Type == Directory {
			out = append(out, folderLink{link: n, target: f.node})
		}
	}
	return out
}

// match checks one candidate.
func (s *search) match(n *node) (Match, bool) {
	v := s.view
	e := n.at(v.layer)
	if e == nil || e.Type == Directory || e.Type == Other {
		return Match{}, false
	}
	name, added, ok := s.matchingName(n)
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
// a link on the way is new in the view's last layer.
func (s *search) matchingName(n *node) (name string, added, ok bool) {
	if s.dir.above(n) {
		if rest := below(s.dir, n.path); doublestar.MatchUnvalidated(s.pattern, rest) {
			return path.Join(s.prefix, rest), s.newPrefix, true
		}
	}
	for _, l := range s.links {
		if !l.target.above(n) {
			continue
		}
		rest := path.Join(below(s.dir, l.link.path), below(l.target, n.path))
		if doublestar.MatchUnvalidated(s.pattern, rest) {
			return path.Join(s.prefix, rest), s.newPrefix || l.link.at(s.view.layer).Layer == s.view.layer, true
		}
	}
	return "", false, false
}

// below is a path relative to a folder above it.
func below(dir *node, name string) string { return strings.TrimPrefix(name[len(dir.path):], "/") }

// ledThereBefore tells whether a path led to the same folder in the layer below.
func (v View) ledThereBefore(name string, dir *node) bool {
	if v.layer == 0 {
		return false
	}
	f, ok := v.fs.View(v.layer-1).lookup(name, true)
	return ok && f.node == dir
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
