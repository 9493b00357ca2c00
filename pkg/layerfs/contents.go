package layerfs

import (
	"cmp"
	"slices"
)

// Contents lists the regular files whose content a layer holds, whatever becomes of them in later layers, in the order in
// which the content lies there. Content that has several paths, by hard links, has the first of them.
func (t *FS) Contents(layer int) []File {
	l := t.layers[layer]
	var out []File
	for _, n := range t.nodes {
		for _, v := range n.versions {
			if v.layer == layer && v.entry != nil && v.entry.Type == Regular && v.entry.data == l && v.entry.Size > 0 {
				out = append(out, File{Entry: v.entry, Path: n.path(), node: n})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b File) int { return compareContent(a.Entry, b.Entry) })
	return slices.CompactFunc(out, func(a, b File) bool { return compareContent(a.Entry, b.Entry) == 0 })
}

func compareContent(a, b *Entry) int { return cmp.Compare(a.offset, b.offset) }
