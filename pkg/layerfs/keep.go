package layerfs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
)

// keptFormat changes whenever what is kept of a layer changes, or how it is read.
const keptFormat = "10"

// Bounds of what is kept of layers. What is beyond them is read again.
const (
	maxKeptEntries = 500_000  // of an image
	maxKeptFile    = 4 << 20  // bytes of a file
	maxKeptFiles   = 32 << 20 // bytes of the files of a layer
)

// Keys lists the keys under which something is kept of a layer, so that a store can refuse others.
func Keys(id image.LayerID) []string { return []string{entriesKey(id), contentKey(id)} }

func entriesKey(id image.LayerID) string { return keptKey("entries", id) }
func contentKey(id image.LayerID) string { return keptKey("content", id) }

func keptKey(what string, id image.LayerID) string {
	h := sha256.Sum256(fmt.Appendf(nil, "layer %s %s %s %s %s", keptFormat, what, id.Digest, id.DiffID, id.Tables))
	return hex.EncodeToString(h[:])
}

// IsKept tells whether a store has the entries of a layer, so that its bytes may be left in the registry.
func IsKept(from *kept.Held, id image.LayerID) bool { return from.Has(entriesKey(id)) }

// keptContent is what is kept of the content of a layer's files.
type keptContent struct {
	Files map[int64][]byte // by their offsets
	Sums  map[sumOf][]byte // see View.Sum
}

// keepEntries puts what a layer holds into a store, unless that is too much.
func (l *layer) keepEntries(to kept.Store, id image.LayerID, entries *atomic.Int64) error {
	if entries.Load() > maxKeptEntries {
		return nil
	}
	return kept.Put(to, entriesKey(id), newKeptLayer(l))
}

// noted is what was asked for of a layer's content, and will be by the next image on the layer: files and hashes of files.
type noted struct {
	mu    sync.Mutex
	files map[int64]*Entry
	bytes int64
	sums  map[sumOf][]byte
}

func (n *noted) file(e *Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.files[e.offset] != nil || e.Size > maxKeptFile || n.bytes+e.Size > maxKeptFiles {
		return
	}
	if n.files == nil {
		n.files = map[int64]*Entry{}
	}
	n.files[e.offset] = e
	n.bytes += e.Size
}

func (n *noted) sum(of sumOf, sum []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sums == nil {
		n.sums = map[sumOf][]byte{}
	}
	n.sums[of] = sum
}

// Keep puts into the store of NewKeeping what was noted of the content of layers, beside what it has of earlier runs.
func (t *FS) Keep() error {
	for i, l := range t.layers {
		if _, ok := l.content.(*absent); ok || len(l.noted.files)+len(l.noted.sums) == 0 || t.store == nil {
			continue
		}
		if err := l.keepContent(t.store, t.ids[i]); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

func (l *layer) keepContent(to kept.Store, id image.LayerID) error {
	known := l.recalled()
	if l.known == nil { // the layer was read
		known = recallContent(to, id)
	}
	known.Files, known.Sums = maps.Clone(known.Files), maps.Clone(known.Sums) // others may still read what was recalled
	before := len(known.Files) + len(known.Sums)
	var held int64
	for _, content := range known.Files {
		held += int64(len(content))
	}
	for _, offset := range slices.Sorted(maps.Keys(l.noted.files)) {
		e := l.noted.files[offset]
		if _, ok := known.Files[offset]; ok || held+e.Size > maxKeptFiles {
			continue
		}
		content, err := io.ReadAll(e.content())
		if err != nil {
			return err
		}
		known.Files[offset] = content
		held += e.Size
	}
	maps.Copy(known.Sums, l.noted.sums)
	if len(known.Files)+len(known.Sums) == before {
		return nil
	}
	return kept.Put(to, contentKey(id), known)
}

// recallContent is what a store has of the content of a layer's files.
func recallContent(from kept.Store, id image.LayerID) keptContent {
	var known keptContent
	if !kept.Get(from, contentKey(id), &known) {
		known = keptContent{}
	}
	if known.Files == nil { // empty maps are not written down
		known.Files = map[int64][]byte{}
	}
	if known.Sums == nil {
		known.Sums = map[sumOf][]byte{}
	}
	return known
}
