package layerfs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/spool"
)

// some are records of each kind.
func some() []record {
	return []record{
		{name: "/etc", entry: &Entry{Type: Directory, Mode: 0o755, ModTime: time.Unix(1700000000, 5)}},
		{name: "/etc/passwd", entry: &Entry{Size: 3, Mode: fs.ModeSetuid | 0o4, UID: 7, GID: 8, offset: 512, MIME: "application/x-elf", SSHDaemon: true, Capability: "\x01\x00"}},
		{name: "/etc/gone", kind: recordWhiteout},
		{name: "/link", entry: &Entry{Type: Symlink, Link: "etc"}},
		{name: "/hard", kind: recordHardLink, link: "/etc/passwd", entry: &Entry{Mode: 0o600}},
		{name: "/opaque", kind: recordOpaque},
	}
}

// What is kept of a layer are its records, to the last field.
func TestKeptRecordsComeBack(t *testing.T) {
	t.Parallel()
	store := &one{}
	if err := kept.Put(store, "", newKeptLayer(&layer{size: 9, records: some()})); err != nil {
		t.Fatal(err)
	}
	var known keptLayer
	if !kept.Get(store, "", &known) || known.Size != 9 || known.Sparse {
		t.Fatalf("the store gave a layer of %d bytes, sparse: %t", known.Size, known.Sparse)
	}
	of := &layer{}
	got, ok := known.records(4, of)
	want := some()
	for _, r := range want {
		if r.entry != nil {
			r.entry.Layer, r.entry.data = 4, of
		}
	}
	same := cmp.Options{cmp.AllowUnexported(record{}, Entry{}), cmp.Comparer(func(a, b *layer) bool { return a == b })}
	if diff := cmp.Diff(want, got, same); !ok || diff != "" {
		t.Errorf("records() = %t (-kept +got):\n%s", ok, diff)
	}
	sparse := some()
	sparse[1].entry.sparse = &sparseFile{}
	if k := newKeptLayer(&layer{records: sparse}); !k.Sparse {
		t.Error("a layer with a sparse file is kept as one without")
	}
}

// What a store has under the key of a layer is taken only where it can have been read from one.
func TestKeptRecordsAreValid(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*keptLayer){
		"no name":               func(k *keptLayer) { k.Names[0] = "" },
		"a relative name":       func(k *keptLayer) { k.Names[0] = "etc" },
		"a name that climbs":    func(k *keptLayer) { k.Names[1] = "/etc/../passwd" },
		"an unknown kind":       func(k *keptLayer) { k.Kinds[0] = byte(recordOpaque) + 1 },
		"an unknown type":       func(k *keptLayer) { k.Types[0] = byte(Other) + 1 },
		"a negative size":       func(k *keptLayer) { k.Sizes[1] = -1 },
		"a negative offset":     func(k *keptLayer) { k.Offsets[1] = -1 },
		"content beyond all":    func(k *keptLayer) { k.Offsets[1], k.Sizes[1] = 1<<62, 1<<62 },
		"a mode that is longer": func(k *keptLayer) { k.Modes[1] = 1 << 40 },
		"no kind":               func(k *keptLayer) { k.Kinds = k.Kinds[1:] },
		"no type":               func(k *keptLayer) { k.Types = k.Types[1:] },
		"no mode":               func(k *keptLayer) { k.Modes = k.Modes[1:] },
		"no user":               func(k *keptLayer) { k.UIDs = k.UIDs[1:] },
		"no group":              func(k *keptLayer) { k.GIDs = k.GIDs[1:] },
		"no size":               func(k *keptLayer) { k.Sizes = k.Sizes[1:] },
		"no offset":             func(k *keptLayer) { k.Offsets = k.Offsets[1:] },
		"no time":               func(k *keptLayer) { k.Seconds = k.Seconds[1:] },
		"no part of a second":   func(k *keptLayer) { k.Nanos = k.Nanos[1:] },
	}
	for name, change := range tests {
		k := newKeptLayer(&layer{records: some()})
		if _, ok := k.records(0, &layer{}); !ok {
			t.Fatal("records that were read are not valid")
		}
		change(&k)
		if _, ok := k.records(0, &layer{}); ok {
			t.Errorf("%s: the records are valid", name)
		}
	}
}

// one is a store of one value, under the key of a layer's entries.
type one struct{ value []byte }

func (o *one) Get(string) ([]byte, bool)  { return o.value, true }
func (o *one) Put(_ string, value []byte) { o.value = value }

func TestRecallLayerRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	l := &image.Layer{Layer: finding.Layer{DiffID: "sha256:" + strings.Repeat("a", 64)}, Absent: true}
	recall := func(name string, before int64) error {
		store := &one{}
		entry := record{name: name, entry: &Entry{Type: Directory}}
		if err := kept.Put(store, "", newKeptLayer(&layer{records: []record{entry}})); err != nil {
			t.Fatal(err)
		}
		entries := &atomic.Int64{}
		entries.Store(before)
		_, err := (&FS{store: store}).recallKnown(l, image.LayerID{}, nil, entries)
		return err
	}
	for name, want := range map[string]error{"/etc": nil, "etc": ErrAbsent} {
		if err := recall(name, 0); !errors.Is(err, want) {
			t.Errorf("recallKnown() of an entry %q = %v, want %v", name, err, want)
		}
	}
	if err := recall("/etc", maxEntries); err == nil || !strings.Contains(err.Error(), "more than the 10000000 entries") {
		t.Errorf("recallKnown() of more entries than an image may have = %v, want an error that says so", err)
	}
}

// Content of another size than the file's is none of it.
func TestKeptContentOfAnotherSize(t *testing.T) {
	t.Parallel()
	a := &absent{}
	l := &layer{content: a, known: func() keptContent { return keptContent{Files: map[int64][]byte{512: []byte("root")}} }}
	if got, err := io.ReadAll((&Entry{data: l, offset: 512, Size: 4}).content()); string(got) != "root" || err != nil || a.failure() != nil {
		t.Errorf("the file holds %q, %v, %v, want what is kept of it", got, err, a.failure())
	}
	if got, err := io.ReadAll((&Entry{data: l, offset: 512, Size: 3}).content()); !errors.Is(err, ErrAbsent) || !errors.Is(a.failure(), ErrAbsent) {
		t.Errorf("a file of another size holds %q, %v, want %v", got, err, ErrAbsent)
	}
}

// recalled is a layer of one file that an earlier run has kept, with stored as its bytes now.
func recalled(t *testing.T, c imagetest.Compression, change func(stored []byte) []byte, limit int64) (*layer, error) {
	t.Helper()
	plain, err := imagetest.Tar([]imagetest.File{{Name: "a", Body: strings.Repeat("x", 3*blockSize)}})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := imagetest.Compress(plain, c)
	if err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20, Limit: limit})
	t.Cleanup(func() { sp.Close() })
	of := func(data []byte) *image.Layer {
		return image.Layer{Layer: finding.Layer{DiffID: imagetest.Digest(plain).String()}, Digest: imagetest.Digest(stored)}.
			WithData(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))))
	}
	store := &one{}
	first, err := readLayer(context.Background(), of(stored), spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20}), new(atomic.Int64))
	if err != nil {
		t.Fatal(err)
	}
	if err := kept.Put(store, "", newKeptLayer(first)); err != nil {
		t.Fatal(err)
	}
	tree := &FS{store: store, ctx: context.Background()}
	return tree.recallKnown(of(change(slices.Clone(stored))), image.LayerID{Digest: imagetest.Digest(stored), DiffID: imagetest.Digest(plain)}, sp, new(atomic.Int64))
}

func itself(stored []byte) []byte { return stored }

// The content of a known layer is read from its own bytes when somebody asks for some that is not kept: in place, or unpacked.
func TestRecallKnownLayer(t *testing.T) {
	t.Parallel()
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
		l, err := recalled(t, c, itself, 4*blockSize) // which is enough for the layer once
		if err != nil || l == nil {
			t.Fatalf("%s: recallKnown() = %v, %v", c, l, err)
		}
		if u := l.content.(*unread); u.content != nil {
			t.Errorf("%s: the layer was read before anybody asked", c)
		}
		for range 2 {
			got, err := io.ReadAll(l.records[0].entry.content())
			if err != nil || string(got) != strings.Repeat("x", 3*blockSize) || l.failure() != nil {
				t.Errorf("%s: the file holds %d bytes, %v, %v", c, len(got), err, l.failure())
			}
		}
	}
}

// A layer whose bytes are others than those of which it is known what they hold is not recalled where its size says so, and nothing can be read
// of it.
func TestRecallKnownLayerOfOtherBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
		for name, change := range map[string]func([]byte) []byte{
			"a bit": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"cut":   func(b []byte) []byte { return b[:len(b)-1] },
			"more":  func(b []byte) []byte { return append(b, 0) },
			"none":  func([]byte) []byte { return nil },
		} {
			l, err := recalled(t, c, change, 1<<20)
			if err != nil {
				t.Fatalf("%s, %s: recallKnown() = %v", c, name, err)
			}
			if sized := c == imagetest.None && name != "a bit"; (l == nil) != sized {
				t.Errorf("%s, %s: recallKnown() = %v", c, name, l)
			}
			if l == nil {
				continue
			}
			if got, err := io.ReadAll(l.records[0].entry.content()); err == nil || len(got) > 0 || l.failure() == nil {
				t.Errorf("%s, %s: the file holds %d bytes, %v, and the failure is %v, want errors", c, name, len(got), err, l.failure())
			}
		}
	}
}

// A layer that unpacks to more than is allowed is refused as if it were unpacked.
func TestRecallKnownLayerKeepsToTheLimit(t *testing.T) {
	t.Parallel()
	if _, err := recalled(t, imagetest.Gzip, itself, 3*blockSize); !errors.Is(err, spool.ErrLimit) {
		t.Errorf("recallKnown() = %v, want %v", err, spool.ErrLimit)
	}
	if _, err := recalled(t, imagetest.None, itself, 3*blockSize); err != nil {
		t.Errorf("recallKnown() of a layer that is not compressed = %v", err)
	}
}

// Bytes that change while the content of a known layer is read, or that do not unpack to what the diff ID says, are not read, and the layer
// remembers it.
func TestUnreadRefusesOtherContent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*unread){
		"another diff ID": func(u *unread) { u.of.DiffID = "sha256:" + strings.Repeat("0", 64) },
		"another size":    func(u *unread) { u.size++ },
	} {
		l, err := recalled(t, imagetest.Gzip, itself, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		change(l.content.(*unread))
		if got, err := io.ReadAll(l.records[0].entry.content()); err == nil || len(got) > 0 || l.failure() == nil {
			t.Errorf("%s: the file holds %d bytes, %v, and the failure is %v, want errors", name, len(got), err, l.failure())
		}
	}
	l, err := recalled(t, imagetest.None, itself, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	e := l.records[0].entry
	if _, err := io.ReadAll(e.content()); err != nil {
		t.Fatal(err)
	}
	l.content.(*unread).content.sums.blocks[e.offset/blockSize]++
	if got, err := io.ReadAll(e.content()); err == nil || len(got) > 0 || l.failure() == nil {
		t.Errorf("of bytes that changed the file holds %d bytes, %v, and the failure is %v, want errors", len(got), err, l.failure())
	}
}

func FuzzIsClean(f *testing.F) {
	for _, name := range []string{"", "/", "//", "a", "/a", "/a/", "/a/b", "/a//b", "/.", "/..", "/a/.", "/a/..", "/a/./b", "/a/../b", "/.a", "/a/.b", "/a/...", "/a.", "./a"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got, want := isClean(name), path.IsAbs(name) && path.Clean(name) == name; got != want {
			t.Errorf("isClean(%q) = %t, want %t", name, got, want)
		}
	})
}
