package layerfs

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
)

// directoryLink is a symlink that leads to a directory.
type directoryLink struct{ link, directory *node }

// directoryLinks lists a view's links to directories, by their paths.
func (v View) directoryLinks() []directoryLink {
	m := &v.fs.merged[v.layer]
	m.linksOnce.Do(func() {
		for _, n := range v.fs.names.links {
			if e := n.at(v.layer); e == nil || e.Type != Symlink {
				continue
			}
			if f, ok := v.follow(n); ok && f.at(v.layer).Type == Directory {
				m.links = append(m.links, directoryLink{n, f})
			}
		}
	})
	return m.links
}

// reach adds to directories those that links below them lead to, and so on, and leaves out what lies below another.
func (v View) reach(directories []*node) []*node {
	if slices.Contains(directories, v.fs.root) {
		return []*node{v.fs.root} // all lies below it
	}
	links := v.directoryLinks()
	seen := map[*node]bool{}
	var all []*node
	for queue := directories; len(queue) > 0; queue = queue[1:] {
		f := queue[0]
		if seen[f] {
			continue
		}
		seen[f] = true
		all = append(all, f)
		at, _ := slices.BinarySearchFunc(links, f.pos, func(l directoryLink, pos int) int { return cmp.Compare(l.link.pos, pos) })
		for ; at < len(links) && links[at].link.pos < f.end; at++ {
			queue = append(queue, links[at].directory)
		}
	}
	slices.SortFunc(all, func(a, b *node) int { return cmp.Compare(a.pos, b.pos) })
	var out []*node
	for _, f := range all {
		if len(out) == 0 || !out[len(out)-1].above(f) {
			out = append(out, f)
		}
	}
	return out
}

// linksFor lists, by the directory they lead to, the links that a path may go through which matches only by that:
// those whose name an element of the pattern matches, and all where a ** may stand for one. A ** at the very beginning
// need not: it stands for the directory's own path just as well.
func (s *search) linksFor() map[*node][]*node {
	elements := s.elements
	if s.anywhere() {
		elements = elements[1:]
	}
	deep := slices.Contains(elements, "**")
	var names, patterns []string // that may be a link's name: the last element is that of a file
	for _, e := range elements[:max(len(elements)-1, 0)] {
		switch {
		case e == "**":
		case isLiteral(e):
			names = append(names, e)
		default:
			patterns = append(patterns, e)
		}
	}
	if !deep && len(names)+len(patterns) == 0 {
		return nil
	}
	out := map[*node][]*node{}
	for _, l := range s.view.directoryLinks() {
		name := l.link.name()
		if deep || slices.Contains(names, name) || slices.ContainsFunc(patterns, func(e string) bool { return matches(e, name) }) {
			out[l.directory] = append(out[l.directory], l.link)
		}
	}
	return out
}

// matches tells whether one element of a pattern, which is not **, matches a name.
func matches(element, name string) bool {
	return element == name || !isLiteral(element) && doublestar.MatchUnvalidated(element, name)
}

// anywhere tells whether the pattern begins with ** in the root directory.
func (s *search) anywhere() bool {
	return s.prefix == "/" && s.elements[0] == "**"
}

// state is a question that the search through links asks: does the beginning of the pattern match a path to a node?
type state struct {
	node     *node
	elements int // of the pattern, from its beginning
}

// maxSteps is how many such questions one search may ask. Real images stay far below.
const maxSteps = 5_000_000

// linkedName is a path to n that goes through links to directories and matches. Each question is answered once.
func (s *search) linkedName(n *node) (string, bool, error) {
	type visit struct {
		state
		from int    // the visit that asked, or -1
		name string // what follows the path of this state in the path of that one
	}
	queue := []visit{{state{n, len(s.elements)}, -1, ""}}
	seen := map[state]bool{queue[0].state: true}
	for i := 0; i < len(queue); i++ {
		if s.steps++; s.steps > maxSteps {
			return "", false, fmt.Errorf("too many links to directories: more than %d steps to match %q", maxSteps, s.pattern)
		}
		at := queue[i]
		if name, ok := s.known(at.state); ok {
			for k := i; k >= 0; k = queue[k].from {
				s.found[queue[k].state] = name
				name = path.Join(name, queue[k].name)
			}
			return s.found[queue[0].state], true, nil
		}
		s.before(at.state, func(st state, name string) {
			if !seen[st] && !s.failed[st] {
				seen[st] = true
				queue = append(queue, visit{st, i, name})
			}
		})
	}
	for st := range seen {
		s.failed[st] = true
	}
	return "", false, nil
}

// known is the path of a state whose answer is yes.
func (s *search) known(st state) (string, bool) {
	switch {
	case st.elements == 0 && st.node == s.dir:
		return s.prefix, true
	case st.elements == 1 && s.anywhere():
		return st.node.path(), true
	}
	name, ok := s.found[st]
	return name, ok
}

// before gives the states from any of which a state follows, with the name that leads on from there; the name is empty
// where none does.
func (s *search) before(st state, yield func(state, string)) {
	if st.elements == 0 {
		return
	}
	element, left := s.elements[st.elements-1], st.elements-1
	if element == "**" {
		yield(state{st.node, left}, "")
		left = st.elements
	}
	entry := func(n *node) {
		if n.parent != nil && (element == "**" || matches(element, n.name())) {
			yield(state{n.parent, left}, n.name())
		}
	}
	entry(st.node)
	for _, link := range s.links[st.node] {
		entry(link)
	}
}
