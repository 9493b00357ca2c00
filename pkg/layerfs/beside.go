package layerfs

import (
	"archive/tar"
	"errors"
	"io"
)

// Beside lists the parts of a layer's uncompressed tar that are no content of a regular file: the headers, with the names of entries, the targets
// of links and the attributes, what fills up blocks, and all that follows the end of the archive. They are sections of the tar, in its order.
func (t *FS) Beside(layer int) []*io.SectionReader {
	l := t.layers[layer]
	var out []*io.SectionReader
	at := int64(0)
	part := func(until int64) {
		if until > at {
			out = append(out, io.NewSectionReader(l.content, at, until-at))
		}
	}
	for _, f := range t.Contents(layer) {
		part(f.offset)
		at = max(at, f.offset+f.stored())
	}
	part(l.size)
	return out
}

// stored is how many bytes of a layer's tar a regular file has.
func (e *Entry) stored() int64 {
	if e.sparse != nil {
		return e.sparse.stored
	}
	return e.Size
}

// Headers names the entries in whose headers bytes of a layer's uncompressed tar are, by their offsets, which rise. A name is an absolute path, or
// empty where it cannot be one, and for what is behind the last entry.
func (t *FS) Headers(layer int, offsets []int64) ([]string, error) {
	l := t.layers[layer]
	in := io.NewSectionReader(l.content, 0, l.size)
	tr := tar.NewReader(in)
	names := make([]string, len(offsets))
	for i := 0; i < len(offsets); {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		begun, err := in.Seek(0, io.SeekCurrent) // its content
		if err != nil {
			return nil, err
		}
		for ; i < len(offsets) && offsets[i] < begun; i++ {
			if name, err := entryName(h.Name); err == nil {
				names[i] = name
			}
		}
	}
	return names, nil
}
