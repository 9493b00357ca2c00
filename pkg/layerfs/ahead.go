package layerfs

import "io"

// Ahead opens files in the order in which a layer has their content: along with a file it reads what stands behind it, since most files are
// smaller than what is worth to be read by itself. It is not safe for concurrent use.
type Ahead struct {
	of   reader // whose part is kept
	part []byte
	from int64
	n    int
}

// AheadSize is how many bytes are read at once.
const AheadSize = 256 << 10

// Open is View.Open.
func (a *Ahead) Open(v View, f File) (io.ReaderAt, error) {
	content, err := v.Open(f)
	if err != nil {
		return nil, err
	}
	if _, ok := f.kept(); ok || f.sparse != nil {
		return content.(section), nil
	}
	if a.of != f.data.content {
		a.of, a.n = f.data.content, 0
	}
	return io.NewSectionReader(partly{a}, f.offset, f.Size), nil
}

// partly reads from the part that is kept, or a new one of it.
type partly struct{ *Ahead }

// ReadAt reads what fills much of a part by itself.
func (a partly) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > AheadSize/2 {
		return a.of.ReadAt(p, off)
	}
	if off < a.from || off+int64(len(p)) > a.from+int64(a.n) {
		if a.part == nil {
			a.part = make([]byte, AheadSize)
		}
		a.from = off - off%blockSize
		a.n, _ = a.of.ReadAt(a.part, a.from)
	}
	if n := copy(p, a.part[min(off-a.from, int64(a.n)):a.n]); n < len(p) {
		return a.of.ReadAt(p, off) // which says why
	}
	return len(p), nil
}
