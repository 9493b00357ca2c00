package layerfs

import (
	"bytes"
	"errors"
	"io"
	"path"
	"sync/atomic"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
)

// ErrAbsent says that something of a layer is needed whose bytes were left in the registry, and that no earlier run has kept it.
var ErrAbsent = errors.New("the layer was left in the registry, and not enough of it is known")

// absent stands for the content of a layer whose bytes were left in the registry. It has that of a few files, and remembers that another
// one was asked for.
type absent struct {
	files keptFiles
	failures
}

// recallLayer is such a layer, with the entries that an earlier run has kept.
func recallLayer(from kept.Store, l *image.Layer, entries *atomic.Int64) (*layer, error) {
	id, err := l.ID()
	if err != nil {
		return nil, err
	}
	var known keptLayer
	if !kept.Get(from, entriesKey(id), &known) || entries.Add(int64(len(known.Records))) > maxEntries {
		return nil, ErrAbsent
	}
	out := &layer{size: known.Size, absent: &absent{files: keptFiles{}}}
	kept.Get(from, filesKey(id), &out.absent.files) // whoever needs one that is not there finds out
	for _, k := range known.Records {
		if !k.valid() {
			return nil, ErrAbsent
		}
		if k.Entry != nil {
			k.Entry.Layer, k.Entry.data, k.Entry.offset = l.Index, out, k.Offset
		}
		out.records = append(out.records, record{name: k.Name, entry: k.Entry, kind: k.Kind, link: k.Link})
	}
	return out, nil
}

// valid tells whether a record can be one that was read from a layer.
func (k keptRecord) valid() bool {
	hasEntry := k.Kind == recordEntry || k.Kind == recordHardLink
	return path.IsAbs(k.Name) && path.Clean(k.Name) == k.Name && k.Kind <= recordOpaque && hasEntry == (k.Entry != nil) &&
		(!hasEntry || k.Entry.Type <= Other && k.Entry.Size >= 0)
}

// open reads a file's content.
func (a *absent) open(e *Entry) *io.SectionReader {
	if content := a.files[e.offset]; int64(len(content)) == e.Size {
		return io.NewSectionReader(bytes.NewReader(content), 0, e.Size)
	}
	return io.NewSectionReader(a, 0, e.Size)
}

// ReadAt fails.
func (a *absent) ReadAt([]byte, int64) (int, error) { return 0, a.failed(ErrAbsent) }
