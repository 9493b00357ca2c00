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
const keptFormat = "3"

// Bounds of what is kept of layers. What is beyond them is read again.
const (
	maxKeptEntries = 500_000  // of an image
	maxKeptFile    = 1 << 20  // bytes of a file
	maxKeptFiles   = 16 << 20 // bytes of the files of a layer
)

// Keys lists the keys under which something is kept of a layer, so that a store can refuse others.
func Keys(id image.LayerID) []string { return []string{entriesKey(id), filesKey(id)} }

func entriesKey(id image.LayerID) string { return keptKey("entries", id) }
func filesKey(id image.LayerID) string   { return keptKey("files", id) }

func keptKey(what string, id image.LayerID) string {
	h := sha256.Sum256(fmt.Appendf(nil, "layer %s %s %s %s %s", keptFormat, what, id.Digest, id.DiffID, id.Tables))
	return hex.EncodeToString(h[:])
}

// IsKept tells whether a store has the entries of a layer, so that its bytes may be left in the registry.
func IsKept(from kept.Store, id image.LayerID) bool {
	_, ok := from.Get(entriesKey(id))
	return ok
}

// keptFiles is the content of files of a layer, by their offsets.
type keptFiles map[int64][]byte

// keepEntries puts what a layer holds into a store, unless that is too much.
func (l *layer) keepEntries(to kept.Store, id image.LayerID, entries *atomic.Int64) error {
	if entries.Load() > maxKeptEntries {
		return nil
	}
	return kept.Put(to, entriesKey(id), newKeptLayer(l))
}

// readAbove notes which files of a layer are read on behalf of layers above it. Such are the files that the next image on it needs, too.
type readAbove struct {
	mu    sync.Mutex
	files map[int64]*Entry
	bytes int64
}

func (r *readAbove) note(e *Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files[e.offset] != nil || e.Size > maxKeptFile || r.bytes+e.Size > maxKeptFiles {
		return
	}
	if r.files == nil {
		r.files = map[int64]*Entry{}
	}
	r.files[e.offset] = e
	r.bytes += e.Size
}

// Keep puts into the store of NewKeeping the files of layers that were read on behalf of those above them, beside those that it has of
// earlier runs.
func (t *FS) Keep() error {
	for i, l := range t.layers {
		if _, ok := l.content.(*absent); ok || len(l.above.files) == 0 || t.store == nil {
			continue
		}
		if err := l.keepFiles(t.store, t.ids[i]); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

func (l *layer) keepFiles(to kept.Store, id image.LayerID) error {
	files := keptFiles{}
	kept.Get(to, filesKey(id), &files)
	var held int64
	for _, content := range files {
		held += int64(len(content))
	}
	before := len(files)
	for _, offset := range slices.Sorted(maps.Keys(l.above.files)) {
		e := l.above.files[offset]
		if _, known := files[offset]; known || held+e.Size > maxKeptFiles {
			continue
		}
		content, err := io.ReadAll(e.content())
		if err != nil {
			return err
		}
		files[offset] = content
		held += e.Size
	}
	if len(files) == before {
		return nil
	}
	return kept.Put(to, filesKey(id), files)
}
