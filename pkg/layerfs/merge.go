package layerfs

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"strings"
)

// merger puts the records of one layer on top of the tree.
//
// Runtimes unpack a layer in one of two ways: over the file system of the lower layers, or into a directory of its own
// that the kernel lays over them. They agree on all that image builders write. Where they do not, the tree follows the
// first way and marks as unsure what the second would leave visible: a gate has to reckon with both.
type merger struct {
	tree        *FS
	layer       int
	directories map[string]bool // names that the layer makes a directory, by an entry of their own or of something below
	written     map[string]bool // those with an entry of their own
	opaque      map[string]bool // directories whose lower content the layer hides explicitly

	last lastDirectory
}

// lastDirectory keeps the last result of directory, since the entries of a directory mostly follow each other.
type lastDirectory struct {
	name   string
	node   *node
	linked bool
}

func (t *FS) merge(ctx context.Context, i int, records []record) error {
	m := merger{tree: t, layer: i, directories: map[string]bool{}, written: map[string]bool{}, opaque: map[string]bool{}}
	for _, r := range records {
		if m.note(r); t.implied+len(m.directories)-len(m.written) > maxImplied {
			return fmt.Errorf("more than %d directories have no entry of their own", maxImplied)
		}
	}
	t.implied += len(m.directories) - len(m.written)
	// Whiteouts remove what lower layers hold, wherever in the layer they stand.
	for k, r := range records {
		if k%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m.removals(r)
	}
	for k, r := range records {
		if k%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := m.entry(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) note(r record) {
	switch r.kind {
	case recordOpaque:
		m.opaque[r.name] = true
	case recordEntry, recordHardLink:
		if r.kind == recordEntry && r.entry.Type == Directory {
			m.written[r.name] = true
			m.directories[r.name] = true
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
	n, linked, ok := m.find(r.name)
	if !ok {
		return
	}
	switch {
	case r.kind == recordOpaque:
		// The kernel takes no notice of a marker in the root.
		n.clear(m.layer, linked || n.parent == nil)
	case n.parent != nil:
		// A directory that is removed and made again in one layer is merged with the lower one by the kernel.
		n.remove(m.layer, linked || m.directories[r.name] && !m.opaque[r.name])
	}
}

// find is the node that a removal is about, in the lower layers. linked tells that a link of a lower layer leads to it.
func (m *merger) find(name string) (n *node, linked, ok bool) {
	if name == "/" {
		return m.tree.root, false, true
	}
	v, dir := m.tree.View(m.layer), m.tree.root
	for at := 1; ; {
		end := strings.IndexByte(name[at:], '/')
		if end < 0 {
			n = dir.children[name[at:]]
			return n, linked, n != nil
		}
		next := dir.children[name[at:at+end]]
		at += end + 1
		if next == nil || next.at(m.layer) == nil {
			return nil, false, false
		}
		if next.at(m.layer).Type == Symlink {
			if m.written[name[:at-1]] {
				return nil, false, false // this layer puts a directory in the link's place: nothing of the lower layers is in it
			}
			if next, ok = v.follow(next); !ok {
				return nil, false, false
			}
			linked = true
		}
		dir = next
	}
}

// entry puts a file, a directory or a link at its name.
func (m *merger) entry(r record) error {
	switch r.kind {
	case recordEntry:
		return m.add(r.name, r.entry)
	case recordHardLink:
		f, ok := m.tree.View(m.layer).lookup(r.link, false)
		if !ok || f.Type == Directory {
			return fmt.Errorf("the hard link %q leads to %q, which does not exist", r.name, r.link)
		}
		linked := *f.Entry
		linked.Layer, linked.HardLink = m.layer, true
		// Runtimes give the file what the header of the link says: the file may do what either allows.
		linked.Mode |= r.entry.Mode & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid)
		linked.Capability = cmp.Or(r.entry.Capability, linked.Capability)
		return m.add(r.name, &linked)
	}
	return nil
}

// add puts an entry at a name, as a runtime does that unpacks over the lower layers: links in the parent directories
// are followed, missing directories are made, and what is no directory gives way to one.
func (m *merger) add(name string, e *Entry) error {
	n, unsure := m.tree.root, false
	if name != "/" {
		dir, linked, err := m.directory(parent(name))
		if err != nil {
			return err
		}
		if n, err = dir.child(name); err != nil {
			return err
		}
		// Runtimes without root's rights make no devices, and leave what lower layers have in their place.
		unsure = linked || e.Type == Other
	}
	old := n.at(m.layer)
	if old != nil && old.Type == Directory && e.Type != Directory {
		n.clear(m.layer, unsure || m.directories[name])
	}
	if e.Type == Symlink || old != nil && old.Type != Regular {
		m.last = lastDirectory{} // paths may lead elsewhere now
	}
	n.set(version{layer: m.layer, entry: e, unsure: unsure})
	m.tree.layers[m.layer].written = append(m.tree.layers[m.layer].written, n)
	return nil
}

// directory is the node of a directory, made where it does not exist. linked tells that a link of a lower layer leads
// to it.
func (m *merger) directory(name string) (n *node, linked bool, err error) {
	if m.last.node != nil && m.last.name == name {
		return m.last.node, m.last.linked, nil
	}
	if n, ok := m.tree.View(m.layer).find(name, true); ok && n.at(m.layer).Type == Directory {
		m.last = lastDirectory{name, n, n.path() != name && !m.ownLinks(name)}
		return n, m.last.linked, nil
	}
	if name == "/" {
		return m.tree.root, false, nil
	}
	dir, linked, err := m.directory(parent(name))
	if err != nil {
		return nil, false, err
	}
	if n, err = dir.child(name); err != nil {
		return nil, false, err
	}
	n.set(version{layer: m.layer, entry: &Entry{Layer: m.layer, Type: Directory, Mode: 0o755}})
	return n, linked, nil
}

// ownLinks tells whether all links along a path were made by this layer.
func (m *merger) ownLinks(name string) bool {
	v := m.tree.View(m.layer)
	for dir := name; dir != "/"; dir = parent(dir) {
		if f, ok := v.lookup(dir, false); ok && f.Type == Symlink && f.Entry.Layer != m.layer {
			return false
		}
	}
	return true
}
