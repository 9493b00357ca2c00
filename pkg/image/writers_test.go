package image_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"math/bits"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/ulikunitz/xz"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// called gives the configuration and the layers of a docker save archive other names.
func called(t *testing.T, files imagetest.Files, config string, layer func(string) string) imagetest.Files {
	t.Helper()
	out := slices.Clone(files)
	var entries []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	last := len(out) - 1
	if err := json.Unmarshal([]byte(out[last].Body), &entries); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if config != "" && out[i].Name == entries[0].Config {
			out[i].Name = config
		}
	}
	if config != "" {
		entries[0].Config = config
	}
	for i, l := range entries[0].Layers {
		entries[0].Layers[i] = layer(l)
	}
	out[last].Body = string(must(json.Marshal(entries))(t))
	return out
}

func same(name string) string { return name }

// What writers of docker save archives do that docker save does not.
func TestOpenDockerHabits(t *testing.T) {
	t.Parallel()
	files := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.Gzip, "")))(t)
	id := imagetest.Digest([]byte(files[0].Body))
	tests := []struct {
		name  string
		files imagetest.Files
	}{
		{name: "kaniko, crane and ko: sha256:HEX", files: called(t, files, id.String(), same)},
		{name: "rules_oci: blobs/sha256/HEX", files: called(t, files, "blobs/sha256/"+id.Hex, same)},
		{name: "jib: config.json", files: called(t, files, "config.json", same)},
		{name: "Docker for Windows", files: called(t, files, "", func(l string) string { return strings.ReplaceAll(l, "/", `\`) })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := must(open(t, writeArchive(t, tt.files), ""))(t)
			if p := img.Platforms[0]; p.ID != id || len(p.Layers) != 2 || img.Name != "app:1" {
				t.Errorf("Open() = %q, ID %s with %d layers, want app:1, %s with 2", img.Name, p.ID, len(p.Layers), id)
			}
		})
	}
}

// A configuration may be called anything, but has to be the one that index.json leads to.
func TestOpenComparesNamelessConfigurations(t *testing.T) {
	t.Parallel()
	files := must(imagetest.DockerOCI("app:1", twoLayers(imagetest.Gzip, "")))(t)
	other := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.Gzip, "linux/arm64")))(t)
	config := slices.IndexFunc(files, func(f imagetest.File) bool { return strings.Contains(f.Body, `"rootfs"`) })
	named, last := append(slices.Clone(files), imagetest.File{Name: "config.json", Body: files[config].Body}), len(files)-1
	named[last].Body = strings.Replace(named[last].Body, files[config].Name, "config.json", 1)
	if _, err := open(t, writeArchive(t, named), ""); err != nil {
		t.Errorf("Open() = %v, want the image", err)
	}
	named[last+1].Body = other[0].Body
	_, err := open(t, writeArchive(t, named), "")
	checkError(t, err, "but index.json says", false)
}

// A layer is one by its content, under whatever media type.
func TestOpenLayersByContent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		compression imagetest.Compression
		body        string // instead of a tar
		mt          types.MediaType
		wantErr     string
	}{
		{name: "zstd under Docker's type", compression: imagetest.Zstd, mt: "application/vnd.docker.image.rootfs.diff.tar.zstd"},
		{name: "not to be distributed, zstd", compression: imagetest.Zstd, mt: "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"},
		{name: "a type of nobody", compression: imagetest.Gzip, mt: "application/x-layer"},
		{name: "no type", compression: imagetest.None},
		{name: "no tar", body: strings.Repeat("no tar ", 100), mt: "application/octet-stream", wantErr: "holds no tar: it is not a file system layer"},
		{name: "less than a tar", body: "{}", mt: "application/octet-stream", wantErr: "holds no tar"},
		{name: "gzip of no tar", body: string(must(imagetest.Compress([]byte(strings.Repeat("x", 600)), imagetest.Gzip))(t)), mt: "text/plain", wantErr: "holds no tar"},
		{name: "what passes for gzip", body: "\x1f\x8b no gzip", mt: "text/plain", wantErr: "holds no tar"},
		{name: "an encrypted one", body: "secret", mt: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", wantErr: "is encrypted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := tt.body
			if body == "" {
				body = string(must(imagetest.Compress(must(imagetest.Tar(twoLayers("", "").Layers[1].Files))(t), tt.compression))(t))
			}
			l := &layout{}
			root := l.image(func(_ *v1.ConfigFile, m *v1.Manifest) { m.Layers = []v1.Descriptor{l.blob(tt.mt, body)} })
			img, err := open(t, l.write(t, root), "")
			checkError(t, err, tt.wantErr, false)
			if err == nil && img.Platforms[0].Layers[0].MediaType != tt.mt {
				t.Errorf("the layer has the type %q, want %q as it is stored", img.Platforms[0].Layers[0].MediaType, tt.mt)
			}
		})
	}
}

// What is no image is told by its configuration's type, by its own where that is empty, or by what it holds.
func TestOpenNamesArtifacts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		config, own, layer types.MediaType
		wantErr            string
	}{
		{name: "a chart", config: "application/vnd.cncf.helm.config.v1+json", wantErr: "is not a container image but a Helm chart"},
		{name: "an SBOM", config: "application/vnd.oci.empty.v1+json", own: "application/spdx+json", wantErr: "is not a container image but an SBOM"},
		{name: "nothing that is known", config: "application/vnd.oci.empty.v1+json", wantErr: `is not a container image: it has the media type "application/vnd.oci.empty.v1+json"`},
		{name: "a model of Ollama", config: types.DockerConfigJSON, layer: "application/vnd.ollama.image.model", wantErr: "is not a container image but a model of Ollama"},
		{name: "what only seems to be an image", config: types.DockerConfigJSON, layer: types.DockerLayer, wantErr: `a root file system of the type ""`},
		{name: "a signature of cosign", config: types.OCIConfigJSON, layer: "application/vnd.dev.cosign.simplesigning.v1+json", wantErr: "is not a container image but a signature"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: string(tt.own)}
			m.Config, m.Layers = l.blob(tt.config, "{}"), []v1.Descriptor{l.blob(tt.layer, "content")}
			_, err := open(t, l.write(t, l.blob(m.MediaType, m)), "")
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// toFlat stores an OCI layout as skopeo's dir: does.
func toFlat(t *testing.T, files imagetest.Files) string {
	t.Helper()
	var index v1.IndexManifest
	for _, f := range files {
		if f.Name == "index.json" {
			if err := json.Unmarshal([]byte(f.Body), &index); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := imagetest.Files{{Name: "version", Body: "Directory Transport Version: 1.1\n"}}
	for _, f := range files {
		name := path.Base(f.Name)
		switch {
		case !strings.HasPrefix(f.Name, "blobs/"):
			continue
		case name == index.Manifests[0].Digest.Hex:
			name = "manifest.json"
		case strings.HasPrefix(f.Body, `{"schemaVersion"`):
			name += ".manifest.json"
		}
		out = append(out, imagetest.File{Name: name, Body: f.Body})
	}
	dir := t.TempDir()
	if err := out.WriteDir(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpenFlat(t *testing.T) {
	t.Parallel()
	one := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	both := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Zstd, "linux/arm64")}}))(t)
	for name, tt := range map[string]struct {
		files     imagetest.Files
		platforms int
	}{"an image": {one, 1}, "an index": {both, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := must(open(t, writeArchive(t, tt.files), ""))(t)
			dir := toFlat(t, tt.files)
			img := must(open(t, dir, ""))(t)
			if img.Root.Digest != want.Root.Digest || len(img.Platforms) != tt.platforms {
				t.Errorf("Open() = %s for %d platforms, want %s for %d", img.Root.Digest, len(img.Platforms), want.Root.Digest, tt.platforms)
			}
			if err := os.Remove(filepath.Join(dir, want.Platforms[0].Layers[0].Digest.Hex)); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, dir, "")
			checkError(t, err, "is listed but missing", false)
			_, err = open(t, "oci-dir:"+dir, "")
			checkError(t, err, "is not an OCI image layout", false)
		})
	}
}

// toApko stores an OCI layout as apko build does: with a manifest.json, no blobs/, and the index itself as index.json.
func toApko(t *testing.T, files imagetest.Files) imagetest.Files {
	t.Helper()
	var out imagetest.Files
	var entries []map[string]any
	bodies := map[v1.Hash]string{}
	for _, f := range files {
		bodies[imagetest.Digest([]byte(f.Body))] = f.Body
	}
	for _, f := range files {
		digest := imagetest.Digest([]byte(f.Body))
		var m v1.Manifest
		switch _ = json.Unmarshal([]byte(f.Body), &m); {
		case f.Name == "index.json" && !slices.ContainsFunc(out, func(f imagetest.File) bool { return f.Name == "index.json" }):
			out = append(out, f)
		case !strings.HasPrefix(f.Name, "blobs/"):
		case m.MediaType == types.OCIImageIndex:
			out = append(out, imagetest.File{Name: "index.json", Body: f.Body})
		case m.MediaType == types.OCIManifestSchema1:
			entry := map[string]any{"Config": m.Config.Digest.String(), "RepoTags": []string{"app:1-" + m.Config.Digest.Hex[:5]}}
			var layers []string
			for _, l := range m.Layers {
				layers = append(layers, l.Digest.Hex+".tar.gz")
				out = append(out, imagetest.File{Name: l.Digest.Hex + ".tar.gz", Body: bodies[l.Digest]})
			}
			entry["Layers"] = layers
			entries = append(entries, entry)
			out = append(out, imagetest.File{Name: m.Config.Digest.String(), Body: bodies[m.Config.Digest]}, imagetest.File{Name: digest.String(), Body: f.Body})
		}
	}
	return append(out, imagetest.File{Name: "manifest.json", Body: string(must(json.Marshal(entries))(t))})
}

func TestOpenApko(t *testing.T) {
	t.Parallel()
	for name, platforms := range map[string][]string{"one platform": {"linux/amd64"}, "two platforms": {"linux/amd64", "linux/arm64"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entry := imagetest.Entry{}
			for _, p := range platforms {
				entry.Images = append(entry.Images, twoLayers(imagetest.Gzip, p))
			}
			layout := must(imagetest.OCI(entry))(t)
			want := must(open(t, writeArchive(t, layout), ""))(t)
			files := toApko(t, layout)
			img := must(open(t, writeArchive(t, files), ""))(t)
			if img.Root.Digest != want.Root.Digest || len(img.Platforms) != len(platforms) {
				t.Errorf("Open() = %s for %d platforms, want %s for %d", img.Root.Digest, len(img.Platforms), want.Root.Digest, len(platforms))
			}
			manifest := slices.IndexFunc(files, func(f imagetest.File) bool { return f.Name == want.Platforms[0].Manifest.Digest.String() })
			_, err := open(t, writeArchive(t, slices.Delete(slices.Clone(files), manifest, manifest+1)), "")
			checkError(t, err, "is listed but missing", false)
			files[manifest].Body += " "
			_, err = open(t, writeArchive(t, files), "")
			checkError(t, err, "has the wrong content", false)
		})
	}
}

// Bazel's rules_oci builds a directory whose blobs are links to what it made elsewhere. Nothing but blobs is read there.
func TestOpenLinkedBlobs(t *testing.T) {
	t.Parallel()
	files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	want := must(open(t, writeArchive(t, files), ""))(t)
	tests := []struct {
		name    string
		change  func(t *testing.T, dir, elsewhere string)
		wantErr string
		links   bool // the hint is about the links
	}{
		{name: "as they are", change: func(*testing.T, string, string) {}},
		{name: "another file", links: true, wantErr: "to a file that is not this blob", change: func(t *testing.T, dir, elsewhere string) {
			if err := os.WriteFile(filepath.Join(elsewhere, want.Platforms[0].Layers[0].Digest.Hex), []byte("a secret"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "no file", links: true, wantErr: "is listed but missing", change: func(t *testing.T, dir, elsewhere string) {
			if err := os.Remove(filepath.Join(elsewhere, want.Platforms[0].Layers[0].Digest.Hex)); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a file of the kernel", wantErr: "to no regular file", change: func(t *testing.T, dir, elsewhere string) {
			at := filepath.Join(dir, "blobs", "sha256", want.Platforms[0].Layers[0].Digest.Hex)
			if err := os.Remove(at); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/dev/null", at); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "index.json", wantErr: "this holds no image", change: func(t *testing.T, dir, elsewhere string) {
			if err := os.Rename(filepath.Join(dir, "index.json"), filepath.Join(elsewhere, "index.json")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join(elsewhere, "index.json"), filepath.Join(dir, "index.json")); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := t.TempDir(), t.TempDir()
			if err := files.WriteDir(dir); err != nil {
				t.Fatal(err)
			}
			blobs := filepath.Join(dir, "blobs", "sha256")
			entries := must(os.ReadDir(blobs))(t)
			for _, e := range entries {
				at := filepath.Join(blobs, e.Name())
				if err := os.Rename(at, filepath.Join(elsewhere, e.Name())); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.Join(elsewhere, e.Name()), at); err != nil {
					t.Skipf("no links can be made here: %v", err)
				}
			}
			tt.change(t, dir, elsewhere)
			img, err := open(t, dir, "")
			checkError(t, err, tt.wantErr, false)
			if err == nil && img.Root.Digest != want.Root.Digest {
				t.Errorf("Open() = %s, want %s", img.Root.Digest, want.Root.Digest)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); strings.Contains(hints, "cp -rL") != tt.links {
				t.Errorf("Hints(%v) = %q, want to copy the links' files: %t", err, hints, tt.links)
			}
			if err != nil && strings.Contains(err.Error(), imagetest.Digest([]byte("a secret")).Hex) {
				t.Errorf("Open() = %v, which tells the digest of a file elsewhere", err)
			}
		})
	}
}

// oras lists an index and all that it leads to in index.json. The image is the index.
func TestOpenListedParts(t *testing.T) {
	t.Parallel()
	layout := func() imagetest.Files {
		return must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
	}
	want := must(openFiles(t, layout(), ""))(t)
	parts := func(name string) func(*v1.IndexManifest) {
		return func(x *v1.IndexManifest) {
			for _, p := range want.Platforms {
				platform := must(v1.ParsePlatform(p.Name))(t)
				x.Manifests = append(x.Manifests, v1.Descriptor{MediaType: p.Manifest.MediaType, Digest: p.Manifest.Digest, Size: int64(len(p.Manifest.Raw)), Platform: platform})
			}
			if name != "" {
				x.Manifests[2].Annotations = map[string]string{"org.opencontainers.image.ref.name": name}
			}
		}
	}
	img := must(openFiles(t, reindexTop(t, layout(), parts("")), ""))(t)
	if img.Root.Digest != want.Root.Digest || len(img.Platforms) != 2 {
		t.Errorf("Open() = %s for %d platforms, want %s for 2", img.Root.Digest, len(img.Platforms), want.Root.Digest)
	}
	_, err := openFiles(t, reindexTop(t, layout(), parts("arm")), "")
	checkError(t, err, "the archive holds 2 images", true)
	if part := must(openFiles(t, reindexTop(t, layout(), parts("arm")), "arm"))(t); part.Root.Digest != want.Platforms[1].Manifest.Digest {
		t.Errorf("Open(arm) = %s, want %s", part.Root.Digest, want.Platforms[1].Manifest.Digest)
	}
}

// Archives as docker load reads them, too, written by tar with bzip2 and xz.
func TestOpenOtherCompressions(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"app.tar.bz2", "app.tar.xz"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			img := must(open(t, filepath.Join("testdata", file), ""))(t)
			if img.Name != "app:1.2" || len(img.Platforms[0].Layers) != 2 {
				t.Errorf("Open() = %q with %d layers, want app:1.2 with 2", img.Name, len(img.Platforms[0].Layers))
			}
		})
	}
}

// A stream that asks for a larger window than any writer does is refused before memory for it is taken.
func TestDecompressRefusesLargeWindows(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	tests := []struct {
		name        string
		compression image.Compression
		stream      func(*testing.T, int) string
		window      int
		refused     bool
	}{
		{name: "xz -9", compression: image.XZ, stream: withXZWindow, window: 64 * mib},
		{name: "the largest of xz", compression: image.XZ, stream: withXZWindow, window: 128 * mib},
		{name: "more of xz", compression: image.XZ, stream: withXZWindow, window: 192 * mib, refused: true},
		{name: "the largest of zstd", compression: image.Zstd, stream: withZstdWindow, window: 128 * mib},
		{name: "more of zstd", compression: image.Zstd, stream: withZstdWindow, window: 256 * mib, refused: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := image.Decompress(strings.NewReader(tt.stream(t, tt.window)), tt.compression)
			var got []byte
			if err == nil {
				defer r.Close()
				got, err = io.ReadAll(r)
			}
			if refused := err != nil; refused != tt.refused || !refused && string(got) != "hello" {
				t.Errorf("reading gives %q, %v, want hello: %t", got, err, !tt.refused)
			}
		})
	}
}

// withXZWindow is hello as an xz stream that asks for a window of so many bytes: 2 or 3 times a power of two (The .xz File Format,
// sections 3.1 and 5.3.1).
func withXZWindow(t *testing.T, window int) string {
	t.Helper()
	stream := []byte(packed(t, "hello"))
	header := stream[12 : 12+4*(int(stream[12])+1)]
	at := bytes.Index(header, []byte{0x21, 1}) + 2 // of the filter LZMA2, with one byte of properties
	half := bits.Len(uint(window)) - 2
	header[at] = byte(2*(half-11) + window>>half - 2)
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	return string(stream)
}

// withZstdWindow is hello as a zstd frame of one raw block that asks for a window of so many bytes, a power of two (RFC 8878,
// section 3.1.1).
func withZstdWindow(_ *testing.T, window int) string {
	exponent := bits.Len(uint(window)) - 1 - 10
	return string(append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, byte(exponent << 3), 0x29, 0, 0}, "hello"...))
}

// A registry stores no layer that is compressed by xz or bzip2: those are compressed anew, as plain ones are.
func TestSealOtherCompressions(t *testing.T) {
	t.Parallel()
	plain := twoLayers(imagetest.None, "")
	files := must(imagetest.Docker([]string{"app:1"}, plain))(t)
	want := must(open(t, writeArchive(t, files), ""))(t)
	if err := want.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if strings.HasSuffix(files[i].Name, "/layer.tar") {
			files[i].Body = packed(t, files[i].Body)
		}
	}
	img := must(open(t, writeArchive(t, files), ""))(t)
	if err := img.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	if img.Root.Digest != want.Root.Digest {
		t.Errorf("Seal() makes %s, want %s as of plain layers", img.Root.Digest, want.Root.Digest)
	}
}

// A part of an image is refused, with the way to the whole.
func TestOpenNamesTheWayOut(t *testing.T) {
	t.Parallel()
	index := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
	second := slices.IndexFunc(index, func(f imagetest.File) bool {
		return strings.Contains(f.Body, `"architecture":"arm64"`) && strings.Contains(f.Body, "rootfs")
	})
	foreign := &layout{}
	root := foreign.image(func(_ *v1.ConfigFile, m *v1.Manifest) { m.Layers[0].MediaType = types.DockerForeignLayer })
	foreign.files = foreign.files[1:]
	tests := []struct {
		name, source, wantErr, hint string
	}{
		{name: "docker save of one platform", source: writeArchive(t, slices.Delete(slices.Clone(index), second, second+1)), wantErr: "is listed but missing", hint: "from Docker 28 on, save what there is with docker save --platform"},
		{name: "a foreign layer", source: foreign.write(t, root), wantErr: "is listed but missing", hint: "a foreign layer"},
		{name: "what PowerShell writes", source: writeFile(t, "\xff\xfeb\x00l\x00"), wantErr: "but text (UTF-16)", hint: "docker save -o"},
		{name: "a file system", source: writeArchive(t, imagetest.Files{{Name: "etc/passwd", Body: "root"}}), wantErr: "this holds no image", hint: "docker export"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := open(t, tt.source, "")
			checkError(t, err, tt.wantErr, false)
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("Hints(%v) = %q, want one with %q", err, hints, tt.hint)
			}
		})
	}
}

func writeFile(t *testing.T, body string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.tar")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func packed(t *testing.T, body string) string {
	t.Helper()
	var out bytes.Buffer
	w := must(xz.NewWriter(&out))(t)
	if _, err := w.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
