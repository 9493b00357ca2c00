package layerfs

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

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

// Limits of what the layers of an image may hold. Real images have up to some millions of entries in some ten levels of
// directories, and most builders write an entry for each directory.
const (
	maxName    = 4096       // bytes of a path: Linux can make no longer one (PATH_MAX)
	maxDepth   = 256        // directories on the way to an entry
	maxEntries = 10_000_000 // in all layers
	maxImplied = 250_000    // directories without an entry of their own, in all layers
)

// headSize is how much of a file is looked at to tell its media type.
const headSize = 3072

// layer is one layer's uncompressed bytes and what they hold.
type layer struct {
	content reader
	sparse  sparseStore
	known   func() keptContent // of a layer that was recalled; else nil
	noted   noted
	size    int64 // in bytes
	records []record
}

// reader reads a layer's uncompressed bytes, once they are known to be the layer's, and remembers the first failure to do so.
type reader interface {
	io.ReaderAt
	failure() error
}

// failure is the first failure to read the layer's content after it was indexed, or nil.
func (l *layer) failure() error {
	if l.sparse.data != nil && l.sparse.data.failure() != nil {
		return l.sparse.data.failure()
	}
	return l.content.failure()
}

// readLayer goes through a layer once: it checks the digest of the stored bytes and the diff ID of the uncompressed
// ones, notes every entry, and keeps the uncompressed bytes where they are not in the archive already. It counts the
// entries of all layers.
func readLayer(ctx context.Context, l *image.Layer, sp *spool.Spool, entries *atomic.Int64) (*layer, error) {
	stored := l.Stored()
	out := &layer{sparse: sparseStore{spool: sp}, size: stored.Size()}
	storedHash, plainHash := sha256.New(), sha256.New()
	storedSums, plainSums := newSums(), newSums()
	raw := bufio.NewReaderSize(spool.WithContext(ctx, stored), chunkSize)
	compression, err := image.SniffCompression(raw)
	if err != nil {
		return nil, err
	}
	var plain io.Reader = raw
	var buffer *spool.Buffer
	if compression == image.Uncompressed {
		storedHash, storedSums = plainHash, plainSums
	} else {
		raw = bufio.NewReaderSize(io.TeeReader(raw, io.MultiWriter(storedHash, storedSums)), chunkSize)
		unpacked, err := image.Decompress(raw, compression)
		if err != nil {
			return nil, image.ExplainForm(err, stored)
		}
		defer unpacked.Close()
		buffer = sp.Buffer()
		plain = io.TeeReader(unpacked, buffer)
	}
	if err := out.read(ctx, plain, io.MultiWriter(plainHash, plainSums), l.Index, entries); err != nil {
		return nil, image.ExplainForm(err, stored)
	}
	data := io.ReaderAt(stored)
	if buffer != nil {
		data, out.size = buffer.ReaderAt(), buffer.Size()
	}
	out.content = newContent(data, out.size, plainSums)
	if got := digest(plainHash); got.String() != l.DiffID {
		return nil, image.NotDiffID(got)
	}
	if err := l.Verified(digest(storedHash)); err != nil {
		return nil, err
	}
	found, err := tables(newContent(stored, stored.Size(), storedSums), l)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		if err := out.checkTOC(ctx, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read lists the entries of an uncompressed layer and hashes all of its bytes, whatever follows the end of the tar
// included: the table of contents of eStargz does. A compressed layer is then read to its end as well: its decoder refuses what is no more of its own.
func (l *layer) read(ctx context.Context, plain io.Reader, h io.Writer, index int, entries *atomic.Int64) error {
	t := newTap(plain, h)
	defer t.finish()
	if err := l.readRecords(ctx, t, index, entries); err != nil {
		return err
	}
	l.sparse.finish()
	if err := l.lookIntoSparse(); err != nil {
		return err
	}
	return t.drain()
}

func digest(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

func digestOf(data []byte) string {
	h := sha256.New()
	h.Write(data)
	return digest(h).String()
}

// readError says in plain words what the decoders call an unexpected EOF.
func readError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the data is truncated")
	}
	return err
}

// readRecords lists the entries of the layer's tar.
func (l *layer) readRecords(ctx context.Context, in *tap, index int, entries *atomic.Int64) error {
	tr := tar.NewReader(in)
	head, buf := make([]byte, headSize), make([]byte, chunkSize)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := countEntries(entries, 1); err != nil {
			return err
		}
		r, keep, err := newRecord(h, index)
		if err != nil {
			return err
		}
		if keep && r.kind == recordEntry && r.entry.Type == Regular {
			r.entry.data, r.entry.offset = l, in.pos
			if err := l.look(ctx, h, tr, r.entry, head[:min(headSize, h.Size)], buf); err != nil {
				return err
			}
			if s := r.entry.sparse; s != nil {
				s.stored = in.pos - r.entry.offset
			}
		}
		if keep {
			l.records = append(l.records, r)
		}
	}
}

// countEntries adds n to the number of the image's entries.
func countEntries(entries *atomic.Int64, n int) error {
	if entries.Add(int64(n)) > maxEntries {
		return fmt.Errorf("the image has more than the %d entries that are allowed", maxEntries)
	}
	return nil
}

// look reads as much of a regular file as has to be known of it now: its beginning, or all of a program and of a sparse file. head is
// where the beginning is read to, and buf where the rest is.
func (l *layer) look(ctx context.Context, h *tar.Header, r io.Reader, e *Entry, head, buf []byte) (err error) {
	if isSparse(h) {
		if e.sparse, err = l.sparse.add(ctx, h, r, head); err != nil {
			return err
		}
		r = bytes.NewReader(bytes.Clone(head))
	}
	e.MIME, err = sniff(r, head)
	if e.MIME == "" && e.Mode&0o111 != 0 && len(head) >= magicSize && isText(head[:magicSize]) {
		e.MIME = Script // for a shell, which runs what the kernel does not
	}
	if e.MIME == "" && (e.Size >= minSectors && e.Size%sectorSize == 0 || beginsPacked(head[:min(magicSize, len(head))])) {
		e.MIME = Packed
	}
	if err == nil && e.Program() && e.sparse == nil {
		e.SSHDaemon, err = isSSHDaemon(io.MultiReader(bytes.NewReader(head), r), buf)
	}
	return err
}

// lookIntoSparse looks at the programs among the sparse files, which can be read now.
func (l *layer) lookIntoSparse() (err error) {
	for _, r := range l.records {
		if e := r.entry; e != nil && e.sparse != nil && e.Program() && err == nil {
			e.SSHDaemon, err = isSSHDaemon(e.content(), make([]byte, chunkSize))
		}
	}
	return err
}

// packedStarts are how packages, disks and archives begin that are not of ZIP: of dpkg, RPM, apk and Flatpak; SquashFS, cramfs, XFS, and the
// disks of QEMU, VMware, Hyper-V and VirtualBox; gzip, bzip2, xz, zstd and what pzstd writes, LZ4 in two forms and Snappy; the forms of cpio, 7-Zip, RAR, pack200 and
// programs of Android.
var packedStarts = []string{
	"!<ar", "\xed\xab\xee\xdb", "ADB", "flat", "hsqs", "sqsh", "\x45\x3d\xcd\x28", "XFSB", "QFI\xfb", "KDMV", "vhdx", "cone", "<<< ",
	"\x1f\x8b", "BZh", "\xfd7zX", "\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18", "\x04\x22\x4d\x18", "\x02\x21\x4c\x18", "\xff\x06\x00\x00",
	"0707", "\xc7\x71", "\x71\xc7", "Rar!", "7z\xbc\xaf", "\xca\xfe\xd0\x0d", "dex\n",
}

func beginsPacked(head []byte) bool {
	return slices.ContainsFunc(packedStarts, func(start string) bool { return bytes.HasPrefix(head, []byte(start)) })
}

// Disks and tar archives consist of sectors, a tar archive with a file in it of four.
const (
	sectorSize = 512
	minSectors = 4 * sectorSize
)

// isText tells whether bytes are printable characters of ASCII, or white space.
func isText(head []byte) bool {
	return bytes.IndexFunc(head, func(r rune) bool { return (r < ' ' || r > '~') && !strings.ContainsRune("\t\n\r", r) }) < 0
}

// newRecord reads one header. keep is false for what says nothing about the file system.
func newRecord(h *tar.Header, index int) (r record, keep bool, err error) {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return record{}, false, checkGlobal(h)
	}
	if err := errors.Join(checkAttributes(h), checkSparse(h)); err != nil {
		return record{}, false, err
	}
	name, err := entryName(h.Name)
	if err != nil {
		return record{}, false, err
	}
	dir, base := path.Split(name)
	if strings.HasPrefix(base, whiteoutPrefix) {
		switch {
		case h.Size > 0:
			return record{}, false, fmt.Errorf("the entry %q has a name by which layers remove files, and %d bytes that no runtime unpacks: build the layer again without it", h.Name, h.Size)
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
		Layer: index, Mode: mode(h), UID: h.Uid, GID: h.Gid, ModTime: h.ModTime, Capability: capability(h),
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
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		r.entry.Type = Other
	default:
		return record{}, false, fmt.Errorf("the entry %q has the type %q, which runtimes do not unpack", h.Name, h.Typeflag)
	}
	if name == "/" && r.entry.Type != Directory {
		return record{}, false, errors.New("an entry replaces the root directory by something else")
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
	if depth := strings.Count(clean, "/"); depth > maxDepth {
		return "", fmt.Errorf("the name %.64q… leads through %d directories, more than the %d that are allowed", name, depth, maxDepth)
	}
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

// mode keeps the bits that matter for what a file may do.
func mode(h *tar.Header) fs.FileMode {
	return h.FileInfo().Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky | fs.ModeDevice | fs.ModeCharDevice)
}

// magicSize is how much of a file tells whether it is worth a closer look.
const magicSize = 4

// sniff is the media type of what may run, or the empty string. Of executables it answers as the mimetype library does, which is
// what syft's catalogers expect, but asks it only about files that begin like one. head is where the file's beginning is read to.
func sniff(r io.Reader, head []byte) (string, error) {
	if len(head) < magicSize {
		return "", nil
	}
	if _, err := io.ReadFull(r, head[:magicSize]); err != nil {
		return "", err
	}
	switch {
	case string(head[:magicSize]) == "PK\x03\x04":
		return ZIP, nil
	case string(head[:magicSize]) == "\x04\x00\x00\x00": // the size of the number that follows
		return ASAR, nil
	case string(head[:2]) == "#!", strings.EqualFold(string(head[:magicSize]), "<?ph"):
		return Script, nil
	case !isExecutable(head):
		return "", nil
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
