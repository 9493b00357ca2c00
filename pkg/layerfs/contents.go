package layerfs

import (
	"cmp"
	"slices"
)

// Contents lists the regular files whose content a layer holds, whatever becomes of them in later layers or entries, in the order in
// which the content lies there. Content that has several paths, by hard links, is listed for each, those first that lead to it in the end.
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
	out = append(out, t.merged[layer].replaced...)
	slices.SortStableFunc(out, func(a, b File) int { return cmp.Compare(a.offset, b.offset) })
	return out
}

// SameContent tells whether two files of a layer are one by two names.
func (f File) SameContent(g File) bool { return f.data == g.data && f.offset == g.offset }

// noteReplaced notes the content of a layer that nothing leads to once its records are in the tree: later records of the same layer, such as a second
// one of the same name, have put something else in its place. Whoever has the layer has it all the same.
func (t *FS) noteReplaced(layer int, records []record) {
	m := &t.merged[layer]
	next := m.written
	for _, r := range records {
		if r.kind != recordEntry && r.kind != recordHardLink {
			continue
		}
		n := next[0]
		if next = next[1:]; r.kind == recordEntry && r.entry.Type == Regular && r.entry.Size > 0 && n.has(layer) != r.entry {
			m.replaced = append(m.replaced, File{Entry: r.entry, Path: r.name, Replaced: true})
		}
	}
}
