package layerfs

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/gabriel-vasile/mimetype"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/spool"
)

// The names by which a layer removes what lower layers hold (OCI image specification, "Layer", Whiteouts).
const (
	whiteoutPrefix = ".wh."
	whiteoutMeta   = ".wh..wh." // names of the storage driver's own, but for the opaque marker
	whiteoutOpaque = ".wh..wh..opq"
)

// maxName is the longest name of an entry in bytes: Linux can make no longer path (PATH_MAX).
const maxName = 4096

// headSize is how much of a file is looked at to tell its media type.
const headSize = 3072

// layer is one layer's uncompressed bytes and what they hold.
type layer struct {
	content *content
	size    int64 // in bytes
	records []record

	written []*node // the paths that the layer has an entry for
	once    sync.Once
	added   *nameIndex
}

// readLayer goes through a layer once: it checks the digest of the stored bytes and the diff ID of the uncompressed
// ones, notes every entry, and keeps the uncompressed bytes where they are not in the archive already.
func readLayer(ctx context.Context, l *image.Layer, sp *spool.Spool) (*layer, error) {
	stored := l.Stored()
	out := &layer{content: &content{ReaderAt: stored, size: stored.Size()}, size: stored.Size()}
	storedHash, plainHash := sha256.New(), sha256.New()
	raw := bufio.NewReaderSize(spool.WithContext(ctx, stored), chunkSize)
	head, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var plain io.Reader = raw
	var buffer *spool.Buffer
	compression := image.SniffCompression(head)
	if compression == image.Uncompressed {
		plainHash = storedHash
	} else {
		raw = bufio.NewReaderSize(io.TeeReader(raw, storedHash), chunkSize)
		unpacked, err := image.Decompress(raw, compression)
		if err != nil {
			return nil, readError(err)
		}
		defer unpacked.Close()
		buffer = sp.Buffer()
		plain = io.TeeReader(unpacked, buffer)
	}
	if err := out.read(plain, plainHash, l.Index, sp); err != nil {
		return nil, readError(err)
	}
	if buffer != nil {
		out.content, out.size = &content{ReaderAt: buffer.ReaderAt(), size: buffer.Size()}, buffer.Size()
	}
	if got := digest(plainHash); got.String() != l.DiffID {
		return nil, fmt.Errorf("its content does not give its diff ID: the configuration says %s, the bytes give %s", l.DiffID, got)
	}
	return out, l.Verified(digest(storedHash))
}

// read lists the entries of an uncompressed layer and hashes all of its bytes, whatever follows the end of the tar
// included. A compressed layer is then read to its end as well: its decoder refuses what is no more of its own.
func (l *layer) read(plain io.Reader, h hash.Hash, index int, sp *spool.Spool) error {
	t := newTap(plain, h)
	defer t.finish()
	var err error
	if l.records, err = readRecords(t, index, l, sp); err != nil {
		return err
	}
	return t.drain()
}

func digest(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

// readError says in plain words what the decoders call an unexpected EOF.
func readError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the data is truncated")
	}
	return err
}

// readRecords lists the entries of a layer's tar.
func readRecords(in *tap, index int, data *layer, sp *spool.Spool) ([]record, error) {
	var records []record
	tr := tar.NewReader(in)
	head := make([]byte, headSize)
	for {
		header := align(in.pos) // where the header begins, with all its extensions
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, err
		}
		r, keep, err := newRecord(h, index)
		if err != nil {
			return nil, err
		}
		if keep && r.kind == recordEntry && r.entry.Type == Regular {
			r.entry.data, r.entry.offset = data, in.pos
			if isSparse(h) {
				// Holes cost nothing to store and much to read: they count as unpacked data.
				if err := sp.Reserve(h.Size); err != nil {
					return nil, fmt.Errorf("sparse file %q: %w", h.Name, err)
				}
				r.entry.sparse, r.entry.offset = true, header
			}
			if r.entry.MIME, err = sniff(tr, head[:min(headSize, h.Size)]); err != nil {
				return nil, err
			}
		}
		if keep {
			records = append(records, r)
		}
	}
}

// align rounds up to the size of a tar block.
func align(n int64) int64 { return (n + 511) &^ 511 }

func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// newRecord reads one header. keep is false for what says nothing about the file system.
func newRecord(h *tar.Header, index int) (r record, keep bool, err error) {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return record{}, false, nil
	}
	name, err := entryName(h.Name)
	if err != nil {
		return record{}, false, err
	}
	dir, base := path.Split(name)
	if strings.HasPrefix(base, whiteoutPrefix) {
		switch {
		case base == whiteoutOpaque:
			return record{name: path.Clean(dir), kind: recordOpaque}, true, nil
		case strings.HasPrefix(base, whiteoutMeta), base == whiteoutPrefix:
			return record{}, false, nil
		}
		removed := strings.TrimPrefix(base, whiteoutPrefix)
		if removed == "." || removed == ".." {
			return record{}, false, fmt.Errorf("the whiteout %q removes no file", h.Name)
		}
		return record{name: path.Join(dir, removed), kind: recordWhiteout}, true, nil
	}
	r = record{name: name, entry: &Entry{
		Layer: index, Mode: mode(h), UID: h.Uid, GID: h.Gid, ModTime: h.ModTime,
	}}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		r.entry.Size = h.Size
	case tar.TypeDir:
		r.entry.Type = Directory
	case tar.TypeSymlink:
		if len(h.Linkname) >= maxName {
			return record{}, false, fmt.Errorf("the link %q leads to a path that is longer than Linux allows", h.Name)
		}
		r.entry.Type, r.entry.Link = Symlink, strings.Clone(h.Linkname)
	case tar.TypeLink:
		r.kind = recordHardLink
		if r.link, err = entryName(h.Linkname); err != nil {
			return record{}, false, fmt.Errorf("hard link %q: %w", h.Name, err)
		}
	default:
		r.entry.Type = Other
	}
	if name == "/" && r.entry.Type != Directory {
		return record{}, false, errors.New("an entry replaces the root folder by something else")
	}
	return r, true, nil
}

// entryName makes the name of an entry absolute. Runtimes take a leading slash as the image's root, and so does this;
// a name that climbs out of the root is refused, as Docker refuses it.
func entryName(name string) (string, error) {
	if len(name) > maxName {
		return "", fmt.Errorf("the name %q… has %d bytes, more than the %d that Linux allows", name[:64], len(name), maxName)
	}
	if strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("the name %q holds a null byte", name)
	}
	clean := path.Clean(strings.TrimPrefix(strings.TrimLeft(name, "/"), "./"))
	switch {
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "", fmt.Errorf("the name %q points outside the image", name)
	case clean == ".":
		return "/", nil
	case clean[0] == '/': // "./" and more slashes
		return path.Clean(clean), nil
	}
	return "/" + clean, nil
}

// mode keeps the bits that matter for how a file runs.
func mode(h *tar.Header) fs.FileMode {
	return h.FileInfo().Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
}

// magicSize is how much of a file tells whether it is worth a closer look.
const magicSize = 4

// sniff is the media type of an executable file, or the empty string. It answers as the mimetype library does, which is
// what syft's catalogers expect, but asks it only about files that begin like an executable. head is where the file's
// beginning is read to.
func sniff(r io.Reader, head []byte) (string, error) {
	if len(head) < magicSize {
		return "", nil
	}
	if _, err := io.ReadFull(r, head[:magicSize]); err != nil || !isExecutable(head) {
		return "", err
	}
	if _, err := io.ReadFull(r, head[magicSize:]); err != nil {
		return "", err
	}
	mt, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return mt, nil
}

func isExecutable(head []byte) bool {
	switch string(head[:magicSize]) {
	case "\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe":
		return true
	}
	return head[0] == 'M' && head[1] == 'Z'
}
