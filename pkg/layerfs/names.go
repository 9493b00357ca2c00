package layerfs

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// nameIndex answers which paths a pattern could match without trying them all: it looks them up by the pattern's last
// element.
type nameIndex struct {
	all         []*node
	byBase      map[string][]*node
	byExt       map[string][]*node // by the last dot of the base name and what follows
	bases       []string           // the keys of byBase, sorted
	executables []*node            // nodes that are an executable in at least one layer
	folderLinks map[*node][]*node  // symlinks to a folder in at least one layer, by the folder
}

func newNameIndex(nodes []*node) nameIndex {
	x := nameIndex{all: nodes, byBase: map[string][]*node{}, byExt: map[string][]*node{}}
	for _, n := range nodes {
		base := n.base()
		x.byBase[base] = append(x.byBase[base], n)
		if ext := path.Ext(base); ext != "" {
			x.byExt[ext] = append(x.byExt[ext], n)
		}
		if slices.ContainsFunc(n.versions, func(v version) bool { return v.entry != nil && v.entry.MIME != "" }) {
			x.executables = append(x.executables, n)
		}
	}
	x.bases = make([]string, 0, len(x.byBase))
	for b := range x.byBase {
		x.bases = append(x.bases, b)
	}
	slices.Sort(x.bases)
	return x
}

const meta = `*?[\{`

// candidates lists the nodes, in no order, that can match a clean and absolute pattern without braces.
func (x *nameIndex) candidates(pattern string) []*node {
	dir, last := path.Split(pattern)
	if last == "**" {
		return x.below(path.Clean(dir))
	}
	k := strings.IndexAny(last, meta)
	if k < 0 {
		return x.byBase[last]
	}
	if k > 0 {
		return x.matching(last, x.withPrefix(last[:k]))
	}
	if ext := path.Ext(last); ext != "" && !strings.ContainsAny(ext, meta) {
		return x.byExt[ext]
	}
	return x.matching(last, x.bases)
}

// withPrefix is the part of the sorted base names that begin with prefix.
func (x *nameIndex) withPrefix(prefix string) []string {
	from, _ := slices.BinarySearch(x.bases, prefix)
	to := from
	for to < len(x.bases) && strings.HasPrefix(x.bases[to], prefix) {
		to++
	}
	return x.bases[from:to]
}

func (x *nameIndex) matching(element string, bases []string) []*node {
	var out []*node
	for _, b := range bases {
		if doublestar.MatchUnvalidated(element, b) {
			out = append(out, x.byBase[b]...)
		}
	}
	return out
}

// below lists all that lies below folders whose base name can end the pattern dir.
func (x *nameIndex) below(dir string) []*node {
	if dir == "/" || path.Base(dir) == "**" {
		return x.all
	}
	var out []*node
	var collect func(n *node)
	collect = func(n *node) {
		for _, c := range n.children {
			out = append(out, c)
			collect(c)
		}
	}
	for _, n := range x.candidates(dir) {
		collect(n)
	}
	return out
}
