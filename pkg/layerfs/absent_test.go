package layerfs_test

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// memory is a store.
type memory struct{ values sync.Map }

func (m *memory) Get(key string) ([]byte, bool) {
	v, ok := m.values.Load(key)
	if !ok {
		return nil, false
	}
	return v.([]byte), true
}

func (m *memory) Put(key string, value []byte) { m.values.Store(key, value) }

// stack makes layers of files. The first of them are absent.
func stack(t *testing.T, absent int, list ...[]imagetest.File) []*image.Layer {
	t.Helper()
	var out []*image.Layer
	for i, files := range list {
		raw, err := imagetest.Tar(files)
		if err != nil {
			t.Fatal(err)
		}
		l := image.Layer{Layer: finding.Layer{Index: i, DiffID: imagetest.Digest(raw).String()}, Digest: imagetest.Digest(raw), Absent: i < absent}
		if l.Absent {
			raw = nil
		}
		out = append(out, l.WithData(io.NewSectionReader(strings.NewReader(string(raw)), 0, int64(len(raw)))))
	}
	return out
}

func keeping(t *testing.T, store kept.Store, layers []*image.Layer) (*layerfs.FS, error) {
	t.Helper()
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	return layerfs.NewKeeping(context.Background(), layers, sp, store)
}

// base has what the ways of putting layers over each other depend on.
func base() []imagetest.File {
	return []imagetest.File{
		file("etc/os-release", "ID=debian\n"), file("etc/passwd", "root:x:0:0\n"), symlink("bin", "usr/bin"),
		{Name: "usr/bin/tool", Body: "\x7fELF", Mode: 0o4755}, {Name: "usr/bin/same", Link: "usr/bin/tool", Type: '1'},
		file("old/a", "a"), file("old/b", "b"), file("empty", ""),
	}
}

// app reads /etc/os-release of the layer below, and changes what that has.
func app(name string) []imagetest.File {
	return []imagetest.File{file("app/"+name, name), file("bin/"+name, "x"), {Name: "old/.wh.a"}, {Name: "app/linked", Link: "etc/os-release", Type: '1'}}
}

// filled is a store that knows an image, and /etc/os-release of it.
func filled(t *testing.T) (*memory, *layerfs.FS) {
	t.Helper()
	store := &memory{}
	tree, err := keeping(t, store, stack(t, 0, base(), app("one")))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := tree.Top().Stat("/etc/os-release")
	content(t, tree.Top(), f)
	if err := tree.Keep(); err != nil {
		t.Fatal(err)
	}
	return store, tree
}

// unreadable are bytes that nobody may read.
type unreadable struct{ t *testing.T }

func (u unreadable) ReadAt([]byte, int64) (int, error) {
	u.t.Error("the layer is read")
	return 0, io.EOF
}

// A layer that is known is not read, and neither is a file of it that is kept.
func TestKnownLayers(t *testing.T) {
	t.Parallel()
	store, first := filled(t)
	layers := stack(t, 0, base(), app("one"))
	for i, l := range layers {
		layers[i] = l.WithData(io.NewSectionReader(unreadable{t}, 0, l.Stored().Size()))
		layers[i].Known = true
	}
	tree, err := keeping(t, store, layers)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(entries(first), entries(tree)); diff != "" {
		t.Errorf("the file system of known layers has other entries (-first +known):\n%s", diff)
	}
	f, _ := tree.Top().Stat("/etc/os-release")
	if got, want := content(t, tree.Top(), f), "ID=debian\n"; got != want {
		t.Errorf("the file holds %q, want %q", got, want)
	}
}

func TestAbsentLayers(t *testing.T) {
	t.Parallel()
	store, _ := filled(t)

	whole, err := keeping(t, nil, stack(t, 0, base(), app("two")))
	if err != nil {
		t.Fatal(err)
	}
	layers := stack(t, 1, base(), app("two"))
	if id, err := layers[0].ID(); err != nil || !layerfs.IsKept(kept.Hold(store), id) {
		t.Fatalf("the lower layer is not kept: %v", err)
	}
	tree, err := keeping(t, store, layers)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(entries(whole), entries(tree)); diff != "" {
		t.Errorf("the file system with an absent layer has other entries (-whole +absent):\n%s", diff)
	}
	if tree.Unpacked(0) != whole.Unpacked(0) {
		t.Errorf("the absent layer unpacks to %d bytes, want %d", tree.Unpacked(0), whole.Unpacked(0))
	}
	for _, name := range []string{"/etc/os-release", "/app/linked", "/app/two", "/empty"} {
		f, ok := tree.Top().Stat(name)
		g, _ := whole.Top().Stat(name)
		if !ok {
			t.Errorf("there is no %s", name)
		} else if got, want := content(t, tree.Top(), f), content(t, whole.Top(), g); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if err := tree.Err(); err != nil {
		t.Errorf("Err() = %v after reading what is kept", err)
	}
	f, _ := tree.Top().Stat("/etc/passwd")
	r, err := tree.Top().Open(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, layerfs.ErrAbsent) {
		t.Errorf("reading what is not kept: %v, want %v", err, layerfs.ErrAbsent)
	}
	if err := tree.Err(); !errors.Is(err, layerfs.ErrAbsent) {
		t.Errorf("Err() = %v, want %v", err, layerfs.ErrAbsent)
	}
}

// entries lists what a file system has after each layer, but for the content.
func entries(tree *layerfs.FS) []string {
	var out []string
	for i := range tree.Layers() {
		tree.View(i).All(func(f layerfs.File) bool {
			out = append(out, fmt.Sprint(f.Path, i, f.Layer, f.Type, f.Mode, f.UID, f.GID, f.Size, f.ModTime.UTC(), f.Link, f.MIME, f.SSHDaemon, f.Capability, f.HardLink))
			return true
		})
	}
	return out
}

// What a layer needs of those below it is kept beside what others needed.
func TestKeepAdds(t *testing.T) {
	t.Parallel()
	store := &memory{}
	for _, name := range []string{"/etc/os-release", "/etc/passwd", "/etc/os-release"} {
		tree, err := keeping(t, store, stack(t, 0, base(), app("one")))
		if err != nil {
			t.Fatal(err)
		}
		f, _ := tree.Top().Stat(name)
		content(t, tree.Top(), f)
		if err := tree.Keep(); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := keeping(t, store, stack(t, 1, base(), app("two")))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/etc/os-release", "/etc/passwd"} {
		f, _ := tree.Top().Stat(name)
		content(t, tree.Top(), f)
	}
}

// Files of a layer are not kept for who keeps what it makes of them, and neither are large ones.
func TestKeepLeavesOut(t *testing.T) {
	t.Parallel()
	store := &memory{}
	below := append(base(), file("large", strings.Repeat("x", 4<<20+1)))
	tree, err := keeping(t, store, stack(t, 0, below, app("one")))
	if err != nil {
		t.Fatal(err)
	}
	view := tree.View(0).KeepingOwn()
	own, _ := view.Stat("/etc/passwd")
	content(t, view, own)
	large, _ := tree.Top().Stat("/large")
	content(t, tree.Top(), large)
	if err := tree.Keep(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/etc/passwd", "/large"} {
		again, err := keeping(t, store, stack(t, 1, below, app("two")))
		if err != nil {
			t.Fatal(err)
		}
		f, _ := again.Top().Stat(name)
		r, err := again.Top().Open(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); !errors.Is(err, layerfs.ErrAbsent) {
			t.Errorf("reading %s: %v, want %v", name, err, layerfs.ErrAbsent)
		}
	}
}

// What was read of a layer in its own view is kept as well: the view of the next run has the same layer.
func TestKeepOwn(t *testing.T) {
	t.Parallel()
	store := &memory{}
	for absent := range 2 {
		tree, err := keeping(t, store, stack(t, absent, base(), app("one")))
		if err != nil {
			t.Fatal(err)
		}
		f, _ := tree.View(0).Stat("/etc/passwd")
		if got := content(t, tree.View(0), f); got != "root:x:0:0\n" {
			t.Errorf("with %d absent layers the file holds %q", absent, got)
		}
		if err := tree.Keep(); err != nil {
			t.Fatal(err)
		}
	}
}

// The hash of a file is kept, however large the file is, by its algorithm. What cannot be one is none.
func TestSum(t *testing.T) {
	t.Parallel()
	store := &memory{}
	below := append(base(), file("large", strings.Repeat("x", 4<<20+1)))
	first, err := keeping(t, store, stack(t, 0, below, app("one")))
	if err != nil {
		t.Fatal(err)
	}
	sum := func(tree *layerfs.FS, name, algorithm string, h hash.Hash) (string, error) {
		f, _ := tree.View(0).Lstat(name)
		got, err := tree.View(0).Sum(f, algorithm, h)
		return hex.EncodeToString(got), err
	}
	want, err := sum(first, "/large", "sha256", sha256.New())
	if err != nil || want != fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Repeat("x", 4<<20+1)))) {
		t.Fatalf("Sum() = %s, %v", want, err)
	}
	if err := first.Keep(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, algorithm string
		hash            hash.Hash
		want            error
	}{
		{"/large", "sha256", sha256.New(), nil},
		{"/large", "md5", md5.New(), layerfs.ErrAbsent},
		{"/large", "sha256", md5.New(), layerfs.ErrAbsent}, // of another length
		{"/etc/passwd", "sha256", sha256.New(), layerfs.ErrAbsent},
	} {
		tree, err := keeping(t, store, stack(t, 1, below, app("two")))
		if err != nil {
			t.Fatal(err)
		}
		got, err := sum(tree, tt.name, tt.algorithm, tt.hash)
		if !errors.Is(err, tt.want) || err == nil && got != want {
			t.Errorf("Sum(%s, %s) = %s, %v, want %s, %v", tt.name, tt.algorithm, got, err, want, tt.want)
		}
	}
	if _, err := sum(first, "/old", "sha256", sha256.New()); err == nil {
		t.Error("a directory has a hash of its content")
	}
}

func TestAbsentLayersThatAreNotKnown(t *testing.T) {
	t.Parallel()
	good := &memory{}
	if _, err := keeping(t, good, stack(t, 0, base())); err != nil {
		t.Fatal(err)
	}
	damaged := &memory{}
	good.values.Range(func(key, _ any) bool {
		damaged.Put(key.(string), []byte("damaged"))
		return true
	})
	for name, store := range map[string]*memory{"nothing is kept": {}, "what is kept is damaged": damaged} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := keeping(t, store, stack(t, 1, base())); !errors.Is(err, layerfs.ErrAbsent) {
				t.Errorf("NewKeeping() = %v, want %v", err, layerfs.ErrAbsent)
			}
		})
	}
	t.Run("without a store", func(t *testing.T) {
		t.Parallel()
		if _, err := layerfs.New(context.Background(), stack(t, 1, base()), spool.New(spool.Config{Dir: os.TempDir()})); !errors.Is(err, layerfs.ErrAbsent) {
			t.Errorf("New() = %v, want %v", err, layerfs.ErrAbsent)
		}
	})
	t.Run("a layer of other content", func(t *testing.T) {
		t.Parallel()
		layers := stack(t, 1, base())
		layers[0].DiffID = imagetest.Digest([]byte("other")).String()
		if _, err := keeping(t, good, layers); !errors.Is(err, layerfs.ErrAbsent) {
			t.Errorf("NewKeeping() = %v, want %v", err, layerfs.ErrAbsent)
		}
	})
}
