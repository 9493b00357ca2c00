package layerfs

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// maxLinks is how many symlinks a look-up follows before it gives up, as Linux does (ELOOP).
const maxLinks = 40

// View is the file system as it is after one layer.
type View struct {
	fs    *FS
	layer int
	top   *node // where paths begin; nil for the root of the image

	keepsOwn bool // see KeepingOwn
	ownLinks bool // follows no links but those of the layer itself
}

// File is a file in a view.
type File struct {
	*Entry
	Path string // real path: absolute, without links
	node *node
	// Replaced is set for what FS.Contents lists and a later entry of the same layer has replaced.
	Replaced bool
}

// Outside tells whether a layer has anything that lies in none of some directories of the root, by their names.
func (t *FS) Outside(layer int, directories ...string) bool {
	for name, n := range t.root.children {
		if !slices.Contains(directories, name) && n.has(layer) != nil {
			return true
		}
	}
	return false
}

// Layer is the index of the last layer that the view includes.
func (v View) Layer() int { return v.layer }

// Within is the view of a program whose root is a directory (chroot(2)): paths and absolute links begin there, and
// lead to nothing outside. The paths of files that it finds are still those of the image. Where there is no such
// directory, it finds nothing.
func (v View) Within(dir string) View {
	v.top = &node{}
	if n, ok := v.withoutTop().find(dir, true); ok {
		v.top = n
	}
	return v
}

// KeepingOwn is the view of somebody who keeps what he makes of the files of the view's last layer, and asks for it rather than for them in
// the next run. What else is read is kept by FS.Keep.
func (v View) KeepingOwn() View {
	v.keepsOwn = true
	return v
}

func (v View) withoutTop() View { return View{fs: v.fs, layer: v.layer} }

// root is where paths begin.
func (v View) root() *node {
	if v.top != nil {
		return v.top
	}
	return v.fs.root
}

// Stat finds the file at a path and follows symlinks, also where they lead through directories. A link can not lead
// out of the image: .. at the root stays at the root.
func (v View) Stat(name string) (File, bool) { return v.lookup(name, true) }

// Lstat is Stat, but does not follow the path's last element.
func (v View) Lstat(name string) (File, bool) { return v.lookup(name, false) }

func (v View) lookup(name string, follow bool) (File, bool) {
	n, ok := v.find(name, follow)
	if !ok {
		return File{}, false
	}
	return v.file(n), true
}

// find is the node at a path, which has an entry in the view.
func (v View) find(name string, follow bool) (*node, bool) { return v.findFrom(v.root(), name, follow) }

// findFrom is that at a path that begins in a directory.
func (v View) findFrom(dir *node, name string, follow bool) (*node, bool) {
	links := 0
	n, ok := v.walk(dir, name, follow, &links)
	return n, ok && n.at(v.layer) != nil
}

// follow is the node that a node with an entry in the view leads to: itself, or the end of a link.
func (v View) follow(n *node) (*node, bool) {
	e := n.at(v.layer)
	if e == nil || e.Type != Symlink {
		return n, e != nil
	}
	return v.findFrom(n.parent, n.name(), true)
}

func (v View) file(n *node) File { return File{Entry: n.at(v.layer), Path: n.path(), node: n} }

// walk goes from a directory along a path, element by element.
func (v View) walk(from *node, name string, follow bool, links *int) (*node, bool) {
	n := from
	for rest := name; rest != ""; {
		var elem string
		elem, rest, _ = strings.Cut(rest, "/")
		switch elem {
		case "", ".":
			continue
		case "..":
			if n.parent != nil && n != v.top {
				n = n.parent
			}
			continue
		}
		next := n.children[elem]
		if next == nil {
			return nil, false
		}
		e := next.at(v.layer)
		if e == nil {
			return nil, false
		}
		if e.Type == Symlink && (follow || strings.Trim(rest, "/") != "") {
			if v.ownLinks && e.Layer != v.layer {
				return nil, false
			}
			if *links++; *links > maxLinks {
				return nil, false
			}
			start := n
			if path.IsAbs(e.Link) {
				start = v.root()
			}
			target, ok := v.walk(start, e.Link, true, links)
			if !ok {
				return nil, false
			}
			next = target
		}
		n = next
	}
	return n, true
}

// Open reads a regular file's content, in any order: the bytes that gave the layer its digest, or an error.
func (v View) Open(f File) (io.ReadCloser, error) {
	if f.Entry == nil || f.Type != Regular {
		return nil, fmt.Errorf("%s is not a regular file", f.Path)
	}
	if v.fs.store != nil && !(v.keepsOwn && f.data == v.fs.layers[v.layer]) {
		f.data.noted.file(f.Entry)
	}
	return section{f.content()}, nil
}

// section is an io.SectionReader that can be closed; it keeps io.ReaderAt and io.Seeker for those who ask.
type section struct{ *io.SectionReader }

// Close does nothing: the bytes belong to the layer.
func (section) Close() error { return nil }

// Added tells whether the view's last layer added or changed f.
func (v View) Added(f File) bool { return f.Entry.Layer == v.layer }

// All lists every file of the view: regular files, directories, links and devices, in the order of their paths.
func (v View) All(yield func(File) bool) {
	for _, n := range v.fs.nodes[1:] {
		if e := n.at(v.layer); e != nil && !yield(File{Entry: e, Path: n.path(), node: n}) {
			return
		}
	}
}

// OnlyAdds tells whether all that the layer below the view's last one shows is still there: no path is removed, is of another type,
// leads elsewhere or runs in another way. Files may have another content.
func (v View) OnlyAdds() bool {
	m := &v.fs.merged[v.layer]
	m.addsOnce.Do(func() {
		m.onlyAdds = !slices.ContainsFunc(v.fs.nodes, func(n *node) bool {
			now := slices.IndexFunc(n.versions, func(is version) bool { return is.layer == v.layer })
			return now > 0 && !n.versions[now].entry.replaces(n.versions[now-1].entry)
		})
	})
	return m.onlyAdds
}

// replaces tells whether an entry is what another one at its path was, but for its content and its attributes.
func (e *Entry) replaces(before *Entry) bool {
	return before == nil || e != nil && e.Type == before.Type && e.Link == before.Link && e.MIME == before.MIME
}
