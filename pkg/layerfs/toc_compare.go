package layerfs

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"

	"github.com/layergate/layergate/pkg/spool"
)

// tocEntry is an entry of a table of contents: a file, or a part of one.
type tocEntry struct {
	Type, Name, LinkName string
	Size, Mode           int64
	UID, GID             int
	Xattrs               map[string][]byte
	Digest               string // of the whole content

	ChunkOffset, ChunkSize int64 // in the content; a size of 0 means up to its end
	ChunkDigest, ChunkType string
}

// header is the entry as a tar has it.
func (e tocEntry) header() (*tar.Header, error) {
	types := map[string]byte{
		"reg": tar.TypeReg, "dir": tar.TypeDir, "symlink": tar.TypeSymlink, "hardlink": tar.TypeLink,
		"char": tar.TypeChar, "block": tar.TypeBlock, "fifo": tar.TypeFifo,
	}
	typ, ok := types[e.Type]
	if !ok {
		return nil, fmt.Errorf("%q has the unknown type %q", e.Name, e.Type)
	}
	h := &tar.Header{
		Name: e.Name, Linkname: e.LinkName, Typeflag: typ, Size: e.Size, Mode: e.Mode, Uid: e.UID, Gid: e.GID,
		PAXRecords: map[string]string{},
	}
	for name, value := range e.Xattrs {
		h.PAXRecords["SCHILY.xattr."+name] = string(value)
	}
	return h, nil
}

// listed is a record of a table of contents, with the parts of the content that it lists, the first of which is the
// file's own entry.
type listed struct {
	record
	chunks []tocEntry
}

// placed identifies a record within its layer. The name alone does not, since a layer may hold both a whiteout and a
// file of the same name.
type placed struct {
	name string
	kind recordKind
}

func (r record) place() placed {
	if r.kind == recordHardLink {
		return placed{r.name, recordEntry}
	}
	return placed{r.name, r.kind}
}

// checkTOC compares a table of contents with the layer's tar: both must name the same files with the same content. It
// is called before the records are merged.
func (l *layer) checkTOC(ctx context.Context, t table) error {
	entries, err := t.entries()
	if err != nil {
		return err
	}
	there, err := listRecords(entries)
	if err != nil {
		return t.explain(err)
	}
	here, err := placeRecords(l.records)
	if err != nil {
		return t.explain(err)
	}
	delete(here, placed{"/" + stargzName, recordEntry}) // the table does not list itself
	for _, p := range slices.SortedFunc(maps.Keys(there), comparePlaces) {
		r, ok := here[p]
		if !ok {
			return t.explain(fmt.Errorf("%s is listed, but is not in its tar", p.name))
		}
		if err := there[p].sameAs(ctx, r); err != nil {
			return t.explain(fmt.Errorf("%s %w", p.name, err))
		}
		delete(here, p)
	}
	for _, p := range slices.SortedFunc(maps.Keys(here), comparePlaces) {
		return t.explain(fmt.Errorf("%s is missing", p.name))
	}
	return nil
}

func comparePlaces(a, b placed) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
}

// placeRecords lists all records but those of directories. A name that comes twice, or lies below what is no
// directory, is refused: which of them counts depends on the reader.
func placeRecords(records []record) (map[placed]record, error) {
	out := map[placed]record{}
	directories := map[string]bool{}
	for _, r := range records {
		if r.kind == recordEntry && r.entry.Type == Directory {
			directories[r.name] = true
			continue
		}
		if _, twice := out[r.place()]; twice {
			return nil, fmt.Errorf("%s is listed twice", r.name)
		}
		out[r.place()] = r
		for dir := path.Dir(r.name); !directories[dir]; dir = path.Dir(dir) {
			directories[dir] = true
		}
	}
	for dir := range directories {
		if _, ok := out[placed{dir, recordEntry}]; ok {
			return nil, fmt.Errorf("%s is listed both as a directory and as something else", dir)
		}
	}
	return out, nil
}

// listRecords makes records of a table's entries.
func listRecords(entries []tocEntry) (map[placed]listed, error) {
	var records []record
	chunks := map[string][]tocEntry{} // of regular files, in the table's order
	last := tocEntry{}                // that is no chunk
	for _, e := range entries {
		if e.Type == "chunk" {
			if last.Type != "reg" || e.Name != "" && e.Name != last.Name {
				return nil, fmt.Errorf("a chunk of %q does not follow its file", e.Name)
			}
			e.Name = last.Name
		} else {
			h, err := e.header()
			if err != nil {
				return nil, err
			}
			r, keep, err := newRecord(h, 0)
			if err != nil {
				return nil, err
			}
			if keep {
				records = append(records, r)
			}
			last = e
		}
		name, err := entryName(e.Name)
		if err != nil {
			return nil, err
		}
		chunks[name] = append(chunks[name], e)
	}
	places, err := placeRecords(records)
	if err != nil {
		return nil, err
	}
	out := map[placed]listed{}
	for p, r := range places {
		out[p] = listed{r, chunks[r.name]}
	}
	return out, nil
}

// sameAs compares what the table says of a file with the file in the tar. The error continues a sentence that begins
// with the file's name.
func (t listed) sameAs(ctx context.Context, r record) error {
	if t.kind != r.kind || t.link != r.link {
		return errors.New("links to another file than in its tar")
	}
	if r.kind != recordEntry {
		return nil
	}
	a, b := t.entry, r.entry
	if a.Type != b.Type || a.Link != b.Link || a.Mode != b.Mode || a.UID != b.UID || a.GID != b.GID || a.Capability != b.Capability {
		return errors.New("has another type, target, mode, owner or capability than in its tar")
	}
	if b.Type != Regular {
		return nil
	}
	if a.Size != b.Size {
		return fmt.Errorf("has %d bytes, but %d in its tar", a.Size, b.Size)
	}
	return t.sameContent(spool.WithContext(ctx, b.content()))
}

// sameContent compares the digests of a file and of its parts with what they are.
func (t listed) sameContent(content io.Reader) error {
	differs := errors.New("has other content than in its tar")
	whole := sha256.New()
	wholeDigest := t.chunks[0].Digest
	content = io.TeeReader(content, whole)
	var at int64
	for _, c := range t.chunks {
		size := c.ChunkSize
		if size == 0 {
			size = t.entry.Size - at
		}
		if c.ChunkOffset != at || size < 0 || size > t.entry.Size-at {
			return errors.New("has chunks that do not add up to its size")
		}
		part := sha256.New()
		if _, err := io.CopyN(part, content, size); err != nil {
			return fmt.Errorf("could not be read: %w", err)
		}
		if c.ChunkDigest == "" && wholeDigest == "" && size > 0 {
			return errors.New("has no digest")
		}
		if c.ChunkDigest != "" && c.ChunkDigest != digest(part).String() {
			return differs
		}
		at += size
	}
	if at != t.entry.Size {
		return errors.New("has chunks that do not add up to its size")
	}
	if wholeDigest != "" && wholeDigest != digest(whole).String() {
		return differs
	}
	return nil
}
