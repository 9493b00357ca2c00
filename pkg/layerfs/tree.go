package layerfs

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// node is one path that at least one layer holds or removes. It keeps every layer's word on it, so that one tree shows
// the file system as it is after any of them.
type node struct {
	spelled  string // the path as a layer spells it, absolute and clean, which may lead through links; empty for the root
	direct   bool   // spelled leads through none: it is the node's own path
	size     int32  // bytes of its own path
	parent   *node
	children map[string]*node
	live     []*node    // the children that exist after the last layer merged so far, and some that do not any more; see living
	versions []version  // by rising layer
	first    [1]version // where they lie as long as they are one, as mostly

	// pos is the node's place in FS.nodes, and end that of the first node behind all that lie below it.
	pos, end int
}

// version is the state that one layer gives to a path: an entry, or nil if the layer removes it.
type version struct {
	layer int
	entry *Entry
	// unsure is set where runtimes differ in how they unpack the layer: with some of them, what lower layers have at
	// the path is still there.
	unsure bool
}

// above tells whether m lies below n.
func (n *node) above(m *node) bool { return n.pos < m.pos && m.pos < n.end }

// path is absolute and clean.
func (n *node) path() string {
	switch {
	case n.parent == nil:
		return "/"
	case n.direct:
		return n.spelled
	}
	buf := make([]byte, n.size)
	for end := int(n.size); n.parent != nil; n = n.parent {
		name := n.name()
		end -= len(name)
		copy(buf[end:], name)
		end--
		buf[end] = '/'
	}
	return string(buf)
}

// name is the last element of the path; empty for the root.
func (n *node) name() string { return n.spelled[strings.LastIndexByte(n.spelled, '/')+1:] }

// at is the entry that the path has after layer i, or nil.
func (n *node) at(i int) *Entry {
	for k := len(n.versions) - 1; k >= 0; k-- {
		if n.versions[k].layer <= i {
			return n.versions[k].entry
		}
	}
	return nil
}

// set records the word of a layer, which replaces an earlier one of the same layer.
func (n *node) set(v version) {
	k := len(n.versions) - 1
	if v.entry != nil && n.parent != nil && (k < 0 || n.versions[k].entry == nil) {
		n.parent.live = append(n.parent.live, n)
	}
	switch {
	case k < 0:
		n.first[0] = v
		n.versions = n.first[:]
	case n.versions[k].layer == v.layer:
		n.versions[k] = v
	default:
		n.versions = append(n.versions, v)
	}
}

// living are the children that exist after the last layer merged so far.
func (n *node) living() []*node {
	n.live = slices.DeleteFunc(n.live, func(c *node) bool { return c.versions[len(c.versions)-1].entry == nil })
	return n.live
}

// child is the node of the last element of a clean and absolute path in the directory to which the rest of the path leads, maybe through
// links. It is made where it does not exist.
func (n *node) child(spelled string) (*node, error) {
	dir, name := split(spelled)
	if c := n.children[name]; c != nil {
		return c, nil
	}
	size := int(n.size) + 1 + len(name)
	if size > maxName {
		return nil, fmt.Errorf("a path below %.64q… is longer than the %d bytes that Linux allows", n.path(), maxName)
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	c := &node{spelled: spelled, direct: size == len(spelled) && dir == n.path(), size: int32(size), parent: n}
	n.children[name] = c
	return c, nil
}

// split takes a clean and absolute path apart, into its directory and its last element.
func split(name string) (dir, base string) {
	k := strings.LastIndexByte(name, '/')
	return name[:max(k, 1)], name[k+1:]
}

// parent is the directory of a clean and absolute path; that of the root is the root.
func parent(name string) string {
	dir, _ := split(name)
	return dir
}

// remove takes a path and all below it out of the file system from layer i on.
func (n *node) remove(i int, unsure bool) {
	if n.at(i) == nil {
		return
	}
	n.set(version{layer: i, unsure: unsure})
	n.clear(i, unsure)
}

// clear takes all that lies below a path out of the file system from layer i on. Only what exists is visited, so that
// a layer that clears a directory over and over costs no more than what it puts there.
func (n *node) clear(i int, unsure bool) {
	for _, c := range n.living() {
		c.remove(i, unsure)
	}
}

// removeLower is remove for a whiteout: what layer i has itself stays, with the directories that it lies in.
func (n *node) removeLower(i int, unsure bool) {
	n.clearLower(i, unsure)
	if e := n.at(i); e != nil && e.Layer != i && len(n.living()) == 0 {
		n.set(version{layer: i, unsure: unsure})
	}
}

// clearLower is clear for an opaque marker.
func (n *node) clearLower(i int, unsure bool) {
	for _, c := range n.living() {
		c.removeLower(i, unsure)
	}
}

// doubt marks as unsure what layer i removes below the path.
func (n *node) doubt(i int) {
	for _, c := range n.children {
		if v := &c.versions[len(c.versions)-1]; v.layer == i && v.entry == nil {
			v.unsure = true
		}
		c.doubt(i)
	}
}

// hidden tells whether later layers hide what layer i has at the path: always, or maybe, where unsure is set.
func (n *node) hidden(i int) (hidden, unsure bool) {
	for k := len(n.versions) - 1; k >= 0 && n.versions[k].layer > i; k-- {
		if hidden = true; !n.versions[k].unsure {
			return true, false
		}
	}
	return hidden, hidden
}

// descendant is the node at a path without links below this one, or nil.
func (n *node) descendant(name string) *node {
	for elem := range elements(name) {
		if n = n.children[elem]; n == nil {
			return nil
		}
	}
	return n
}

// elements goes through those of a clean and absolute path: the root has none.
func elements(name string) iter.Seq[string] {
	if len(name) < 2 {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(name[1:], "/")
}

// has is the entry that layer i itself has at the path, or nil.
func (n *node) has(i int) *Entry {
	for _, v := range n.versions {
		if v.layer == i {
			return v.entry
		}
	}
	return nil
}

// Unsure tells whether runtimes differ about what layer i put at a path without links: a later layer hides it, but with
// some of those that follow the tree's own way of merging layers it is still there. What those show that follow the other
// way is told by Overlay.
func (t *FS) Unsure(name string, i int) bool {
	n := t.root.descendant(name)
	if n == nil || n.has(i) == nil {
		return false
	}
	_, unsure := n.hidden(i)
	return unsure
}
