package layerfs

import (
	"io/fs"
	"math"
	"path"
	"strings"
	"time"
)

// keptLayer is what a layer holds, by columns: a list of numbers is written and read much faster than a list of entries. Each list has an
// element for each record, but for the texts that few records have: those are by the record's index. What no entry belongs to is zero there.
type keptLayer struct {
	Size   int64 // bytes of the uncompressed tar
	Sparse bool  // the content of some files does not lie there in one piece

	Names   []string
	Kinds   []byte
	Types   []byte
	Modes   []uint
	UIDs    []int
	GIDs    []int
	Sizes   []int64
	Offsets []int64 // of the content, which tells the files of a layer apart
	Seconds []int64 // of the times of modification, since 1970
	Nanos   []int64

	Links        map[int]string // targets of links, symbolic ones and others
	MIMEs        map[int]string
	Capabilities map[int]string
	SSHDaemons   map[int]bool
}

// newKeptLayer is what is kept of a layer that was read and not yet merged.
func newKeptLayer(l *layer) keptLayer {
	out := keptLayer{Size: l.size, Links: map[int]string{}, MIMEs: map[int]string{}, Capabilities: map[int]string{}, SSHDaemons: map[int]bool{}}
	text := func(of map[int]string, i int, value string) {
		if value != "" {
			of[i] = value
		}
	}
	for i, r := range l.records {
		e := r.entry
		if e == nil {
			e = &Entry{}
		}
		out.Sparse = out.Sparse || e.sparse != nil
		out.Names, out.Kinds, out.Types = append(out.Names, r.name), append(out.Kinds, byte(r.kind)), append(out.Types, byte(e.Type))
		out.Modes, out.UIDs, out.GIDs = append(out.Modes, uint(e.Mode)), append(out.UIDs, e.UID), append(out.GIDs, e.GID)
		out.Sizes, out.Offsets = append(out.Sizes, e.Size), append(out.Offsets, e.offset)
		out.Seconds, out.Nanos = append(out.Seconds, e.ModTime.Unix()), append(out.Nanos, int64(e.ModTime.Nanosecond()))
		text(out.Links, i, e.Link+r.link) // a record has one of them
		text(out.MIMEs, i, e.MIME)
		text(out.Capabilities, i, e.Capability)
		if e.SSHDaemon {
			out.SSHDaemons[i] = true
		}
	}
	return out
}

// records are the layer's records again, without their content. ok is false for what cannot have been read from a layer.
func (k keptLayer) records(index int, of *layer) (out []record, ok bool) {
	n := len(k.Names)
	for _, length := range []int{
		len(k.Kinds), len(k.Types), len(k.Modes), len(k.UIDs), len(k.GIDs), len(k.Sizes), len(k.Offsets), len(k.Seconds), len(k.Nanos),
	} {
		if length != n {
			return nil, false
		}
	}
	out, entries := make([]record, n), make([]Entry, n)
	for i := range out {
		r := record{name: k.Names[i], kind: recordKind(k.Kinds[i])}
		if !isClean(r.name) || r.kind > recordOpaque {
			return nil, false
		}
		if r.kind == recordEntry || r.kind == recordHardLink {
			e := &entries[i]
			*e = Entry{
				Layer: index, Type: Type(k.Types[i]), Mode: fs.FileMode(k.Modes[i]), UID: k.UIDs[i], GID: k.GIDs[i], Size: k.Sizes[i],
				ModTime: time.Unix(k.Seconds[i], k.Nanos[i]), MIME: k.MIMEs[i], Capability: k.Capabilities[i], SSHDaemon: k.SSHDaemons[i],
				data: of, offset: k.Offsets[i],
			}
			if e.Type > Other || e.Size < 0 || e.offset < 0 || e.offset > math.MaxInt64-e.Size || k.Modes[i] > math.MaxUint32 {
				return nil, false
			}
			if r.entry = e; r.kind == recordEntry {
				e.Link = k.Links[i]
			} else {
				r.link = k.Links[i]
			}
		}
		out[i] = r
	}
	return out, true
}

// isClean tells whether a path is absolute and clean. What path.Clean changes has a dot or a slash behind a slash, or a slash at its end.
func isClean(name string) bool {
	if name != "/" && (!path.IsAbs(name) || strings.HasSuffix(name, "/")) {
		return false
	}
	return !strings.Contains(name, "//") && (!strings.Contains(name, "/.") || path.Clean(name) == name)
}
