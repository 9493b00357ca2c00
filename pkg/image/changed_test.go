package image_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// A file that is written to after it was opened is noticed, also by who gives it back its size and its time.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(t *testing.T, file string, was os.FileInfo)
		want   string
		only   string // the system that can tell; all where empty
	}{
		{name: "nothing", change: func(*testing.T, string, os.FileInfo) {}},
		{name: "more bytes", change: func(t *testing.T, file string, was os.FileInfo) {
			overwrite(t, file, was.Size(), was)
		}, want: "was written to"},
		{name: "other bytes", change: func(t *testing.T, file string, was os.FileInfo) {
			overwrite(t, file, 0, was)
			if err := os.Chtimes(file, time.Time{}, was.ModTime().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}, want: "was written to"},
		{name: "other bytes, and the time set back", change: func(t *testing.T, file string, was os.FileInfo) {
			overwrite(t, file, 0, was)
		}, want: "was written to", only: "linux"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.only != "" && tt.only != runtime.GOOS {
				t.Skipf("only %s keeps a time that nobody can set back", tt.only)
			}
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.None, "")}}))(t)
			archive, directory := filepath.Join(t.TempDir(), "app.tar"), t.TempDir()
			if err := files.WriteArchive(archive, imagetest.None); err != nil {
				t.Fatal(err)
			}
			if err := files.WriteDir(directory); err != nil {
				t.Fatal(err)
			}
			layer := filepath.Join(directory, "blobs", "sha256", imagetest.Digest(must(imagetest.Tar(twoLayers("", "").Layers[1].Files))(t)).Hex)
			for source, file := range map[string]string{archive: archive, directory: layer} {
				was := must(os.Stat(file))(t)
				img := must(open(t, source, ""))(t)
				time.Sleep(20 * time.Millisecond) // file systems keep time in steps of some milliseconds
				tt.change(t, file, was)
				err := img.Unchanged()
				if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Unchanged() = %v, want %q", err, tt.want)
				}
			}
		})
	}
}

// overwrite writes a byte into a file, and gives it back the time of its last modification.
func overwrite(t *testing.T, file string, at int64, was os.FileInfo) {
	t.Helper()
	f := must(os.OpenFile(file, os.O_WRONLY, 0))(t)
	defer f.Close()
	if _, err := f.WriteAt([]byte("X"), at); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Time{}, was.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// A layer whose bytes are others than those that were scanned is not sealed into a manifest.
func TestSealChecksLayers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		compression imagetest.Compression
		want        string
	}{
		{imagetest.None, "the layer's bytes changed while it was read"},
		{imagetest.Gzip, "the stored bytes have the digest"},
		{imagetest.Zstd, "the stored bytes have the digest"},
	}
	for _, tt := range tests {
		t.Run("stored "+string(tt.compression), func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.Docker([]string{"app:1"}, twoLayers(tt.compression, "")))(t)
			path := filepath.Join(t.TempDir(), "app.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			img := must(open(t, path, ""))(t)
			verify(t, img)
			stored := must(imagetest.Compress(must(imagetest.Tar(twoLayers("", "").Layers[1].Files))(t), tt.compression))(t)
			raw := must(os.ReadFile(path))(t)
			raw[bytes.Index(raw, stored)+len(stored)-5] ^= 1
			if err := os.WriteFile(path, raw, 0o644); err != nil {
				t.Fatal(err)
			}
			err := img.Seal(context.Background())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "layer 1") {
				t.Errorf("Seal() = %v, want an error of layer 1 with %q", err, tt.want)
			}
			if img.Sealed() {
				t.Error("the image is sealed nevertheless")
			}
		})
	}
}

// verify tells the image's layers the digests of their stored bytes, as it is done after they were read.
func verify(t *testing.T, img *image.Image) {
	t.Helper()
	for _, l := range img.Platforms[0].Layers {
		digest, _, err := v1.SHA256(l.Stored())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Verified(digest); err != nil {
			t.Fatal(err)
		}
	}
}
