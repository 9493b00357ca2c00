// Package layerfs shows what files each layer of an image adds, changes and hides, and reads them where they lie. Every
// layer is gone through once, and nothing of it is believed before its bytes gave its digest and its diff ID.
//
// It must not import anything that knows about packages or vulnerabilities.
package layerfs

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/spool"
)

// FS is the file system of an image, after each of its layers.
type FS struct {
	layers []*layer
	merged []merged // what each layer came to in the tree
	root   *node
	nodes  []*node // all nodes, by path, the root first
	names  *treeIndex

	differs bool // a layer has something that the ways of merging put into, or remove from, different places
	overlay *FS  // see Overlay
	twins   map[place]Twin
	// implied counts the directories of all layers that something lies below, and that have no entry of their own
	// there.
	implied int

	store kept.Store // of what layers hold; nil where nothing is kept
	ids   []image.LayerID
	ctx   context.Context // until which layers may be unpacked that were not when they were read
}

// New indexes the layers of an image, the lowest first. A layer that is compressed is unpacked into sp. An error names
// the layer.
func New(ctx context.Context, layers []*image.Layer, sp *spool.Spool) (*FS, error) {
	return NewKeeping(ctx, layers, sp, nil)
}

// NewKeeping is New with a store that keeps what the layers hold. A layer that is known is recalled from there and not read, as far as that
// suffices. Of one that was left in the registry nothing can be read but what is kept: reading something else fails with ErrAbsent, and so does FS.Err then.
func NewKeeping(ctx context.Context, layers []*image.Layer, sp *spool.Spool, store kept.Store) (*FS, error) {
	t := newFS(ctx, make([]*layer, len(layers)))
	t.store, t.ids = store, make([]image.LayerID, len(layers))
	if err := t.readAll(ctx, layers, sp); err != nil {
		return nil, err
	}
	if err := t.mergeAll(layers, unpackedOver); err != nil {
		return nil, err
	}
	if t.differs {
		if err := t.layOver(layers); err != nil {
			return nil, err
		}
	}
	for i, l := range t.layers {
		t.noteReplaced(i, l.records)
		l.records = nil
	}
	t.index()
	return t, nil
}

// newFS is a file system of layers that are not merged yet.
func newFS(ctx context.Context, layers []*layer) *FS {
	return &FS{
		ctx: ctx, layers: layers, merged: make([]merged, len(layers)),
		root: &node{versions: []version{{entry: &Entry{Type: Directory, Mode: 0o755}}}},
	}
}

// mergeAll puts the records of all layers into the tree.
func (t *FS) mergeAll(layers []*image.Layer, way way) error {
	for i, l := range t.layers {
		if err := t.merge(i, l.records, way); err != nil {
			return layers[i].Failed(err)
		}
	}
	return nil
}

// readAll reads the layers, some of them at a time. Of several that cannot be read the lowest is named, whichever failed first: a failure ends
// the reading of those above alone.
func (t *FS) readAll(ctx context.Context, layers []*image.Layer, sp *spool.Spool) error {
	var entries atomic.Int64
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	errs := make([]error, len(layers))
	for i, l := range layers {
		reading := ctx
		above, end := context.WithCancel(ctx)
		defer end()
		group.Go(func() error {
			if errs[i] = t.read(reading, i, l, sp, &entries); errs[i] != nil {
				end()
			}
			return nil
		})
		ctx = above
	}
	_ = group.Wait() // the failures are in errs
	for i, err := range errs {
		if err != nil {
			return layers[i].Failed(err)
		}
	}
	return nil
}

// read reads layer i, or recalls it.
func (t *FS) read(ctx context.Context, i int, l *image.Layer, sp *spool.Spool, entries *atomic.Int64) (err error) {
	if l.Known || l.Absent {
		if t.ids[i], err = l.ID(); err != nil {
			return err
		}
		if known, err := t.recallKnown(l, t.ids[i], sp, entries); err != nil || known != nil {
			t.layers[i] = known
			return err
		}
	}
	if t.layers[i], err = readLayer(ctx, l, sp, entries); err != nil || t.store == nil {
		return err
	}
	if t.ids[i], err = l.ID(); err != nil {
		return err
	}
	return t.layers[i].keepEntries(t.store, t.ids[i], entries)
}

// merged is what a layer came to in a tree.
type merged struct {
	written  []*node // the paths that the layer has an entry for, in its order
	replaced []File  // see noteReplaced
	once     sync.Once
	added    *nameIndex

	linksOnce sync.Once
	links     []directoryLink

	addsOnce sync.Once
	onlyAdds bool
}

// Layers is the number of layers.
func (t *FS) Layers() int { return len(t.layers) }

// Unpacked is the size of layer i's uncompressed tar in bytes.
func (t *FS) Unpacked(i int) int64 { return t.layers[i].size }

// Err is the first failure to read a layer's content since it was indexed, or nil.
func (t *FS) Err() error {
	for i, l := range t.layers {
		if err := l.failure(); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

// View is the file system after layer i.
func (t *FS) View(i int) View { return View{fs: t, layer: i} }

// Top is the file system as the image runs with it.
func (t *FS) Top() View { return t.View(len(t.layers) - 1) }

// addedNames is the index for what a view's last layer added, made when it is first asked for.
func (t *FS) addedNames(v View) *nameIndex {
	m := &t.merged[v.layer]
	m.once.Do(func() { m.added, m.written = t.names.added(v, m.written), nil })
	return m.added
}

// index lists the nodes for searches: by path, so that what lies below a directory stands right behind it.
func (t *FS) index() {
	var collect func(n *node)
	collect = func(n *node) {
		n.pos = len(t.nodes)
		t.nodes = append(t.nodes, n)
		names := make([]string, 0, len(n.children))
		for name := range n.children {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			collect(n.children[name])
		}
		n.end, n.live = len(t.nodes), nil
	}
	collect(t.root)
	t.names = newTreeIndex(t.nodes)
}
