package layerfs_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// indexed is an indexed image of one layer, with what its bytes lie in.
type indexed struct {
	tree    *layerfs.FS
	archive string // the image's file
	spooled string // a directory with what was unpacked
}

func indexFile(t *testing.T, layer imagetest.Layer) (indexed, error) {
	t.Helper()
	out := indexed{archive: filepath.Join(t.TempDir(), "image.tar"), spooled: t.TempDir()}
	files, err := imagetest.Docker(nil, imagetest.Image{Layers: []imagetest.Layer{layer}})
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(out.archive, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: out.spooled})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), out.archive, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	out.tree, err = layerfs.New(context.Background(), img.Platforms[0].Layers, sp)
	return out, err
}

// Content that can no longer be read is remembered: whoever reads it may pass over the failure.
func TestErrRemembersFailedReads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		compression imagetest.Compression
		cut         func(t *testing.T, i indexed)
		want        string
	}{
		{name: "nothing", cut: func(*testing.T, indexed) {}},
		{name: "the archive", cut: func(t *testing.T, i indexed) { truncate(t, i.archive) }, want: "layer 0: reading at byte"},
		{name: "unpacked bytes", compression: imagetest.Gzip, cut: func(t *testing.T, i indexed) {
			left, err := filepath.Glob(filepath.Join(i.spooled, "*"))
			if err != nil || len(left) != 1 {
				t.Fatalf("the spool has the files %q, want one: %v", left, err)
			}
			truncate(t, left[0])
		}, want: "layer 0: reading at byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i, err := indexFile(t, imagetest.Layer{Compression: tt.compression, Files: []imagetest.File{file("a", strings.Repeat("a", 4096))}})
			if err != nil {
				t.Fatal(err)
			}
			tt.cut(t, i)
			f, ok := i.tree.Top().Stat("/a")
			if !ok {
				t.Fatal("there is no /a")
			}
			r, err := i.tree.Top().Open(f)
			if err == nil {
				_, _ = io.Copy(io.Discard, r) // the failure is passed over
			}
			err = i.tree.Err()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Err() = %v, want %q", err, tt.want)
			}
		})
	}
}

func truncate(t *testing.T, file string) {
	t.Helper()
	if err := os.Truncate(file, 600); err != nil {
		t.Fatal(err)
	}
}

// Every byte of a layer counts: what is stored behind its compressed content is refused, and what is compressed in
// further pieces, or follows the end of the tar, is part of its diff ID.
func TestNewReadsLayersWhole(t *testing.T) {
	t.Parallel()
	plain, err := imagetest.Tar([]imagetest.File{file("a", "1")})
	if err != nil {
		t.Fatal(err)
	}
	padded := append(bytes.Clone(plain), make([]byte, 10240)...)
	for _, c := range []imagetest.Compression{imagetest.Gzip, imagetest.Zstd} {
		compress := func(data []byte) []byte {
			out, err := imagetest.Compress(data, c)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		tests := []struct {
			name   string
			stored []byte
			plain  []byte // whose digest is the diff ID
			fails  bool
		}{
			{name: "as it is", stored: compress(plain), plain: plain},
			{name: "in two pieces", stored: append(compress(plain[:700]), compress(plain[700:])...), plain: plain},
			{name: "padded", stored: compress(padded), plain: padded},
			{name: "padding without a digest", stored: compress(padded), plain: plain, fails: true},
			{name: "a second piece without a digest", stored: append(compress(plain), compress([]byte("x"))...), plain: plain, fails: true},
			{name: "a byte behind", stored: append(compress(plain), 'x'), plain: plain, fails: true},
			{name: "a zero behind", stored: append(compress(plain), 0), plain: plain, fails: true},
			{name: "much behind", stored: append(compress(plain), bytes.Repeat([]byte("x"), 1<<20)...), plain: plain, fails: true},
		}
		for _, tt := range tests {
			t.Run(string(c)+", "+tt.name, func(t *testing.T) {
				t.Parallel()
				_, err := indexStored(t, tt.stored, tt.plain)
				if (err != nil) != tt.fails {
					t.Errorf("New() = %v, want an error: %t", err, tt.fails)
				}
			})
		}
	}
}

// indexStored indexes a layer of the given stored bytes, which its configuration knows by the digest of plain.
func indexStored(t *testing.T, stored, plain []byte) (*layerfs.FS, error) {
	t.Helper()
	files, err := imagetest.Docker(nil, imagetest.Image{Layers: []imagetest.Layer{{Raw: plain}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if f.Body == string(plain) {
			files[i].Body = string(stored)
		}
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	return layerfs.New(context.Background(), img.Platforms[0].Layers, sp)
}
