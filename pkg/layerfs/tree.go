package layerfs

import (
	"fmt"
	"path"
	"strings"
)

// node is one path that at least one layer holds or removes. It keeps every layer's word on it, so that one tree shows
// the file system as it is after any of them.
type node struct {
	path     string // absolute and clean
	parent   *node
	children map[string]*node
	live     map[*node]struct{} // the children that exist after the last layer merged so far
	versions []version          // by rising layer

	// pos is the node's place in FS.nodes, and end that of the first node behind all that lie below it.
	pos, end int
}

// above tells whether m lies below n.
func (n *node) above(m *node) bool { return n.pos < m.pos && m.pos < n.end }

// version is what one layer says about a path: an entry, or nil where it removes it.
type version struct {
	layer int
	entry *Entry
}

func (n *node) base() string { return n.path[strings.LastIndexByte(n.path, '/')+1:] }

// at is the entry that the path has after layer i, or nil.
func (n *node) at(i int) *Entry {
	for k := len(n.versions) - 1; k >= 0; k-- {
		if n.versions[k].layer <= i {
			return n.versions[k].entry
		}
	}
	return nil
}

// set records the word of layer i, which replaces an earlier one of the same layer.
func (n *node) set(i int, e *Entry) {
	if e == nil {
		delete(n.parent.live, n)
	} else if n.parent != nil {
		if n.parent.live == nil {
			n.parent.live = map[*node]struct{}{}
		}
		n.parent.live[n] = struct{}{}
	}
	if k := len(n.versions) - 1; k >= 0 && n.versions[k].layer == i {
		n.versions[k].entry = e
		return
	}
	n.versions = append(n.versions, version{layer: i, entry: e})
}

func (n *node) child(name string) *node {
	if c := n.children[name]; c != nil {
		return c
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	c := &node{path: path.Join(n.path, name), parent: n}
	n.children[name] = c
	return c
}

// remove takes a path and all below it out of the file system from layer i on.
func (n *node) remove(i int) {
	if n.at(i) == nil {
		return
	}
	n.set(i, nil)
	n.clear(i)
}

// clear takes all that lies below a path out of the file system from layer i on. Only what exists is visited, so that
// a layer that clears a folder over and over costs no more than what it puts there.
func (n *node) clear(i int) {
	for c := range n.live {
		c.remove(i)
	}
}

// merge puts the records of layer i on top of the tree.
func (t *FS) merge(i int, records []record) error {
	// Whiteouts remove what lower layers hold, wherever in the layer they stand.
	for _, r := range records {
		switch r.kind {
		case recordWhiteout:
			if n := t.find(i, r.name); n != nil && n != t.root {
				n.remove(i)
			}
		case recordOpaque:
			if n := t.find(i, r.name); n != nil {
				n.clear(i)
			}
		}
	}
	for _, r := range records {
		switch r.kind {
		case recordEntry:
			t.add(i, r.name, r.entry)
		case recordHardLink:
			f, ok := t.View(i).lookup(r.link, false)
			if !ok || f.Type == Directory {
				return fmt.Errorf("the hard link %q leads to %q, which does not exist", r.name, r.link)
			}
			linked := *f.Entry
			linked.Layer = i
			t.add(i, r.name, &linked)
		}
	}
	return nil
}

// find is the node of a name that a layer mentions: links in its parent folders are followed, the name itself is not.
func (t *FS) find(i int, name string) *node {
	if name == "/" {
		return t.root
	}
	dir, ok := t.View(i).lookup(path.Dir(name), true)
	if !ok {
		return nil
	}
	return dir.node.children[path.Base(name)]
}

// add puts an entry at a name, as a runtime does that unpacks the layer: links in the parent folders are followed,
// missing folders are made, and what is no folder gives way to one.
func (t *FS) add(i int, name string, e *Entry) {
	n := t.root
	if name != "/" {
		n = t.folder(i, path.Dir(name)).child(path.Base(name))
	}
	if old := n.at(i); old != nil && old.Type == Directory && e.Type != Directory {
		n.clear(i)
	}
	n.set(i, e)
}

// folder is the node of a folder after layer i, made where it does not exist.
func (t *FS) folder(i int, name string) *node {
	if f, ok := t.View(i).lookup(name, true); ok && f.Type == Directory {
		return f.node
	}
	if name == "/" {
		return t.root
	}
	n := t.folder(i, path.Dir(name)).child(path.Base(name))
	n.set(i, &Entry{Layer: i, Type: Directory, Mode: 0o755})
	return n
}
