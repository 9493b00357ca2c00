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
	// Added tells whether the name led to another file, or to none, in the layer below: the view's last layer added or
	// changed the file, or a link on the way to it.
	Added bool
}

// Glob finds the regular files whose paths match a pattern of doublestar (**, *, ?, classes, braces), in the order of
// their paths. A link whose own path matches is followed, and a file also matches by a path that leads through a linked
// directory; each file is given once, by its own path where that matches.
func (v View) Glob(pattern string) ([]Match, error) { return v.search(v.fs.names.nameIndex, pattern) }

// GlobAdded is Glob without the matches that are not Added. It costs what the view's last layer holds, not what all do.
func (v View) GlobAdded(pattern string) ([]Match, error) {
	matches, err := v.search(v.fs.addedNames(v), pattern)
	return slices.DeleteFunc(matches, func(m Match) bool { return !m.Added }), err
}

func (v View) search(names *nameIndex, pattern string) ([]Match, error) {
	var out []Match
	for _, p := range expandBraces(pattern) {
		p = path.Clean("/" + p)
		if !doublestar.ValidatePattern(p) {
			return nil, fmt.Errorf("invalid pattern %q", pattern)
		}
		matches, err := v.glob(names, p)
		if err != nil {
			return nil, err
		}
		out = append(out, matches...)
	}
	return unique(out), nil
}

// glob finds the matches of a clean and absolute pattern without braces.
func (v View) glob(names *nameIndex, pattern string) ([]Match, error) {
	elements := strings.Split(pattern, "/")[1:]
	literal := 0
	for literal < len(elements)-1 && isLiteral(elements[literal]) {
		literal++
	}
	s := search{view: v, prefix: "/" + strings.Join(elements[:literal], "/"), found: map[state]string{}, failed: map[state]bool{}}
	elements = elements[literal:]
	dir, ok := v.find(s.prefix, true)
	if !ok || dir.at(v.layer).Type != Directory {
		return nil, nil
	}
	s.dir, s.pattern, s.elements = dir, strings.Join(elements, "/"), elements
	s.links = s.linksFor()
	var out []Match
	for _, n := range names.candidates(v, dir, elements) {
		m, ok, err := s.match(n)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, m)
		}
	}
	return out, nil
}

// search is a pattern below a directory.
type search struct {
	view     View
	prefix   string // the directory as the pattern names it
	dir      *node  // the directory
	pattern  string // relative to the directory
	elements []string
	links    map[*node][]*node // links that have to be tried, by the directory they lead to

	found  map[state]string // a path of each state of which one is known to match
	failed map[state]bool   // states of which none does
	steps  int
}

// match checks one candidate.
func (s *search) match(n *node) (Match, bool, error) {
	v := s.view
	e := n.at(v.layer)
	if e == nil || e.Type == Directory || e.Type == Other {
		return Match{}, false, nil
	}
	name, ok, err := s.matchingName(n)
	if err != nil || !ok {
		return Match{}, false, err
	}
	linkName := name
	n, ok = v.follow(n)
	if !ok || n.at(v.layer).Type != Regular {
		return Match{}, false, nil
	}
	f := v.file(n)
	if e.Type == Symlink {
		if rest, ok := s.rest(f.Path); ok && doublestar.MatchUnvalidated(s.pattern, rest) {
			name = path.Join(s.prefix, rest) // the file's own path comes before the link's
			return Match{Name: name, File: f, Added: v.AddedAt(name, f) || v.AddedAt(linkName, f)}, true, nil
		}
	}
	return Match{Name: name, File: f, Added: v.AddedAt(name, f)}, true, nil
}

// matchingName is a path to n that matches: its own, or one through links to directories above it.
func (s *search) matchingName(n *node) (string, bool, error) {
	own := n.path()
	if rest, ok := s.rest(own); ok && doublestar.MatchUnvalidated(s.pattern, rest) {
		return path.Join(s.prefix, rest), true, nil
	}
	if len(s.links) == 0 {
		return "", false, nil
	}
	return s.linkedName(n)
}

// rest is a path relative to the search's directory, where it lies below.
func (s *search) rest(name string) (string, bool) {
	if s.dir.parent == nil {
		return strings.TrimPrefix(name, "/"), true
	}
	rest, ok := strings.CutPrefix(name, s.dir.path()+"/")
	return rest, ok
}

// AddedAt tells whether a name that leads to f did not do so in the layer below.
func (v View) AddedAt(name string, f File) bool {
	if v.layer == 0 || v.Added(f) {
		return true
	}
	below := v.fs.View(v.layer - 1)
	before, ok := below.find(name, true)
	return !ok || before.at(below.layer) != f.Entry
}

// OfType finds the files of the given media types, of which Entry.MIME says which are known.
func (v View) OfType(types ...string) []Match {
	var out []Match
	for _, n := range v.fs.names.running {
		if e := n.at(v.layer); e != nil && slices.Contains(types, e.MIME) {
			f := v.file(n)
			out = append(out, Match{Name: f.Path, File: f, Added: v.Added(f)})
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
