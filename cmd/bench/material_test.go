package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entries are the names of a tar.
func entries(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for r := tar.NewReader(bytes.NewReader(raw)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("reading %s: %v", path, err)
		}
		out = append(out, h.Name)
	}
}

// The small layers are the same each time, a layer that is there is kept, and one that was not completed is made again.
func TestMaterial(t *testing.T) {
	t.Parallel()
	makers := []maker{{"base", tarOf(func(w *tree) { w.debian(2) })}, {"app", tarOf(func(w *tree) { w.npm(2) })}, {"python", tarOf(func(w *tree) { w.python(2) })}}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "base.tar.part"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	first, err := material(dir, makers)
	if err != nil {
		t.Fatal(err)
	}
	second, err := material(t.TempDir(), makers)
	if err != nil {
		t.Fatal(err)
	}
	for i := range first {
		if first[i].diffID != second[i].diffID || first[i].diffID != first[i].digest {
			t.Errorf("the layer %s is another the second time: %+v, %+v", makers[i].name, first[i], second[i])
		}
		if want := len(entries(t, first[i].path)); first[i].files != want {
			t.Errorf("the layer %s has %d files, want %d", makers[i].name, first[i].files, want)
		}
	}
	broken := []maker{{"base", func(string, string) error { return errors.New("is made though it is there") }}}
	if _, err := material(dir, broken); err != nil {
		t.Error(err)
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	l, err := writeLayer(filepath.Join(t.TempDir(), "layer.tar"), "srv/data", bytes.Repeat([]byte("text "), 10_000))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := compressed([]layer{l})
	if err != nil {
		t.Fatal(err)
	}
	p := packed[0]
	if !p.gzipped() || l.gzipped() || p.diffID != l.diffID || p.size >= l.size || p.files != 1 {
		t.Errorf("compressed(%+v) = %+v, want a smaller file with the same diff ID", l, p)
	}
	if _, err := unpacking(packed); err != nil {
		t.Errorf("unpacking() = %v", err)
	}
	if err := os.WriteFile(p.path, []byte("no gzip"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := unpacking(packed); err == nil {
		t.Error("unpacking() = nil for what is no gzip")
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	long := "srv/app/node_modules/chalk/" + strings.Repeat("deep/", 40) + "x.js"
	for _, name := range []string{"srv/other", "srv/app/package.json", "srv/app/node_modules/@babel/x.js", "srv/app/node_modules/chalk/x.js", "srv/app/node_modules/lodash/x.js", long} {
		if err := writeFile(w, name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	copies, err := copiesOf(layer{path: path}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"srv/copy-1/package.json", "srv/copy-1/node_modules/chalk/x.js", strings.Replace(long, "srv/app", "srv/copy-1", 1)}
	if diff := cmp.Diff(want, entries(t, copies[1].path)); diff != "" {
		t.Errorf("the second copy is another (-want +got):\n%s", diff)
	}
	if copies[0].diffID == copies[1].diffID {
		t.Error("two copies are the same layer")
	}
}

// TestFamily reads the images of the family back from the registry's form.
func TestFamily(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	base, err := writeLayer(filepath.Join(dir, "base.tar"), "etc/base", []byte("base"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := family(dir, []layer{base}, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.images) != 3 {
		t.Fatalf("family() has %d images, want 3", len(o.images))
	}
	found, err := filepath.Glob(filepath.Join(o.blobs(), "sha256", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1+3*3 { // the base, and of each image a layer, a configuration and a manifest
		t.Errorf("the layout has %d blobs, want 10", len(found))
	}
	for _, path := range found {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if hexDigest(raw) != filepath.Base(path) {
			t.Errorf("the blob %s has the digest %s", filepath.Base(path), hexDigest(raw))
		}
	}
}

// The time to hash a file in parts is that of every byte of it.
func TestHashing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("seven b"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, parts := range []int{1, 3, 20} {
		if _, err := hashing(path, parts); err != nil {
			t.Errorf("hashing(%d parts) = %v", parts, err)
		}
	}
	if _, err := hashing(path+"-missing", 1); err == nil {
		t.Error("hashing() = nil for a file that does not exist")
	}
}
