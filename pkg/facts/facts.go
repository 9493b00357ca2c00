// Package facts notes what rules about files want to know of each layer of an image: files that give rights, files that
// anybody may write, accounts, what was left behind, and bytes that are shipped and cannot be seen.
//
// Entries of layers are hostile: whatever is listed is listed up to a bound, and counted beyond it. The package judges
// nothing.
package facts

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Kind says why a file is noted.
type Kind string

// The kinds of files.
const (
	Setuid        Kind = "setuid"       // runs with the rights of its owner
	Setgid        Kind = "setgid"       // runs with the rights of its group
	Capabilities  Kind = "capabilities" // runs with capabilities (capabilities(7))
	Device        Kind = "device"       // is a device, outside of /dev
	WritableFile  Kind = "writable-file"
	WritableDir   Kind = "writable-dir"    // anybody may write to it, and remove what others put there
	SSHDaemon     Kind = "ssh-daemon"      // a program
	SSHDaemonLink Kind = "ssh-daemon-link" // leads to such a program
	Compiler      Kind = "compiler"        // a program
	Sudo          Kind = "sudo"            // a program by which a user becomes another one
	Cache         Kind = "cache"           // a directory of a package manager, with what it can fetch again
)

// maxFiles is how many files of a kind are listed of a layer.
const maxFiles = 100

// Layer is what is noted of one layer.
type Layer struct {
	Files []File       // by their paths
	More  map[Kind]int // how many others of a kind there are
	// Accounts are those of the file system after the layer; nil where it changes none of them.
	Accounts *account.Accounts
	Hidden   []Hidden // by later layers, the lowest first
	// Unix is set for a layer that has anything where those of Windows have nothing, whatever system the image says it is for.
	Unix bool
}

// ofWindows are the directories in which layers of Windows have all that they hold (github.com/microsoft/hcsshim, its package ociwclayer).
var ofWindows = []string{"Files", "Hives", "UtilityVM"}

// File is a file of a layer.
type File struct {
	Kind     Kind
	Path     string
	Mode     fs.FileMode
	UID, GID int
	// Capabilities are those of the file, such as CAP_NET_RAW.
	Capabilities []string
	Hidden       int    // the layer that removes or replaces it; -1 where it is part of the final file system, or may be
	Package      string // that brings the file as it is here; empty where none does, or nothing is known of it
	Files        int    // how many files there are below a directory of the kind
	Bytes        int64  // of those of a cache
}

// Accounts are those of the file system that the layers make; nil where they have none.
func Accounts(layers []Layer) *account.Accounts {
	for _, l := range slices.Backward(layers) {
		if l.Accounts != nil {
			return l.Accounts
		}
	}
	return nil
}

// Hidden is what a later layer removes or replaces of a layer's files.
type Hidden struct {
	By      int // index of the later layer
	Files   int
	Bytes   int64
	Removed int64 // bytes of those that the later layer puts nothing in the place of
}

// Take notes the facts of each layer. shipped are the files that packages of the system bring with rights of others. unread are
// files that should have been read and could not be. What is in the file system only with runtimes that lay layers over each
// other (layerfs.FS.Overlay) is noted as well.
func Take(ctx context.Context, tree *layerfs.FS, shipped []inventory.Privileged) (layers []Layer, unread []inventory.Gap, err error) {
	t, unread, err := take(ctx, tree, shipped, func(layerfs.Version) bool { return true })
	o := tree.Overlay()
	if err != nil || o == nil {
		return t.layers, unread, err
	}
	other, more, err := take(ctx, o, shipped, func(v layerfs.Version) bool { return adds(o, v) })
	if err != nil {
		return nil, nil, err
	}
	t.join(other)
	for _, g := range more {
		if !slices.Contains(unread, g) && !o.Twin(g.Path, g.Layer).Top {
			unread = append(unread, g)
		}
	}
	return t.layers, unread, nil
}

// take notes the facts of some files of a file system.
func take(ctx context.Context, tree *layerfs.FS, shipped []inventory.Privileged, some func(layerfs.Version) bool) (t *taking, unread []inventory.Gap, err error) {
	of := tree.Layers()
	t = &taking{
		tree: tree, layers: make([]Layer, of), hidden: make([]map[int]*Hidden, of), covers: make([]cover, of), caches: map[place]*File{}, listed: map[kindOf]int{},
	}
	n := 0
	for v := range tree.Versions {
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return t, nil, ctx.Err()
		}
		if some(v) {
			t.note(v)
		}
		t.daemons = t.daemons || isSSHDaemon(v.Entry, v.Name())
	}
	t.noteLinks()
	t.settle()
	for i := range t.layers {
		t.layers[i].Unix = tree.Outside(i, ofWindows...)
	}
	if err := t.own(ctx, shipped); err != nil {
		return t, nil, err
	}
	unread, err = t.accounts()
	return t, unread, err
}

// taking is the state of Take.
type taking struct {
	tree   *layerfs.FS
	layers []Layer
	hidden []map[int]*Hidden // of each layer, by the layer that hides
	covers []cover           // of each layer
	caches map[place]*File
	listed map[kindOf]int // how many files there are
	// links are the symbolic ones of the final file system, and daemons tells whether there is an SSH daemon.
	links   []layerfs.Version
	daemons bool
}

// kindOf is a kind of files in a layer.
type kindOf struct {
	layer int
	kind  Kind
}

// place is a path of a layer.
type place struct {
	layer int
	path  string
}

// cover is the directory that anybody may write to and below which a layer's entries are being noted: they add nothing.
type cover struct {
	prefix string // its path and a slash; empty for none
	hidden int
	file   int // its index in Layer.Files; -1 where it is not listed
}

// note notes one entry of a layer.
func (t *taking) note(v layerfs.Version) {
	t.noteHidden(v)
	if v.Unsure {
		v.Hidden = -1 // it may be there
	}
	switch {
	case v.Type == layerfs.Symlink:
		if v.Hidden < 0 {
			t.links = append(t.links, v)
		}
		return
	case v.Type == layerfs.Other:
		if v.Mode&fs.ModeDevice != 0 {
			if p := v.Path(); !mounted(p) {
				t.add(v, p, Device)
			}
		}
		return
	case v.Type == layerfs.Regular:
		t.notePrivileged(v)
		if v.Hidden < 0 {
			t.noteProgram(v)
			t.noteCache(v)
		}
	}
	t.noteWritable(v)
}

func (t *taking) noteHidden(v layerfs.Version) {
	if v.Hidden < 0 || v.Type != layerfs.Regular || v.HardLink {
		return
	}
	of := t.hidden[v.Layer]
	if of == nil {
		of = map[int]*Hidden{}
		t.hidden[v.Layer] = of
	}
	h := of[v.Hidden]
	if h == nil {
		h = &Hidden{By: v.Hidden}
		of[v.Hidden] = h
	}
	h.Files++
	h.Bytes += v.Size
	if v.Removed {
		h.Removed += v.Size
	}
}

func (t *taking) notePrivileged(v layerfs.Version) {
	if v.Mode&fs.ModeSetuid != 0 {
		t.add(v, v.Path(), Setuid)
	}
	if v.Mode&fs.ModeSetgid != 0 && v.Mode&0o010 != 0 { // without the right to run it, the bit asks for locks (chmod(2))
		t.add(v, v.Path(), Setgid)
	}
	if v.Capability != "" && len(capabilities(v.Capability)) > 0 {
		t.add(v, v.Path(), Capabilities)
	}
}

// noteWritable notes what anybody may write to. What lies below such a directory adds nothing to it.
func (t *taking) noteWritable(v layerfs.Version) {
	if v.Mode&0o002 == 0 || v.Type == layerfs.Directory && v.Mode&fs.ModeSticky != 0 {
		return
	}
	p, c := v.Path(), &t.covers[v.Layer]
	switch {
	case mounted(p):
	case c.prefix != "" && c.hidden == v.Hidden && strings.HasPrefix(p, c.prefix):
		if c.file >= 0 {
			t.layers[v.Layer].Files[c.file].Files++
		}
	case v.Type == layerfs.Directory:
		*c = cover{prefix: strings.TrimSuffix(p, "/") + "/", hidden: v.Hidden, file: t.add(v, p, WritableDir)}
	default:
		t.add(v, p, WritableFile)
	}
}

// mounted tells whether runtimes mount something of their own over a path.
func mounted(name string) bool {
	return slices.ContainsFunc([]string{"/dev", "/proc", "/sys"}, func(dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") })
}

// add lists a file and returns its index, or -1 where its kind is listed up to the bound.
func (t *taking) add(v layerfs.Version, path string, kind Kind) int {
	l, listed := &t.layers[v.Layer], kindOf{v.Layer, kind}
	if t.listed[listed]++; t.listed[listed] > maxFiles {
		if l.More == nil {
			l.More = map[Kind]int{}
		}
		l.More[kind]++
		return -1
	}
	f := File{Kind: kind, Path: path, Mode: v.Mode, UID: v.UID, GID: v.GID, Hidden: v.Hidden}
	if kind == Capabilities {
		f.Capabilities = capabilities(v.Capability)
	}
	l.Files = append(l.Files, f)
	return len(l.Files) - 1
}

// settle puts what was counted into its order.
func (t *taking) settle() {
	for at, f := range t.caches {
		if f.Bytes >= minCache {
			t.layers[at.layer].Files = append(t.layers[at.layer].Files, *f)
		}
	}
	for i := range t.layers {
		l := &t.layers[i]
		l.sort()
		for _, h := range t.hidden[i] {
			l.Hidden = append(l.Hidden, *h)
		}
		slices.SortFunc(l.Hidden, func(a, b Hidden) int { return a.By - b.By })
	}
}

// sort puts the files into their order.
func (l *Layer) sort() {
	slices.SortStableFunc(l.Files, func(a, b File) int {
		return strings.Compare(a.Path+"\x00"+string(a.Kind), b.Path+"\x00"+string(b.Kind))
	})
}
