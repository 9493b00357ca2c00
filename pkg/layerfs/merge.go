package layerfs

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// way is how a runtime puts a layer on top of the lower ones. The two agree on all that image builders write, and on nearly
// everything else. Whatever a layer writes below a link of a lower one they put into different places.
type way int

const (
	// unpackedOver is over the file system of the lower layers: links in the path of an entry are followed. Where the other way
	// would leave visible what this one hides, the tree says that it is unsure: a gate has to reckon with both.
	unpackedOver way = iota
	// laidOver is into a directory of the layer's own, which the kernel lays over those of the lower ones (Linux,
	// Documentation/filesystems/overlayfs.rst): only the layer's own links are there to be followed, and the directories on
	// the way to an entry hide the links of lower layers.
	laidOver
)

// merger puts the records of one layer on top of the tree.
type merger struct {
	tree        *FS
	layer       int
	way         way
	directories map[string]bool // names that the layer makes a directory, by an entry of their own or of something below
	written     map[string]bool // those with an entry of their own
	opaque      map[string]int  // directories whose lower content the layer hides explicitly, by the last record that says so
	at          int             // the record that is being put into the tree
	others      map[string]bool // names that the layer has something else at than a directory; only where it is laid over the lower ones
	removed     map[*node]bool  // of which nothing is left that lower layers have
	shown       map[*node]bool  // directories that the layer removes and makes again

	last lastDirectory
}

// lastDirectory keeps the last result of directory, since the entries of a directory mostly follow each other.
type lastDirectory struct {
	name string
	node *node
}

func (t *FS) merge(i int, records []record, way way) error {
	m := merger{
		tree: t, layer: i, way: way, directories: map[string]bool{}, written: map[string]bool{}, opaque: map[string]int{},
		others: map[string]bool{}, removed: map[*node]bool{}, shown: map[*node]bool{},
	}
	for k, r := range records {
		if m.note(k, r); t.implied+len(m.directories)-len(m.written) > maxImplied {
			return errImplied
		}
	}
	t.implied += len(m.directories) - len(m.written)
	// Runtimes that unpack the layers take the entries in their order. A whiteout then removes what lower layers hold, and never
	// what its own layer does. What the kernel lays over the lower layers is the layer's directory as it is in the end.
	removals := func(r record) error { m.removals(r); return nil }
	steps := []func(record) error{removals, m.entry}
	if way == unpackedOver {
		steps = []func(record) error{func(r record) error { m.removals(r); return m.entry(r) }}
	}
	for _, step := range steps {
		for k, r := range records {
			if k%1024 == 0 && t.ctx.Err() != nil {
				return t.ctx.Err()
			}
			m.at = k
			if err := step(r); err != nil {
				return err
			}
		}
	}
	return nil
}

var errImplied = fmt.Errorf("more than %d directories have no entry of their own", maxImplied)

func (m *merger) note(k int, r record) {
	switch r.kind {
	case recordOpaque:
		m.opaque[r.name] = k
	case recordEntry, recordHardLink:
		if r.kind == recordEntry && r.entry.Type == Directory {
			m.written[r.name] = true
			m.directories[r.name] = true
		} else if m.way == laidOver {
			m.others[r.name] = true
		}
		for dir := parent(r.name); dir != "/" && !m.directories[dir]; dir = parent(dir) {
			m.directories[dir] = true
		}
	}
}

// removals carries out a whiteout or an opaque marker.
func (m *merger) removals(r record) {
	if r.kind != recordWhiteout && r.kind != recordOpaque {
		return
	}
	find := m.find
	if m.way == laidOver {
		find = m.cover
	}
	n, ok := find(r)
	if !ok || m.removed[n] {
		return
	}
	// The kernel takes no notice of an opaque marker in the root, and some runtimes of one in a link to a directory.
	stays := n.parent == nil || m.way == unpackedOver && r.kind == recordOpaque && n.path() != r.name
	m.tree.differs = m.tree.differs || stays
	switch {
	case stays && m.way == laidOver:
	case r.kind == recordOpaque:
		n.clearLower(m.layer, stays)
	case n.parent != nil:
		n.removeLower(m.layer, stays)
	}
	m.removed[n] = true
	m.last = lastDirectory{} // paths may lead elsewhere now
}

// find is the node that a removal is about, at the end of the links that there are by then.
func (m *merger) find(r record) (n *node, ok bool) {
	dir, base := r.name, ""
	if r.kind == recordWhiteout {
		dir, base = split(r.name)
	}
	n = m.tree.root
	for elem := range elements(dir) {
		if n = n.children[elem]; n == nil || n.at(m.layer) == nil {
			return nil, false
		}
		if n.at(m.layer).Type != Symlink {
			continue
		}
		own, all := m.tree.View(m.layer), m.tree.View(m.layer)
		own.ownLinks = true
		if _, ok := own.follow(n); !ok {
			m.tree.differs = true
		}
		if n, ok = all.follow(n); !ok {
			return nil, false
		}
	}
	if base != "" {
		n = n.children[base]
	}
	return n, n != nil
}

// cover is find for layers that are laid over each other: the path is taken as it is spelled, and what is no directory on
// the way gives way to an empty one.
func (m *merger) cover(r record) (*node, bool) {
	dir, base := r.name, ""
	if r.kind == recordWhiteout {
		dir, base = split(r.name)
	}
	n := m.tree.root
	for elem := range elements(dir) {
		if n = n.children[elem]; n == nil || n.at(m.layer) == nil {
			return nil, false
		}
		if n.at(m.layer).Type != Directory {
			m.makeDirectory(n)
		}
		if m.others[n.path()] {
			return nil, false // the layer may put something else there, or a link that leads elsewhere
		}
	}
	if base != "" {
		n = n.children[base]
	}
	return n, n != nil
}

// entry puts a file, a directory or a link at its name.
func (m *merger) entry(r record) error {
	switch r.kind {
	case recordEntry:
		return m.add(r.name, r.entry)
	case recordHardLink:
		target := m.target(r.link)
		if target == nil && m.way == laidOver { // such runtimes refuse the layer
			m.wrote(nil)
			return nil
		}
		if target == nil || target.Type == Directory {
			return fmt.Errorf("the hard link %q leads to %q, which does not exist", r.name, r.link)
		}
		linked := *target
		linked.Layer, linked.HardLink = m.layer, true
		// Runtimes give the file what the header of the link says: the file may do what either allows.
		linked.Mode |= r.entry.Mode & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid)
		linked.Capability = cmp.Or(r.entry.Capability, linked.Capability)
		return m.add(r.name, &linked)
	}
	return nil
}

// target is what a hard link leads to, or nil. Where layers are laid over each other, the layer's own files come first.
func (m *merger) target(name string) *Entry {
	v := m.tree.View(m.layer)
	if m.way == laidOver {
		v.ownLinks = true
		if f, ok := v.lookup(name, false); ok && f.Entry.Layer == m.layer {
			return f.Entry
		}
		v.ownLinks = false
	}
	f, _ := v.lookup(name, false)
	return f.Entry
}

// add puts an entry at a name, as a runtime does: links in the parent directories are followed, missing directories are
// made, and what is no directory gives way to one.
func (m *merger) add(name string, e *Entry) error {
	n := m.tree.root
	if name != "/" {
		dir, err := m.directory(parent(name))
		if err != nil {
			return err
		}
		if n, err = dir.child(name); err != nil {
			return err
		}
	}
	// Runtimes without root's rights make no devices, and leave what lower layers have in their place.
	unsure := e.Type == Other
	old := n.at(m.layer)
	if old != nil && old.Type == Directory && e.Type != Directory {
		n.clear(m.layer, unsure || m.shown[n])
	}
	if e.Type == Directory {
		m.show(n)
	}
	if e.Type == Symlink || old != nil && old.Type != Regular {
		m.last = lastDirectory{} // paths may lead elsewhere now
	}
	n.set(version{layer: m.layer, entry: e, unsure: unsure})
	m.wrote(n)
	return nil
}

// wrote notes where an entry was put: every way of merging notes one for each of the layer's entries, in their order.
func (m *merger) wrote(n *node) {
	m.tree.merged[m.layer].written = append(m.tree.merged[m.layer].written, n)
}

// directory is the node of the directory to which a clean and absolute path leads, made where there is none: also at the
// end of a link that leads nowhere yet.
func (m *merger) directory(name string) (*node, error) {
	if m.last.node != nil && m.last.name == name {
		return m.last.node, nil
	}
	n, rest, links := m.tree.root, name, 0
	var first step // at which a link was followed
	for rest != "" {
		at := step{n, rest}
		var elem string
		elem, rest, _ = strings.Cut(rest, "/")
		switch elem {
		case "", ".":
			continue
		case "..":
			if n.parent != nil {
				n = n.parent
			}
			continue
		}
		next := n.children[elem]
		var e *Entry
		if next != nil {
			e = next.at(m.layer)
		}
		switch {
		case e != nil && e.Type == Directory:
			n = next
			continue
		case e != nil && e.Type == Symlink && links < maxLinks && m.follows(e):
			if links == 0 {
				first = at
			}
			links++
			if path.IsAbs(e.Link) {
				n = m.tree.root
			}
			rest = e.Link + "/" + rest
			continue
		case e != nil && first.dir != nil && (m.way == unpackedOver || e.Layer == m.layer):
			// The link leads to no directory: it gives way to one, and nothing else.
			n, rest, links, first.dir = first.dir, first.rest, maxLinks, nil
			continue
		}
		var spelled string
		if links == 0 {
			spelled = strings.TrimSuffix(name[:len(name)-len(rest)], "/")
		} else if spelled = path.Join(n.path(), elem); m.tree.implied < maxImplied {
			m.tree.implied++
		} else {
			return nil, errImplied
		}
		next, err := n.child(spelled)
		if err != nil {
			return nil, err
		}
		m.makeDirectory(next)
		n = next
	}
	m.last = lastDirectory{name, n}
	return n, nil
}

// step is a path that goes on from a directory.
type step struct {
	dir  *node
	rest string
}

// follows tells whether a link is followed on the way to what the layer holds.
func (m *merger) follows(link *Entry) bool {
	if link.Layer == m.layer {
		return true
	}
	m.tree.differs = true
	return m.way == unpackedOver
}

// show marks as unsure what the layer has removed of the lower ones' below a directory that it is about to make: the kernel
// merges one that was removed and made again in the same layer with those of the lower layers.
func (m *merger) show(n *node) {
	if len(n.versions) < 2 || m.shown[n] {
		return
	}
	last := n.versions[len(n.versions)-1]
	if last.layer != m.layer || last.entry != nil && last.entry.Type == Directory || m.opaque[n.path()] > m.at {
		return
	}
	m.shown[n] = true
	n.doubt(m.layer)
}

// makeDirectory makes a directory without an entry of its own.
func (m *merger) makeDirectory(n *node) {
	m.show(n)
	n.set(version{layer: m.layer, entry: &Entry{Layer: m.layer, Type: Directory, Mode: 0o755}})
}
