package layerfs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
)

// tocFile is an entry of a table of contents, as its specifications name the fields.
type tocFile struct {
	Type        string            `json:"type"`
	Name        string            `json:"name"`
	LinkName    string            `json:"linkName,omitempty"`
	Size        int64             `json:"size,omitempty"`
	Mode        int64             `json:"mode,omitempty"`
	Xattrs      map[string][]byte `json:"xattrs,omitempty"`
	Digest      string            `json:"digest,omitempty"`
	ChunkOffset int64             `json:"chunkOffset,omitempty"`
	ChunkSize   int64             `json:"chunkSize,omitempty"`
	ChunkDigest string            `json:"chunkDigest,omitempty"`
}

// tocOf is the honest table of files, whose content of more than 8 bytes is listed in two parts.
func tocOf(files []imagetest.File) []tocFile {
	var out []tocFile
	for _, f := range files {
		e := tocFile{Type: "reg", Name: f.Name, LinkName: f.Link, Size: int64(len(f.Body)), Mode: 0o644}
		switch f.Type {
		case tar.TypeDir:
			e.Type, e.Mode, e.Name = "dir", 0o755, f.Name+"/"
		case tar.TypeSymlink:
			e.Type = "symlink"
		case tar.TypeLink:
			e.Type = "hardlink"
		default:
			e.Digest = imagetest.Digest([]byte(f.Body)).String()
			e.ChunkDigest = e.Digest
		}
		if e.Type != "reg" || len(f.Body) <= 8 {
			out = append(out, e)
			continue
		}
		e.ChunkSize, e.ChunkDigest = 8, imagetest.Digest([]byte(f.Body[:8])).String()
		rest := tocFile{Type: "chunk", Name: f.Name, ChunkOffset: 8, ChunkDigest: imagetest.Digest([]byte(f.Body[8:])).String()}
		out = append(out, e, rest)
	}
	return out
}

// lazy is a layer that can be pulled lazily: its bytes, its tar, and the annotations of its descriptor.
type lazy struct {
	stored, plain []byte
	annotations   map[string]string
	mediaType     types.MediaType
}

func tocJSON(t *testing.T, entries []tocFile) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"version": 1, "entries": entries})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func tarOf(t *testing.T, files []imagetest.File) []byte {
	t.Helper()
	raw, err := imagetest.Tar(files)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func compress(t *testing.T, data []byte, c imagetest.Compression) []byte {
	t.Helper()
	out, err := imagetest.Compress(data, c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// stargz makes an eStargz layer: the files, the table as their tar's last entry in a gzip stream of its own, and the
// footer.
func stargz(t *testing.T, files []imagetest.File, toc []byte) lazy {
	t.Helper()
	body := tarOf(t, files)
	body = body[:len(body)-1024]
	table := tarOf(t, []imagetest.File{{Name: "stargz.index.json", Body: string(toc)}})
	stored := compress(t, body, imagetest.Gzip)
	at := len(stored)
	stored = append(stored, compress(t, table, imagetest.Gzip)...)
	return lazy{
		stored: append(stored, stargzFooter(t, at)...), plain: append(body, table...), mediaType: types.OCILayer,
		annotations: map[string]string{"containerd.io/snapshot/stargz/toc.digest": imagetest.Digest(toc).String()},
	}
}

func stargzFooter(t *testing.T, at int) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw, err := gzip.NewWriterLevel(&buf, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	zw.Extra = fmt.Appendf(nil, "SG\x16\x00%016xSTARGZ", at)
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	if buf.Len() != 51 {
		t.Fatalf("the footer has %d bytes, want 51", buf.Len())
	}
	return buf.Bytes()
}

func skippable(data []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte{0x50, 0x2a, 0x4d, 0x18}, uint32(len(data))), data...)
}

// chunked makes a zstd:chunked layer with a footer of 64 or 40 bytes.
func chunked(t *testing.T, files []imagetest.File, toc []byte, size int) lazy {
	t.Helper()
	plain := tarOf(t, files)
	stored := compress(t, plain, imagetest.Zstd)
	packed := compress(t, toc, imagetest.Zstd)
	at := len(stored) + 8
	stored = append(stored, skippable(packed)...)
	var footer []byte
	for _, n := range []int{at, len(packed), len(toc), 1} {
		footer = binary.LittleEndian.AppendUint64(footer, uint64(n))
	}
	footer = append(footer, make([]byte, size-len(footer)-8)...)
	return lazy{
		stored: append(stored, skippable(append(footer, "GNUlInUx"...))...), plain: plain, mediaType: types.OCILayerZStd,
		annotations: map[string]string{
			"io.github.containers.zstd-chunked.manifest-checksum": imagetest.Digest(packed).String(),
			"io.github.containers.zstd-chunked.manifest-position": fmt.Sprintf("%d:%d:%d:1", at, len(packed), len(toc)),
		},
	}
}

// asNerdctl gives the annotations of a zstd:chunked layer the names that nerdctl image convert and Podman 4.3 have for them.
func asNerdctl(l lazy) lazy {
	renamed := map[string]string{}
	for key, value := range l.annotations {
		renamed[strings.Replace(key, "io.github.containers.", "io.containers.", 1)] = value
	}
	l.annotations = renamed
	return l
}

// indexLazy opens and indexes an image of one layer that can be pulled lazily.
func indexLazy(t *testing.T, l lazy) error {
	t.Helper()
	config, err := json.Marshal(v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{imagetest.Digest(l.plain)}}})
	if err != nil {
		t.Fatal(err)
	}
	descriptor := func(mt types.MediaType, raw []byte) v1.Descriptor {
		return v1.Descriptor{MediaType: mt, Digest: imagetest.Digest(raw), Size: int64(len(raw))}
	}
	layer := descriptor(l.mediaType, l.stored)
	layer.Annotations = l.annotations
	manifest, err := json.Marshal(v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: descriptor(types.OCIConfigJSON, config), Layers: []v1.Descriptor{layer}})
	if err != nil {
		t.Fatal(err)
	}
	top, err := json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{descriptor(types.OCIManifestSchema1, manifest)}})
	if err != nil {
		t.Fatal(err)
	}
	files := imagetest.Files{{Name: "index.json", Body: string(top)}}
	for _, b := range [][]byte{config, manifest, l.stored} {
		files = append(files, imagetest.File{Name: "blobs/sha256/" + imagetest.Digest(b).Hex, Body: string(b)})
	}
	_, err = indexFiles(t, files)
	return err
}

// A runtime that takes a layer's files from a table of contents sees those that were scanned, or the image is refused.
func TestLazyLayers(t *testing.T) {
	t.Parallel()
	files := []imagetest.File{
		dir("app"), file("app/package.json", `{"version":"9.9.9"}`), file("app/empty", ""), file("app/small", "small"),
		symlink("l", "app"), hardlink("h", "app/small"), file(".wh.gone", ""), file("d/.wh..wh..opq", ""),
	}
	change := func(name string, f func(*tocFile)) func([]tocFile) []tocFile {
		return func(toc []tocFile) []tocFile {
			for i := range toc {
				if toc[i].Name == name && toc[i].Type != "chunk" {
					f(&toc[i])
				}
			}
			return toc
		}
	}
	other := imagetest.Digest([]byte("other")).String()
	both := []imagetest.File{file(".wh.both", ""), file("both", "")}
	tests := []struct {
		name    string
		files   []imagetest.File // more of the tar
		lie     func([]tocFile) []tocFile
		wantErr string
	}{
		{name: "honest", lie: func(toc []tocFile) []tocFile { return toc }},
		{name: "without directories", lie: func(toc []tocFile) []tocFile { return toc[1:] }},
		{name: "another name", lie: change("app/small", func(e *tocFile) { e.Name = "app/big" }), wantErr: "/app/big is listed, but is not in its tar"},
		{name: "one file less", lie: func(toc []tocFile) []tocFile { return toc[:len(toc)-3] }, wantErr: "is missing"},
		{name: "one file more", lie: func(toc []tocFile) []tocFile { return append(toc, tocFile{Type: "reg", Name: "more"}) }, wantErr: "/more is listed"},
		{name: "one whiteout more", lie: func(toc []tocFile) []tocFile { return append(toc, tocFile{Type: "reg", Name: "app/.wh.x"}) }, wantErr: "/app/x is listed"},
		{name: "other content", lie: change("app/small", func(e *tocFile) { e.ChunkDigest = other }), wantErr: "/app/small has other content"},
		{name: "other content by the whole digest", lie: change("app/small", func(e *tocFile) { e.Digest = other }), wantErr: "/app/small has other content"},
		{name: "no digest", lie: change("app/small", func(e *tocFile) { e.Digest, e.ChunkDigest = "", "" }), wantErr: "has no digest"},
		{name: "other content in the second part", lie: func(toc []tocFile) []tocFile { toc[2].ChunkDigest = other; return toc }, wantErr: "/app/package.json has other content"},
		{name: "a part missing", lie: func(toc []tocFile) []tocFile { return append(toc[:2], toc[3:]...) }, wantErr: "do not add up to its size"},
		{name: "a part of another file", lie: func(toc []tocFile) []tocFile { toc[2].Name = "app/small"; return toc }, wantErr: "does not follow its file"},
		{name: "a part without a name", lie: func(toc []tocFile) []tocFile { toc[2].Name = ""; return toc }},
		{name: "a part of a directory", lie: func(toc []tocFile) []tocFile {
			return append(toc, tocFile{Type: "dir", Name: "e/"}, tocFile{Type: "chunk", Name: "e/"})
		}, wantErr: "does not follow its file"},
		{name: "another size", lie: change("app/small", func(e *tocFile) { e.Size = 4 }), wantErr: "has 4 bytes, but 5 in its tar"},
		{name: "another target", lie: change("l", func(e *tocFile) { e.LinkName = "other" }), wantErr: "/l has another type, target"},
		{name: "another hard link", lie: change("h", func(e *tocFile) { e.LinkName = "app/empty" }), wantErr: "/h links to another file"},
		{name: "another type", lie: change("l", func(e *tocFile) { e.Type = "fifo" }), wantErr: "/l has another type"},
		{name: "capabilities that its tar has not", lie: change("app/small", func(e *tocFile) {
			e.Xattrs = map[string][]byte{"security.capability": {1, 0, 0, 2}}
		}), wantErr: "/app/small has another type, target, mode, owner or capability"},
		{name: "another mode", lie: change("app/small", func(e *tocFile) { e.Mode = 0o4755 }), wantErr: "/app/small has another type, target, mode"},
		{name: "a redirect", lie: change("app/", func(e *tocFile) { e.Xattrs = map[string][]byte{"trusted.overlay.redirect": []byte("/x")} }), wantErr: "overlay.redirect"},
		{name: "an unknown type", lie: change("l", func(e *tocFile) { e.Type = "door" }), wantErr: `unknown type "door"`},
		{name: "a name twice", lie: func(toc []tocFile) []tocFile { return append(toc, toc[0], toc[3]) }, wantErr: "is listed twice"},
		{name: "a name twice in the tar", files: []imagetest.File{file("app/small", "other")}, lie: func(toc []tocFile) []tocFile { return toc }, wantErr: "is listed twice"},
		{name: "a file and a hard link of its name in the tar", files: []imagetest.File{hardlink("app/small", "app/empty")}, lie: func(toc []tocFile) []tocFile { return toc }, wantErr: "is listed twice"},
		{name: "a file and a whiteout of its name", files: both, lie: func(toc []tocFile) []tocFile { return append(toc, tocOf(both)...) }},
		{name: "a directory of a file's name", lie: func(toc []tocFile) []tocFile { return append(toc, tocFile{Type: "dir", Name: "app/small/"}) }, wantErr: "is listed both as a directory and as something else"},
		{name: "a file below a file", files: []imagetest.File{file("app/small/x", "")}, lie: func(toc []tocFile) []tocFile { return toc }, wantErr: "is listed both as a directory and as something else"},
	}
	for _, tt := range tests {
		all := append(append([]imagetest.File{}, files...), tt.files...)
		for form, build := range map[string]func(toc []byte) lazy{
			"eStargz":             func(toc []byte) lazy { return stargz(t, all, toc) },
			"zstd:chunked":        func(toc []byte) lazy { return chunked(t, all, toc, 64) },
			"an old zstd:chunked": func(toc []byte) lazy { return chunked(t, all, toc, 40) },
			"as nerdctl's":        func(toc []byte) lazy { return asNerdctl(chunked(t, all, toc, 40)) },
			"nerdctl's by its annotations": func(toc []byte) lazy {
				l := asNerdctl(chunked(t, all, toc, 40))
				l.stored = l.stored[:len(l.stored)-48]
				return l
			},
			"only by its footer":    func(toc []byte) lazy { l := stargz(t, all, toc); l.annotations = nil; return l },
			"chunked by its footer": func(toc []byte) lazy { l := chunked(t, all, toc, 64); l.annotations = nil; return l },
			"chunked by its annotations": func(toc []byte) lazy {
				l := chunked(t, all, toc, 64)
				l.stored = l.stored[:len(l.stored)-72]
				return l
			},
		} {
			t.Run(tt.name+", "+form, func(t *testing.T) {
				t.Parallel()
				err := indexLazy(t, build(tocJSON(t, tt.lie(tocOf(files)))))
				if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("New() = %v, want an error with %q", err, tt.wantErr)
				}
				if err != nil && len(fault.Hints(err)) == 0 {
					t.Errorf("%v names no remedy", err)
				}
			})
		}
	}
}

// A table of contents that cannot be found or read, or is not the one that the manifest names, cannot be compared.
func TestLazyLayersUnreadable(t *testing.T) {
	t.Parallel()
	files := []imagetest.File{file("a", "content")}
	honest := tocJSON(t, tocOf(files))
	twice := bytes.Replace(honest, []byte(`"name":`), []byte(`"Name":"b","name":`), 1)
	plain := compress(t, tarOf(t, files), imagetest.Gzip)
	tests := map[string]struct {
		layer   lazy
		change  func(*lazy)
		wantErr string
	}{
		"another table": {stargz(t, files, honest), func(l *lazy) {
			l.annotations["containerd.io/snapshot/stargz/toc.digest"] = imagetest.Digest(nil).String()
		}, "which is not the layer's"},
		"no table": {lazy{stored: plain, plain: tarOf(t, files), mediaType: types.OCILayer, annotations: map[string]string{"containerd.io/snapshot/stargz/toc.digest": imagetest.Digest(honest).String()}}, nil, "which is not the layer's"},
		"another chunked table": {chunked(t, files, honest, 64), func(l *lazy) {
			l.annotations["io.github.containers.zstd-chunked.manifest-checksum"] = imagetest.Digest(nil).String()
		}, "the manifest names the zstd:chunked table"},
		"another chunked table, as nerdctl names it": {asNerdctl(chunked(t, files, honest, 40)), func(l *lazy) {
			l.annotations["io.containers.zstd-chunked.manifest-checksum"] = imagetest.Digest(nil).String()
		}, "the manifest names the zstd:chunked table"},
		"a damaged position, as nerdctl names it": {asNerdctl(chunked(t, files, honest, 40)), func(l *lazy) {
			l.annotations["io.containers.zstd-chunked.manifest-position"] = "1:2:3"
		}, "io.containers.zstd-chunked.manifest-position is damaged"},
		"a damaged position": {chunked(t, files, honest, 64), func(l *lazy) { l.annotations["io.github.containers.zstd-chunked.manifest-position"] = "1:2:3" }, "is damaged"},
		"a position outside": {chunked(t, files, honest, 64), func(l *lazy) { l.annotations["io.github.containers.zstd-chunked.manifest-position"] = "1:9999999:3:1" }, "impossible position"},
		"a wrong length": {chunked(t, files, honest, 64), func(l *lazy) {
			const key = "io.github.containers.zstd-chunked.manifest-position"
			l.annotations[key] = strings.Replace(l.annotations[key], fmt.Sprintf(":%d:1", len(honest)), fmt.Sprintf(":%d:1", len(honest)+1), 1)
		}, "but its footer says"},
		"an unknown kind":             {chunked(t, files, honest, 64), func(l *lazy) { l.annotations["io.github.containers.zstd-chunked.manifest-position"] = "1:2:3:4" }, "impossible position"},
		"a digest without a position": {chunked(t, files, honest, 64), func(l *lazy) { delete(l.annotations, "io.github.containers.zstd-chunked.manifest-position") }, "is damaged"},
		"a name by two keys":          {stargz(t, files, twice), nil, "duplicate field"},
		"another version":             {stargz(t, files, []byte(`{"version":2,"entries":[]}`)), nil, "unknown version 2"},
		"no JSON":                     {stargz(t, files, []byte(`x`)), nil, "is not valid"},
		"a climbing name":             {stargz(t, files, tocJSON(t, []tocFile{{Type: "reg", Name: "../a"}})), nil, "points outside the image"},
		"a table outside the layer":   {stargz(t, files, honest), func(l *lazy) { l.stored = append(l.stored, stargzFooter(t, 1<<30)...) }, "footer of its eStargz table of contents is damaged"},
		"something else in its place": {stargz(t, files, honest), func(l *lazy) { l.stored = append(l.stored, stargzFooter(t, 0)...) }, `found "a" instead`},
		"a second table after the first": {stargz(t, files, honest), func(l *lazy) {
			evil := tocJSON(t, []tocFile{{Type: "reg", Name: "evil"}})
			table := tarOf(t, []imagetest.File{{Name: "stargz.index.json", Body: string(evil)}})
			at := len(l.stored)
			l.plain = append(l.plain, table...)
			l.stored = append(append(l.stored, compress(t, table, imagetest.Gzip)...), stargzFooter(t, at)...)
			l.annotations = nil
		}, "/evil is listed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.change != nil {
				tt.change(&tt.layer)
			}
			if err := indexLazy(t, tt.layer); err == nil || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("New() = %v, want an error with %q", err, tt.wantErr)
			}
		})
	}
}
