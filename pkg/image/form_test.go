package image_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

func compressed(t *testing.T, with func(io.Writer) io.WriteCloser, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := with(&buf)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gzipped(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

// Bytes that are no tar are called what they are, and each failure to read them has a remedy.
func TestExplainForm(t *testing.T) {
	t.Parallel()
	plain := must(imagetest.Tar([]imagetest.File{{Name: "a", Body: strings.Repeat("x", 2000)}}))(t)
	once := compressed(t, gzipped, plain)
	tests := []struct {
		name string
		data []byte
		err  error
		want string
	}{
		{"a tar that is cut off", plain[:1500], io.ErrUnexpectedEOF, "the data is truncated"},
		{"a tar that is damaged", plain, fmt.Errorf("reading: %w", tar.ErrHeader), "its tar is damaged, or is none: reading: archive/tar: invalid tar header"},
		{"gzip that is cut off", once[:40], io.ErrUnexpectedEOF, "the data is truncated"},
		{"gzip in gzip", compressed(t, gzipped, once), io.ErrUnexpectedEOF, "it is a gzip stream with a gzip stream in it, and what is read is a tar"},
		{"zlib", compressed(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, plain), tar.ErrHeader, "it is a zlib stream,"},
		{"LZMA", []byte("\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff"), tar.ErrHeader, "it is an LZMA stream of the old form (.lzma),"},
		{"LZ4 in gzip", compressed(t, gzipped, []byte("\x04\x22\x4d\x18\x64\x40\xa7")), io.ErrUnexpectedEOF, "it is a gzip stream with an LZ4 stream in it,"},
		{"a ZIP archive", []byte("PK\x03\x04\x14\x00"), io.ErrUnexpectedEOF, "it is a ZIP archive,"},
		{"nothing", nil, io.ErrUnexpectedEOF, "the data is truncated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := image.ExplainForm(tt.err, io.NewSectionReader(bytes.NewReader(tt.data), 0, int64(len(tt.data))))
			if !strings.HasPrefix(err.Error(), tt.want) || len(fault.Hints(err)) != 1 {
				t.Errorf("ExplainForm() = %v, hints %q, want %q with one hint", err, fault.Hints(err), tt.want)
			}
		})
	}
	for c, fromEnd := range map[imagetest.Compression]int{imagetest.Gzip: 5, imagetest.Zstd: 1} { // in the checksums
		damaged := must(imagetest.Compress(plain, c))(t)
		damaged[len(damaged)-fromEnd] ^= 1
		r, err := image.Decompress(bytes.NewReader(damaged), image.Compression(c))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, r)
		if err = image.ExplainForm(err, io.NewSectionReader(bytes.NewReader(damaged), 0, int64(len(damaged)))); err == nil || len(fault.Hints(err)) != 1 {
			t.Errorf("ExplainForm() = %v, hints %q of damaged %s, want one hint", err, fault.Hints(err), c)
		}
	}
	other := errors.New("the disk is full")
	if err := image.ExplainForm(other, io.NewSectionReader(bytes.NewReader(once), 0, int64(len(once)))); !errors.Is(err, other) || len(fault.Hints(err)) > 0 {
		t.Errorf("ExplainForm() = %v, want other errors as they are", err)
	}
}

// Whatever cannot be opened, the user is told what to do.
func TestOpenHasRemedies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := must(imagetest.Docker([]string{"app:1"}, twoLayers("", "")))(t)
	oci := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	archive := func(name string, files imagetest.Files) string {
		path := filepath.Join(dir, name)
		if err := files.WriteArchive(path, imagetest.None); err != nil {
			t.Fatal(err)
		}
		return path
	}
	docker := archive("docker.tar", good)
	raw := must(os.ReadFile(docker))(t)
	tests := []struct{ name, source, wantErr, hint string }{
		{"an archive of Docker as a layout", "oci-archive:" + docker, "it has a manifest.json", "without a prefix"},
		{"a layout as an archive of Docker", "docker-archive:" + archive("oci.tar", oci), "it has an index.json", "without a prefix"},
		{"neither", "oci-archive:" + archive("none.tar", imagetest.Files{{Name: "a", Body: "b"}}), "it has no index.json", "docker save"},
		{"a device", os.DevNull, "it is not a regular file", "name a file"},
		{"an empty file", write("empty.tar", nil), "the file is empty", "the command that wrote it"},
		{"half an archive", write("half.tar", raw[:len(raw)/2]), "truncated", "not complete"},
		{"half a compressed one", write("half.tgz", compressed(t, gzipped, raw)[:200]), "truncated", "not complete"},
		{"LZMA", write("app.tar.lzma", append([]byte("\x5d\x00\x00\x80\x00"), bytes.Repeat([]byte("\xff"), 600)...)), "but an LZMA stream", "docker save"},
		{"a layout without images", archive("empty-index.tar", must(imagetest.OCI())(t)), "index.json names no image", "left out the images"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(t, tt.source, "")
			checkError(t, err, tt.wantErr, false)
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("%v has the hints %q, want one with %q", err, hints, tt.hint)
			}
		})
	}
}
