package layerfs_test

import (
	"archive/tar"
	"cmp"
	"errors"
	"maps"
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/imagetest"
)

// This file models how runtimes make a file system of layers, as simply as can be: containerd's unpacking, into a directory
// for all layers or into one for each, which the kernel then lays over each other.

// inode is a file of such a file system. One without a type is a whiteout of the kernel's (a device with the number 0).
type inode struct {
	typ      byte // of the tar's types
	body     string
	children map[string]*inode
	opaque   bool
	own      bool // of the layer that is being unpacked
}

func newDir() *inode { return &inode{typ: tar.TypeDir, children: map[string]*inode{}} }

var (
	errNoDirectory = errors.New("not a directory")
	errNoFile      = errors.New("no such file")
	errExists      = errors.New("it is there already")
	errLoop        = errors.New("too many links")
)

// rootPath follows the links of a path, as far as there are any, without leaving the root.
func (root *inode) rootPath(name string) (string, error) {
	at, links := "/", 0
	for name != "" {
		var elem string
		elem, name, _ = strings.Cut(name, "/")
		next := path.Join(at, elem)
		n, err := root.get(next)
		if errors.Is(err, errNoDirectory) && elem != ".." && elem != "." && elem != "" {
			return "", err
		}
		if n == nil || n.typ != tar.TypeSymlink {
			at = next
			continue
		}
		if links++; links > 40 {
			return "", errLoop
		}
		if path.IsAbs(n.body) {
			at = "/"
		}
		name = n.body + "/" + name
	}
	return at, nil
}

// get is the file at a path without links.
func (root *inode) get(name string) (*inode, error) {
	n := root
	for _, elem := range strings.Split(strings.Trim(path.Clean(name), "/"), "/") {
		if elem == "" {
			continue
		}
		if n.typ != tar.TypeDir {
			return nil, errNoDirectory
		}
		if n = n.children[elem]; n == nil {
			return nil, errNoFile
		}
	}
	return n, nil
}

// mkdir makes the directories of a path without links.
func (root *inode) mkdir(name string) (*inode, error) {
	n := root
	for _, elem := range strings.Split(strings.Trim(name, "/"), "/") {
		if elem == "" {
			continue
		}
		if n.children[elem] == nil {
			n.children[elem] = newDir()
			n.children[elem].own = true
		}
		if n = n.children[elem]; n.typ != tar.TypeDir {
			return nil, errNoDirectory
		}
	}
	return n, nil
}

// unpack puts the entries of a layer into a directory. Where layers have directories of their own, whiteouts are written as
// the kernel reads them.
func (root *inode) unpack(layer []imagetest.File, kernel bool) error {
	root.disown()
	for _, f := range layer {
		dirName, base := path.Split(path.Clean("/" + f.Name))
		at, err := root.rootPath(dirName)
		if err != nil {
			return err
		}
		dir, err := root.mkdir(at)
		if err != nil {
			return err
		}
		switch name, whiteout := strings.CutPrefix(base, ".wh."); {
		case base == ".wh..wh..opq" && kernel:
			dir.opaque = true
		case base == ".wh..wh..opq":
			for name := range dir.children {
				dir.removeLower(name)
			}
		case whiteout && kernel:
			if dir.children[name] != nil {
				return errExists
			}
			dir.children[name] = &inode{own: true}
		case whiteout:
			dir.removeLower(name)
		default:
			if err := dir.put(root, base, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes one entry, which replaces all but a directory by a directory.
func (dir *inode) put(root *inode, name string, f imagetest.File) error {
	n := &inode{typ: cmp.Or(f.Type, tar.TypeReg), body: f.Body + f.Link, own: true}
	switch f.Type {
	case tar.TypeDir:
		if old := dir.children[name]; old != nil && old.typ == tar.TypeDir {
			old.own = true
			return nil
		}
		n = newDir()
		n.own = true
	case tar.TypeLink:
		parent, base := path.Split(path.Clean("/" + f.Link))
		at, err := root.rootPath(parent)
		if err != nil {
			return err
		}
		target, err := root.get(path.Join(at, base))
		if err != nil {
			return err
		}
		if target.typ == tar.TypeDir || target.typ == 0 && !target.own || target == dir.children[name] {
			return errNoFile
		}
		n = &inode{typ: target.typ, body: target.body, own: true}
	}
	dir.children[name] = n
	return nil
}

// removeLower takes out what the layer that is being unpacked has not brought.
func (dir *inode) removeLower(name string) {
	n := dir.children[name]
	if n == nil {
		return
	}
	for c := range n.children {
		n.removeLower(c)
	}
	if !n.own && len(n.children) == 0 {
		delete(dir.children, name)
	}
}

func (n *inode) disown() {
	n.own = false
	for _, c := range n.children {
		c.disown()
	}
}

// over lays a directory over another one. The kernel takes no notice of an opaque marker in the root.
func (n *inode) over(lower *inode, root bool) *inode {
	if n.typ != tar.TypeDir {
		return n
	}
	out := newDir()
	if lower != nil && lower.typ == tar.TypeDir && (!n.opaque || root) {
		maps.Copy(out.children, lower.children)
	}
	for name, c := range n.children {
		if c.typ == 0 {
			delete(out.children, name)
			continue
		}
		out.children[name] = c.over(out.children[name], false)
	}
	return out
}

// files lists the regular files by their paths, with their content.
func (n *inode) files(at string, out map[string]string) map[string]string {
	for name, c := range n.children {
		if c.typ == tar.TypeReg {
			out[path.Join(at, name)] = c.body
		}
		c.files(path.Join(at, name), out)
	}
	return out
}

// unpackOver is what a runtime shows that unpacks the layers over each other. An error is the runtime's.
func unpackOver(layers [][]imagetest.File) (map[string]string, error) {
	root := newDir()
	for _, l := range layers {
		if err := root.unpack(l, false); err != nil {
			return nil, err
		}
	}
	return root.files("/", map[string]string{}), nil
}

// layOver is what a runtime shows that lays the layers over each other.
func layOver(layers [][]imagetest.File) (map[string]string, error) {
	merged := newDir()
	for _, l := range layers {
		upper := newDir()
		if err := upper.unpack(l, true); err != nil {
			return nil, err
		}
		merged = upper.over(merged, true)
	}
	return merged.files("/", map[string]string{}), nil
}
