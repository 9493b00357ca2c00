package inventory

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/s2"
	"github.com/pierrec/lz4/v4"

	"github.com/layergate/layergate/pkg/image"
)

// lz4Starts are how a frame of LZ4 begins, and one of the form that Linux packs itself with (LZ4 Frame Format Description, "Frame Format", "Legacy frame").
var lz4Starts = []string{"\x04\x22\x4d\x18", "\x02\x21\x4c\x18"}

// snappyStart is how a stream of Snappy begins, up to the name in it, which S2 has another of (Snappy framing format, 4.1).
const snappyStart = "\xff\x06\x00\x00"

// unpacked is what was compressed, as it is read.
type unpacked struct {
	*bufio.Reader
	close  func() error
	err    error // why it could not be read to its end
	byName bool  // its name alone says that it is compressed
}

// unpack reads what is compressed in any form that is known by how it begins, or by the name of a file where that is Brotli's, which has no such beginning. It is nil
// for what is not compressed.
func unpack(name string, packed *bufio.Reader) (*unpacked, error) {
	compression, err := image.SniffCompression(packed)
	if err != nil {
		return nil, err
	}
	out := &unpacked{close: func() error { return nil }}
	head, _ := packed.Peek(len(snappyStart))
	var r io.Reader
	switch {
	case compression != image.Uncompressed:
		of, err := image.Decompress(packed, compression)
		if err != nil {
			return nil, err
		}
		r, out.close = of, of.Close
	case isLZ4(head):
		r = lz4.NewReader(packed) // of all frames
	case string(head) == snappyStart:
		r = s2.NewReader(packed)
	case strings.EqualFold(path.Ext(name), ".br"):
		r, out.byName = brotli.NewReader(packed), true
	default:
		return nil, nil
	}
	out.Reader = bufio.NewReader(readFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if errors.Is(err, image.ErrZerosAfterGzip) {
			err = io.EOF
		}
		if err != nil && !errors.Is(err, io.EOF) {
			out.err = err
		}
		return n, err
	}))
	return out, nil
}

// readFunc is a reader that is a function.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func isLZ4(head []byte) bool {
	return bytes.HasPrefix(head, []byte(lz4Starts[0])) || bytes.HasPrefix(head, []byte(lz4Starts[1]))
}
