package layerfs

import "io"

// Ahead opens files in the order in which a layer has their content: along with a file it reads what stands behind it, since most files are
// smaller than what is worth to be read by itself. It is not safe for concurrent use.
type Ahead struct{ window *Window } // on a layer

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
	if layer := io.ReaderAt(f.data.content); a.window == nil || a.window.of != layer {
		a.window = NewWindow(layer, AheadSize)
	}
	return io.NewSectionReader(a.window, f.offset, f.Size), nil
}
