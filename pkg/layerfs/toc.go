package layerfs

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/strictjson"
)

// Some runtimes start a container before its layers are there, and take a layer's files from a table of contents
// instead of its tar. Such a table is found by a footer of the layer's bytes, or by an annotation in the manifest.
const (
	annotationStargz = "containerd.io/snapshot/stargz/toc.digest"
	chunkedPosition  = "manifest-position" // behind one of image.ChunkedPrefixes
	chunkedDigest    = "manifest-checksum"

	stargzName   = "stargz.index.json" // of the table in an eStargz layer's tar
	chunkedMagic = "GNUlInUx"
	maxTOC       = 256 << 20 // bytes of a table; it has some 300 for each file
)

// table is a layer's table of contents.
type table struct {
	raw  []byte // JSON
	form string // such as "eStargz"
}

// tables reads all tables of contents that a runtime could find in a layer's stored bytes, and compares them with the
// digests that the manifest has for them.
func tables(stored *content, l *image.Layer) ([]table, error) {
	var found []table
	ways := []func() (*table, error){
		func() (*table, error) { return stargzTable(stored) },
		func() (*table, error) { return chunkedFooterTable(stored) },
	}
	for _, prefix := range image.ChunkedPrefixes() {
		ways = append(ways, func() (*table, error) { return chunkedTable(stored, l.Annotations, prefix) })
	}
	for _, find := range ways {
		t, err := find()
		if err != nil {
			return nil, err
		}
		if t != nil {
			found = append(found, *t)
		}
	}
	if err := stored.failure(); err != nil {
		return nil, err
	}
	want := l.Annotations[annotationStargz]
	if want == "" {
		return found, nil
	}
	for _, t := range found {
		if got := digestOf(t.raw); got == want {
			return found, nil
		}
	}
	return nil, fmt.Errorf("the manifest names the table of contents %s, which is not the layer's", want)
}

// stargzTable reads the table of an eStargz layer (containerd's stargz-snapshotter, docs/estargz.md): a gzip stream of
// its own, whose place an empty one at the end of the layer names.
func stargzTable(stored *content) (*table, error) {
	for _, size := range []int64{51, 47} { // the older footer lacks the extra field's subfield
		if stored.size < size {
			continue
		}
		footer, err := gzip.NewReader(io.NewSectionReader(stored, stored.size-size, size))
		if err != nil {
			continue
		}
		extra := bytes.TrimPrefix(footer.Extra, []byte("SG\x16\x00"))
		if len(extra) != 22 || !bytes.HasSuffix(extra, []byte("STARGZ")) {
			continue
		}
		at, err := strconv.ParseInt(string(extra[:16]), 16, 64)
		if err != nil || at > stored.size-size {
			return nil, errors.New("the footer of its eStargz table of contents is damaged")
		}
		raw, err := readStargz(io.NewSectionReader(stored, at, stored.size-size-at))
		if err != nil {
			return nil, fmt.Errorf("reading its eStargz table of contents: %w", readError(err))
		}
		return &table{raw, "eStargz"}, nil
	}
	return nil, nil
}

func readStargz(r io.Reader) ([]byte, error) {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	tr := tar.NewReader(zr)
	h, err := tr.Next()
	if err != nil {
		return nil, err
	}
	if h.Name != stargzName {
		return nil, fmt.Errorf("found %q instead", h.Name)
	}
	return readTOC(tr)
}

// readTOC reads a table to its end.
func readTOC(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTOC+1))
	if len(raw) > maxTOC {
		return nil, fmt.Errorf("it has more than the %d bytes that are allowed", maxTOC)
	}
	return raw, err
}

// chunkedFooterTable reads the table that the footer of a zstd:chunked layer names.
func chunkedFooterTable(stored *content) (*table, error) {
	var magic [len(chunkedMagic)]byte
	if _, err := stored.ReadAt(magic[:], stored.size-int64(len(magic))); err != nil || string(magic[:]) != chunkedMagic {
		return nil, stored.failure()
	}
	for _, size := range []int64{64, 40} { // the older footer does not name a tar-split
		footer := make([]byte, 8+size) // a skippable frame (RFC 8878, section 3.1.2)
		if stored.size < 8+size {
			continue
		}
		if _, err := stored.ReadAt(footer, stored.size-8-size); err != nil {
			return nil, err
		}
		if !bytes.Equal(footer[:4], []byte{0x50, 0x2a, 0x4d, 0x18}) || int64(binary.LittleEndian.Uint32(footer[4:])) != size {
			continue
		}
		var words [4]int64
		for i := range words {
			words[i] = int64(binary.LittleEndian.Uint64(footer[8+8*i:]))
		}
		return readChunked(stored, words, "")
	}
	return nil, errors.New("the footer of its zstd:chunked table of contents is damaged")
}

// chunkedTable reads the table that the annotations of a zstd:chunked layer with a prefix name (containers/storage, pkg/chunked).
func chunkedTable(stored *content, annotations map[string]string, prefix string) (*table, error) {
	name := prefix + chunkedPosition
	position, digest := annotations[name], annotations[prefix+chunkedDigest]
	if position == "" && digest == "" {
		return nil, nil
	}
	var words [4]int64
	parts := strings.Split(position, ":")
	if len(parts) != len(words) {
		return nil, fmt.Errorf("the annotation %s is damaged: %q", name, position)
	}
	for i, p := range parts {
		var err error
		if words[i], err = strconv.ParseInt(p, 10, 64); err != nil {
			return nil, fmt.Errorf("the annotation %s is damaged: %q", name, position)
		}
	}
	return readChunked(stored, words, digest)
}

// readChunked reads a table by its position: offset, bytes as stored, bytes unpacked, and the type, which is always 1.
// The digest is that of the stored bytes; it may be empty.
func readChunked(stored *content, position [4]int64, digest string) (*table, error) {
	at, length, unpacked, kind := position[0], position[1], position[2], position[3]
	if at < 0 || length < 0 || unpacked < 0 || at > stored.size || length > min(stored.size-at, maxTOC) || unpacked > maxTOC || kind != 1 {
		return nil, fmt.Errorf("its zstd:chunked table of contents has an impossible position: %d", position)
	}
	packed := make([]byte, length)
	if _, err := stored.ReadAt(packed, at); err != nil {
		return nil, err
	}
	if got := digestOf(packed); digest != "" && got != digest {
		return nil, fmt.Errorf("the manifest names the zstd:chunked table of contents %s, but the layer's is %s", digest, got)
	}
	zr, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxTOC))
	if err != nil {
		return nil, err
	}
	defer zr.Close()
	raw, err := readTOC(zr)
	if err != nil {
		return nil, fmt.Errorf("reading its zstd:chunked table of contents: %w", readError(err))
	}
	if int64(len(raw)) != unpacked {
		return nil, fmt.Errorf("its zstd:chunked table of contents has %d bytes, but its footer says %d", len(raw), unpacked)
	}
	return &table{raw, "zstd:chunked"}, nil
}

// entries reads the table's JSON.
func (t table) entries() ([]tocEntry, error) {
	var toc struct {
		Version int
		Entries []tocEntry
	}
	strict := strictjson.Config{Values: maxTOC, Free: []string{"xattrs"}}
	if err := strict.Unmarshal(t.raw, &toc); err != nil {
		return nil, fmt.Errorf("its %s table of contents is not valid: %w", t.form, err)
	}
	if toc.Version != 1 {
		return nil, fmt.Errorf("its %s table of contents has the unknown version %d", t.form, toc.Version)
	}
	return toc.Entries, nil
}

// explain adds the remedy to an error about a table that differs from its tar.
func (t table) explain(err error) error {
	return fault.WithHint(fmt.Errorf("a runtime that pulls it lazily would see other files: in its %s table of contents, %w", t.form, err),
		"build the image again, with plain gzip or zstd layers or with a tool that writes both from the same files")
}
