package layerfs

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
)

// nameIndex answers which of some paths a pattern could match without trying them all.
type nameIndex struct {
	tree   *treeIndex
	all    []*node // by path
	byBase groups
	byExt  groups                     // by the last dot of the base name and what follows
	begin  func() map[string][]string // the base names by their first byte, each in the order of the first node that has it
}

func newNameIndex(tree *treeIndex, nodes []*node) *nameIndex {
	x := &nameIndex{tree: tree, all: nodes, byBase: groupBy(nodes, (*node).name)}
	x.byExt = groupBy(nodes, func(n *node) string { return path.Ext(n.name()) })
	x.begin = sync.OnceValue(func() map[string][]string {
		begin := map[string][]string{}
		for _, name := range x.byBase.names {
			first := name[:min(len(name), 1)]
			begin[first] = append(begin[first], name)
		}
		return begin
	})
	return x
}

// groups are nodes by a name, those of one name in their order.
type groups struct {
	ids    map[string]int // by name
	names  []string       // by ID
	starts []int          // of each group in nodes; then their end
	nodes  []*node
}

func groupBy(nodes []*node, name func(*node) string) groups {
	g := groups{ids: map[string]int{}, nodes: make([]*node, len(nodes))}
	of, sizes := make([]int, len(nodes)), []int(nil)
	for i, n := range nodes {
		key := name(n)
		id, ok := g.ids[key]
		if !ok {
			id = len(sizes)
			g.ids[key], g.names = id, append(g.names, key)
			sizes = append(sizes, 0)
		}
		of[i] = id
		sizes[id]++
	}
	g.starts = make([]int, len(sizes)+1)
	for id, size := range sizes {
		g.starts[id+1] = g.starts[id] + size
	}
	free := slices.Clone(g.starts)
	for i, n := range nodes {
		g.nodes[free[of[i]]] = n
		free[of[i]]++
	}
	return g
}

// of lists the nodes of a name.
func (g groups) of(name string) []*node {
	id, ok := g.ids[name]
	if !ok {
		return nil
	}
	return g.nodes[g.starts[id]:g.starts[id+1]]
}

// within is the part of the index that lies below a directory.
func (x *nameIndex) within(dir *node) []*node {
	at := func(pos int) int {
		i, _ := slices.BinarySearchFunc(x.all, pos, func(n *node, pos int) int { return cmp.Compare(n.pos, pos) })
		return i
	}
	return x.all[at(dir.pos+1):at(dir.end)]
}

// treeIndex is the index of all paths.
type treeIndex struct {
	*nameIndex
	running []*node // nodes that have a media type in at least one layer
	links   []*node // nodes that are a symlink in at least one layer
}

func newTreeIndex(nodes []*node) *treeIndex {
	x := &treeIndex{}
	x.nameIndex = newNameIndex(x, nodes)
	for _, n := range nodes {
		if n.ever(func(e *Entry) bool { return e.MIME != "" }) {
			x.running = append(x.running, n)
		}
		if n.ever(func(e *Entry) bool { return e.Type == Symlink }) {
			x.links = append(x.links, n)
		}
	}
	return x
}

// added is the index of all paths among which a file that a view's last layer added or changed can match a pattern:
// what the layer holds, and the links that may lead there. A link that leads to another directory than in the layer
// below gives new paths to all below it: it may be new itself, or the layer made a directory that a link goes through.
func (x *treeIndex) added(v View, written []*node) *nameIndex {
	below := v.fs.View(v.layer - 1)
	for _, n := range x.links {
		if e := n.at(v.layer); e == nil || e.Type != Symlink {
			continue
		}
		end, ok := v.follow(n)
		if !ok || end.at(v.layer).Type != Directory {
			continue
		}
		if before := n.at(v.layer - 1); before != nil && before.Type == Symlink {
			if was, ok := below.follow(n); ok && was == end {
				continue
			}
		}
		return x.nameIndex
	}
	nodes := slices.Clone(x.links)
	for _, n := range written {
		if n.at(v.layer) != nil { // written, and not covered again by the same layer
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.pos, b.pos) })
	return newNameIndex(x, slices.Compact(nodes))
}

// ever tells whether the path was such an entry in at least one layer.
func (n *node) ever(such func(*Entry) bool) bool {
	return slices.ContainsFunc(n.versions, func(v version) bool { return v.entry != nil && such(v.entry) })
}

// meta are the characters by which a pattern matches more than itself.
const meta = `*?[\{`

func isLiteral(element string) bool { return !strings.ContainsAny(element, meta) }

// candidates lists nodes among which are all that can match a pattern of the given elements below dir, by their own
// path or through links. It looks them up by the last element, or goes through what can be reached from the
// directories of a literal element, whichever is less.
func (x *nameIndex) candidates(v View, dir *node, elements []string) []*node {
	last := elements[len(elements)-1]
	if slices.ContainsFunc(elements, func(e string) bool { return strings.ContainsAny(e, `{\\`) }) {
		return x.below(v.reach([]*node{dir})) // what braces and escapes stand for is left to the matching itself
	}
	if len(elements) == 1 && last != "**" {
		return x.children(dir, last)
	}
	best, cost := x.byLast(last)
	consider := func(directories []*node) {
		directories = v.reach(directories)
		total := 0
		for _, f := range directories {
			total += len(x.within(f))
		}
		if total < cost {
			best, cost = func() []*node { return x.below(directories) }, total
		}
	}
	consider([]*node{dir})
	for _, e := range elements[:len(elements)-1] {
		if isLiteral(e) {
			consider(x.directories(v, e))
		}
	}
	return best()
}

// children lists what lies right in a directory and matches an element.
func (x *nameIndex) children(dir *node, element string) []*node {
	if isLiteral(element) {
		if c := dir.children[element]; c != nil {
			return []*node{c}
		}
		return nil
	}
	var out []*node
	for name, c := range dir.children {
		if doublestar.MatchUnvalidated(element, name) {
			out = append(out, c)
		}
	}
	return out
}

// directories lists the directories of a name, and those that a link of that name leads to.
func (x *nameIndex) directories(v View, name string) []*node {
	var out []*node
	seen := map[*node]bool{}
	for _, n := range x.tree.byBase.of(name) {
		if f, ok := v.follow(n); ok && f.at(v.layer).Type == Directory && !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	return out
}

func (x *nameIndex) below(directories []*node) []*node {
	var out []*node
	for _, f := range directories {
		out = append(out, x.within(f)...)
	}
	return out
}

// byLast looks nodes up by the last element of a pattern. The cost is how many nodes or names have to be looked at.
func (x *nameIndex) byLast(element string) (find func() []*node, cost int) {
	k := strings.IndexAny(element, meta)
	switch ext := path.Ext(element); {
	case element == "**" || element == "*":
		return func() []*node { return x.all }, len(x.all)
	case k < 0:
		nodes := x.byBase.of(element)
		return func() []*node { return nodes }, len(nodes)
	case k > 0:
		names := x.withPrefix(element[:k])
		return func() []*node { return x.matching(element, names) }, len(names)
	case ext != "" && isLiteral(ext):
		nodes := x.byExt.of(ext)
		return func() []*node { return nodes }, len(nodes)
	default:
		names := x.byBase.names
		return func() []*node { return x.matching(element, names) }, len(names)
	}
}

// withPrefix lists the base names that begin with a prefix, which is not empty.
func (x *nameIndex) withPrefix(prefix string) []string {
	var out []string
	for _, name := range x.begin()[prefix[:1]] {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	return out
}

func (x *nameIndex) matching(element string, bases []string) []*node {
	var out []*node
	for _, b := range bases {
		if doublestar.MatchUnvalidated(element, b) {
			out = append(out, x.byBase.of(b)...)
		}
	}
	return out
}
