package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"github.com/layergate/layergate/pkg/fault"
)

// readForms are the forms that a layer and an archive may have.
const readForms = "a tar, plain or compressed by gzip, zstd, xz or bzip2"

// ExplainForm says of bytes that could not be read as a tar what they are instead, or what is wrong with the tar, and what can be
// done about it. It returns other errors as they are.
func ExplainForm(err error, stored *io.SectionReader) error {
	truncated, broken := errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, tar.ErrHeader)
	if isDamage(err) {
		return fault.WithHint(err, hintChanged)
	}
	if !truncated && !broken || len(fault.Hints(err)) > 0 {
		return err
	}
	if form := otherForm(stored); form != "" {
		return fault.WithHint(fmt.Errorf("it is %s, and what is read is %s", form, readForms),
			"have the builder write layers as docker buildx build --output type=oci does")
	}
	if truncated {
		return errTruncated
	}
	return fault.WithHint(fmt.Errorf("its tar is damaged, or is none: %w", err), "build or save the image again; what is read is "+readForms)
}

// isDamage tells whether a decoder has found bytes that are others than were compressed.
func isDamage(err error) bool {
	return errors.Is(err, gzip.ErrChecksum) || errors.As(err, new(flate.CorruptInputError)) || errors.As(err, new(bzip2.StructuralError)) ||
		errors.Is(err, zstd.ErrCRCMismatch) || errors.Is(err, xz.ErrData)
}

// hintIncomplete is what to do about a file that lacks its end.
const hintIncomplete = "the file is not complete: build, save or copy the image again"

// hintChanged is what to do about content that has another digest than the image says.
const hintChanged = "the image was damaged or changed after it was built: save it again (docker save, skopeo copy) or build it again; if that does not help, the tool that wrote it is at fault"

// errTruncated says that a file ends before its content does.
var errTruncated = fault.WithHint(errors.New("the data is truncated"), hintIncomplete)

// otherForm names what bytes are that are no tar; empty where they are nothing that is known here.
func otherForm(stored *io.SectionReader) string {
	r := bufio.NewReader(io.NewSectionReader(stored, 0, stored.Size()))
	compression, err := SniffCompression(r)
	if err != nil {
		return ""
	}
	if compression == Uncompressed {
		head, _ := r.Peek(formSize)
		return formOf(head)
	}
	plain, err := Decompress(r, compression)
	if err != nil {
		return ""
	}
	defer plain.Close()
	head := make([]byte, formSize)
	n, _ := io.ReadFull(plain, head)
	head = head[:n]
	inner := formOf(head)
	if again := compressionOf(head); again != Uncompressed {
		inner = fmt.Sprintf("a %s stream", again)
	}
	if inner == "" {
		return ""
	}
	return fmt.Sprintf("a %s stream with %s in it", compression, inner)
}

// formSize is how many bytes formOf and compressionOf look at.
const formSize = 10

func formOf(head []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x5d\x00\x00", "an LZMA stream of the old form (.lzma)"},
		{"LZIP", "an lzip stream"},
		{"\x04\x22\x4d\x18", "an LZ4 stream"},
		{"PK\x03\x04", "a ZIP archive"},
		{"hsqs", "a SquashFS image"},
		{"\x7fELF", "an executable"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	// RFC 1950, section 2.2: the method is deflate, the window has at most 32 KiB, and both bytes are a multiple of 31.
	if len(head) > 1 && head[0]&0x0f == 8 && head[0]>>4 <= 7 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return "a zlib stream"
	}
	return ""
}
