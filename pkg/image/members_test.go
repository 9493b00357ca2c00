package image_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// openMembers opens a docker save archive to which members are added before and after, the files with a body.
func openMembers(t *testing.T, before, after []tar.Header, body string) (*image.Image, error) {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	write := func(h tar.Header, body string) {
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeCont {
			h.Size = int64(len(body))
		}
		if h.Mode = 0o644; h.Typeflag == tar.TypeXGlobalHeader {
			h = tar.Header{Typeflag: h.Typeflag, PAXRecords: h.PAXRecords}
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			must(w.Write([]byte(body)))(t)
		}
	}
	for _, h := range before {
		write(h, body)
	}
	for _, f := range must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.Gzip, "")))(t) {
		write(tar.Header{Name: f.Name, Typeflag: tar.TypeReg}, f.Body)
	}
	for _, h := range after {
		write(h, body)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path, "")
}

// Readers of archives take the first of several members of a name or the last, and know more types of files or fewer.
func TestOpenMembers(t *testing.T) {
	t.Parallel()
	manifest := ""
	for _, f := range must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.Gzip, "")))(t) {
		if f.Name == "manifest.json" {
			manifest = f.Body
		}
	}
	file := func(name string, typ byte) tar.Header { return tar.Header{Name: name, Typeflag: typ} }
	pax := func(key, value string) tar.Header {
		return tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{key: value}}
	}
	link := tar.Header{Name: "manifest.json", Typeflag: tar.TypeSymlink, Linkname: "other.json"}
	tests := []struct {
		name          string
		before, after []tar.Header
		body, wantErr string
	}{
		{name: "another file", before: []tar.Header{file("x", tar.TypeReg)}, body: "x"},
		{name: "a directory", before: []tar.Header{file("x/", tar.TypeDir)}},
		{name: "the same manifest again", after: []tar.Header{file("manifest.json", tar.TypeReg)}, body: manifest},
		{name: "another manifest first", before: []tar.Header{file("manifest.json", tar.TypeReg)}, body: "[]", wantErr: `two different files called "manifest.json"`},
		{name: "another manifest last", after: []tar.Header{file("manifest.json", tar.TypeReg)}, body: "[]", wantErr: `two different files called "manifest.json"`},
		{name: "one of the same size", after: []tar.Header{file("manifest.json", tar.TypeReg)}, body: strings.Repeat(" ", len(manifest)), wantErr: "two different files"},
		{name: "one by another path", after: []tar.Header{file("./x/../manifest.json", tar.TypeReg)}, body: "[]", wantErr: "two different files"},
		{name: "a link to another", before: []tar.Header{file("other.json", tar.TypeReg), link}, body: "[]", wantErr: "two different files"},
		{name: "a contiguous file", before: []tar.Header{file("x", tar.TypeCont)}, body: "[]", wantErr: `has the type '7'`},
		{name: "a pipe", before: []tar.Header{file("x", tar.TypeFifo)}, wantErr: `has the type '6'`},
		{name: "a comment for all members", before: []tar.Header{pax("comment", "x")}},
		{name: "a name for all members", before: []tar.Header{pax("path", "manifest.json")}, wantErr: `has the attribute "path"`},
		{name: "a long name", before: []tar.Header{file(strings.Repeat("x", 513), tar.TypeReg)}, body: "x", wantErr: "member name of 513 bytes"},
		{name: "a long link", before: []tar.Header{{Name: "x", Typeflag: tar.TypeSymlink, Linkname: strings.Repeat("x", 513)}}, wantErr: "leads to a name of 513 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := openMembers(t, tt.before, tt.after, tt.body)
			checkError(t, err, tt.wantErr, false)
			if strings.Contains(tt.wantErr, "two") && len(fault.Hints(err)) == 0 {
				t.Errorf("Open() = %v, without a remedy", err)
			}
		})
	}
}

// A member that is stored as a sparse file is not read as what is stored of it.
func TestOpenSparseMember(t *testing.T) {
	t.Parallel()
	raw := must(imagetest.Tar([]imagetest.File{{Name: "x", Body: "28 GNU.sparse.name=manifest\n"}, {Name: "y", Body: "{}"}}))(t)
	// The first member becomes the header of the second (pax, "Extended Header"), and its checksum one of the new type.
	raw[156] = tar.TypeXHeader
	sum := 8 * int(' ')
	for i, c := range raw[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(raw[148:], fmt.Sprintf("%06o\x00 ", sum))
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, path, "")
	checkError(t, err, `has the attribute "GNU.sparse.name"`, false)
}

// An archive of more members than any image has is refused before they take memory.
func TestOpenManyMembers(t *testing.T) {
	t.Parallel()
	var many []tar.Header
	for i := range 50_001 {
		many = append(many, tar.Header{Name: fmt.Sprint(i), Typeflag: tar.TypeReg})
	}
	_, err := openMembers(t, many, nil, "")
	checkError(t, err, "more than the 50000 files", false)
}

// Docker before version 25 follows the file repositories where there is no manifest.json.
func TestOpenRepositories(t *testing.T) {
	t.Parallel()
	legacy := imagetest.File{Name: "repositories", Body: `{"app":{"1":"abc"}}`}
	oci := must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	docker := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.Gzip, "")))(t)
	_, err := openFiles(t, append(slices.Clone(oci), legacy), "")
	checkError(t, err, "docker load follows the file repositories", false)
	_, err = openFiles(t, append(docker, legacy), "")
	checkError(t, err, "", false)
}
