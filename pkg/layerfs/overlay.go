package layerfs

import (
	"slices"

	"github.com/layergate/layergate/pkg/image"
)

// Twin is the same file in the file system that Overlay was called on.
type Twin struct {
	// Path is where the layer has it there; empty where another file of the same layer takes its place.
	Path string
	// Shown is set where it is part of that final file system, or may be.
	Shown bool
	// Top is set where it is part of that final file system as FS.Top has it.
	Top bool
}

// place is what a layer has at a path.
type place struct {
	node  *node
	layer int
}

// Overlay is the file system that an image has with runtimes which lay its layers over each other, as the overlay driver
// does, or nil where they come to no other one than those that unpack the layers over each other. They do where a layer
// has something below a link of a lower one: it is put where the link leads, or into a directory that takes the link's
// place. So they do where an opaque marker in the root, or at a link, hides the lower layers for some of them. From then on each way hides other files, so that whoever asks what an image shows has to ask both.
func (t *FS) Overlay() *FS { return t.overlay }

// Twin is what the layer has at a path without links of an Overlay, in the file system that this is the overlay of.
func (t *FS) Twin(name string, layer int) Twin {
	if n := t.root.descendant(name); n != nil {
		if twin, ok := t.twins[place{n, layer}]; ok {
			return twin
		}
	}
	return Twin{Path: name, Shown: true, Top: true}
}

// layOver makes the overlay.
func (t *FS) layOver(layers []*image.Layer) error {
	o := newFS(t.ctx, t.layers)
	o.store, o.ids = t.store, t.ids
	if err := o.mergeAll(layers, laidOver); err != nil {
		return err
	}
	o.index()
	o.twins = map[place]Twin{}
	for i := range t.layers {
		for k, here := range o.merged[i].written {
			if here != nil {
				o.pair(i, here, t.merged[i].written[k])
			}
		}
		o.merged[i].written = slices.DeleteFunc(o.merged[i].written, func(n *node) bool { return n == nil })
	}
	t.overlay = o
	return nil
}

// pair notes of an entry of layer i which node it has in the other tree, where that says more than that both have it.
func (t *FS) pair(i int, here, there *node) {
	e := here.has(i)
	if e == nil {
		return
	}
	var twin Twin
	if e.same(there.has(i)) {
		hidden, unsure := there.hidden(i)
		twin = Twin{Path: there.path(), Shown: !hidden || unsure, Top: !hidden}
	}
	if !twin.Top || twin.Path != here.path() {
		t.twins[place{here, i}] = twin
	}
}

// same tells whether two trees have made the entries from one record of a layer.
func (e *Entry) same(f *Entry) bool {
	return e == f || f != nil && e.HardLink && f.HardLink && e.data == f.data && e.offset == f.offset && e.Link == f.Link
}
