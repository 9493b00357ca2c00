package image

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// Compression is how a layer or archive is compressed.
type Compression string

// The compressions that docker load reads. A registry's images have the first three.
const (
	Uncompressed Compression = "none"
	Gzip         Compression = "gzip"
	Zstd         Compression = "zstd"
	Bzip2        Compression = "bzip2"
	XZ           Compression = "xz"
)

// SniffCompression tells the compression from the first bytes of what r reads, and leaves them to be read.
func SniffCompression(r *bufio.Reader) (Compression, error) {
	head, err := r.Peek(10)
	if errors.Is(err, io.EOF) {
		err = nil // it is shorter
	}
	return compressionOf(head), err
}

func compressionOf(head []byte) Compression {
	switch {
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return XZ
	case len(head) == 10 && bytes.HasPrefix(head, []byte("BZh")) && string(head[4:]) == "\x31\x41\x59\x26\x53\x59": // a tar may begin with BZh, too
		return Bzip2
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return Gzip
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return Zstd
	}
	// A zstd stream may begin with a skippable frame (RFC 8878, section 3.1.2).
	if len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}) {
		return Zstd
	}
	return Uncompressed
}

// Decompress reads r through the compression c.
func Decompress(r io.Reader, c Compression) (io.ReadCloser, error) {
	switch c {
	case Gzip:
		return newMembers(r)
	case Zstd:
		zr, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return zr.IOReadCloser(), nil
	case Bzip2:
		return io.NopCloser(bzip2.NewReader(r)), nil
	case XZ:
		xr, err := xz.NewReader(r, maxWindow)
		if err != nil {
			return nil, err
		}
		return io.NopCloser(xr), nil
	default:
		return io.NopCloser(r), nil
	}
}

// maxWindow is the largest window, in bytes, that a zstd frame or an xz stream may ask for; zstd --ultra and xz -9 need no more.
const maxWindow = 128 << 20
