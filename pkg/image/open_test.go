package image_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/spool"
)

func twoLayers(c imagetest.Compression, platform string) imagetest.Image {
	return imagetest.Image{Platform: platform, Layers: []imagetest.Layer{
		{CreatedBy: "FROM base", Compression: c, Files: []imagetest.File{{Name: "etc/os-release", Body: "ID=debian\n"}, {Name: "arch", Body: platform}}},
		{CreatedBy: "COPY app /app", Compression: c, Files: []imagetest.File{{Name: "app/main", Body: "hello"}}},
	}}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func open(t *testing.T, source, name string) (*image.Image, error) {
	t.Helper()
	sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20, Limit: 64 << 20})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(context.Background(), source, image.Options{Name: name, Spool: sp})
	if err == nil {
		t.Cleanup(func() { img.Close() })
	}
	return img, err
}

func TestOpenReadsEveryFormat(t *testing.T) {
	t.Parallel()
	type form struct {
		name   string
		files  imagetest.Files
		sealed bool
	}
	var forms []form
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
		img := twoLayers(c, "")
		forms = append(forms,
			form{"docker save, old layout, layers " + string(c), must(imagetest.Docker([]string{"app:1.2"}, img))(t), false},
			form{"docker save, new layout, layers " + string(c), must(imagetest.DockerOCI("app:1.2", img))(t), c != imagetest.None},
			form{"OCI layout, layers " + string(c), must(imagetest.OCI(imagetest.Entry{Name: "app:1.2", Images: []imagetest.Image{img}}))(t), true},
		)
	}
	for _, f := range forms {
		for _, whole := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
			t.Run(f.name+", archive "+string(whole), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "app.tar")
				if err := f.files.WriteArchive(path, whole); err != nil {
					t.Fatal(err)
				}
				img, err := open(t, path, "")
				if err != nil {
					t.Fatal(err)
				}
				if img.Name != "app:1.2" || len(img.Platforms) != 1 || img.Platforms[0].Name != "linux/amd64" {
					t.Errorf("Open() = name %q, %d platforms", img.Name, len(img.Platforms))
				}
				var made []string
				for _, l := range img.Platforms[0].Layers {
					made = append(made, l.CreatedBy)
				}
				if diff := cmp.Diff([]string{"FROM base", "COPY app /app"}, made); diff != "" {
					t.Errorf("instructions (-want +got):\n%s", diff)
				}
				if img.Sealed() != f.sealed {
					t.Errorf("Sealed() = %t, want %t", img.Sealed(), f.sealed)
				}
			})
		}
	}
}

// A builder may note nothing about a layer but a comment.
func TestOpenCommentsOnLayers(t *testing.T) {
	t.Parallel()
	l := &layout{}
	root := l.image(func(c *v1.ConfigFile, _ *v1.Manifest) {
		c.History = []v1.History{{Comment: "store paths: ['/nix/store/x']"}}
	})
	img := must(open(t, l.write(t, root), ""))(t)
	if got, want := img.Platforms[0].Layers[0].CreatedBy, "store paths: ['/nix/store/x']"; got != want {
		t.Errorf("the layer was made by %q, want %q", got, want)
	}
}

func TestOpenDirectoryAndSchemes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	layout := filepath.Join(dir, "layout")
	if err := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t).WriteDir(layout); err != nil {
		t.Fatal(err)
	}
	docker := filepath.Join(dir, "docker.tar")
	if err := must(imagetest.Docker(nil, twoLayers(imagetest.None, "")))(t).WriteArchive(docker, imagetest.None); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		source  string
		wantErr string
		request bool
	}{
		{source: layout},
		{source: "oci-dir:" + layout},
		{source: docker},
		{source: "docker-archive:" + docker},
		{source: "oci-archive:" + docker, wantErr: "not an OCI image layout"},
		{source: "docker-archive:" + layout, wantErr: "needs a file", request: true},
		{source: "oci-dir:" + docker, wantErr: "needs a directory", request: true},
		{source: "podman:app", wantErr: `source "podman:" is not supported`, request: true},
		{source: "docker:", wantErr: "names no image", request: true},
		{source: "docker:Not/A name", wantErr: "is not a valid image name", request: true},
		{source: "registry:", wantErr: "names no image", request: true},
		{source: "registry:app:1", wantErr: "reading images from a registry is not set up"},
		{source: filepath.Join(dir, "none.tar"), wantErr: "there is no file", request: true},
		{source: "", wantErr: "no image given", request: true},
		{source: dir, wantErr: "this holds no image"},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.source, dir, "DIR"), func(t *testing.T) {
			t.Parallel()
			_, err := open(t, tt.source, "")
			checkError(t, err, tt.wantErr, tt.request)
		})
	}
}

func checkError(t *testing.T, err error, want string, request bool) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("error = %v, want one with %q", err, want)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
	if got := fault.IsRequest(err); got != request {
		t.Errorf("IsRequest(%v) = %t, want %t", err, got, request)
	}
}

func TestOpenMultiPlatform(t *testing.T) {
	t.Parallel()
	images := []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64/v8")}
	nested := must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: images, Attestation: `{"_type":"statement"}`}))(t)
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := nested.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	img, err := open(t, path, "")
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, p := range img.Platforms {
		platforms = append(platforms, p.Name)
	}
	if diff := cmp.Diff([]string{"linux/amd64", "linux/arm64/v8"}, platforms); diff != "" {
		t.Errorf("platforms (-want +got):\n%s", diff)
	}
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	// two images and their attestation below one index; 2×2 layers and configurations, and the attestation's two blobs,
	// less the layer that both images share
	if len(content.Manifests) != 4 || len(content.Blobs) != 7 {
		t.Errorf("Content() has %d manifests and %d blobs, want 4 and 7", len(content.Manifests), len(content.Blobs))
	}
	if root := content.Manifests[3]; root.Digest != img.Root.Digest || !root.MediaType.IsIndex() {
		t.Errorf("the last manifest is %s %s, want the index", root.MediaType, root.Digest)
	}
}

func TestOpenSeveralImages(t *testing.T) {
	t.Parallel()
	one := imagetest.Entry{Name: "registry.example/one:1", Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64")}}
	two := imagetest.Entry{Name: "two", Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/arm64")}}
	path := filepath.Join(t.TempDir(), "both.tar")
	if err := must(imagetest.OCI(one, two))(t).WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, choose, want, wantErr string
	}{
		{name: "none chosen", wantErr: "holds 2 images: registry.example/one:1; two"},
		{name: "by name", choose: "registry.example/one:1", want: "registry.example/one:1"},
		{name: "by short name", choose: "two:latest", want: "two"},
		{name: "unknown", choose: "three", wantErr: `no image "three"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img, err := open(t, path, tt.choose)
			checkError(t, err, tt.wantErr, true)
			if err == nil && img.Name != tt.want {
				t.Errorf("Open(%q) chose %q, want %q", tt.choose, img.Name, tt.want)
			}
		})
	}
}

// A file system that is marked as an attestation is scanned, or refused; it is never passed over.
func TestOpenDisguisedImage(t *testing.T) {
	t.Parallel()
	amd64 := twoLayers(imagetest.Gzip, "linux/amd64")
	mark := func(d *v1.Descriptor) {
		d.Annotations = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
		d.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
	}
	tests := []struct {
		name      string
		image     imagetest.Image
		layerType types.MediaType
		change    func(index *v1.IndexManifest)
		wantErr   string
	}{
		{name: "for an unknown platform", image: twoLayers(imagetest.Gzip, "unknown/unknown"), change: func(*v1.IndexManifest) {}},
		{
			name: "annotated, but for a platform", image: twoLayers(imagetest.Gzip, "linux/arm64"),
			change: func(x *v1.IndexManifest) {
				x.Manifests[1].Annotations = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
			},
		},
		{
			name: "marked", image: twoLayers(imagetest.Gzip, "unknown/unknown"),
			change: func(x *v1.IndexManifest) { mark(&x.Manifests[1]) }, wantErr: "is marked as an attestation, but holds",
		},
		{
			name: "marked, a runnable configuration", image: twoLayers(imagetest.Gzip, "linux/arm64"), layerType: "application/vnd.in-toto+json",
			change: func(x *v1.IndexManifest) { mark(&x.Manifests[1]) }, wantErr: "is an image for linux",
		},
		{
			name: "marked, with layers that pass for statements", image: twoLayers(imagetest.Gzip, "unknown/unknown"), layerType: "application/vnd.in-toto+json",
			change: func(x *v1.IndexManifest) { mark(&x.Manifests[1]) }, wantErr: "is not an in-toto statement",
		},
		{
			name: "the same manifest as an index first", image: twoLayers(imagetest.Gzip, "linux/arm64"),
			change: func(x *v1.IndexManifest) {
				first := x.Manifests[1]
				first.MediaType = types.OCIImageIndex
				x.Manifests = append([]v1.Descriptor{first}, x.Manifests...)
			},
			wantErr: "is ambiguous",
		},
		{
			name: "the same manifest as an attestation first", image: twoLayers(imagetest.Gzip, "linux/arm64"),
			change: func(x *v1.IndexManifest) {
				first := x.Manifests[1]
				mark(&first)
				x.Manifests = append([]v1.Descriptor{first}, x.Manifests...)
			},
			wantErr: "is marked as an attestation",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{amd64, tt.image}}))(t)
			files = retype(t, files, tt.layerType)
			files = reindex(t, files, tt.change)
			path := filepath.Join(t.TempDir(), "app.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			img, err := open(t, path, "")
			checkError(t, err, tt.wantErr, false)
			if err == nil && len(img.Platforms) != 2 {
				t.Errorf("Open() found %d platforms, want both scanned", len(img.Platforms))
			}
		})
	}
}

// replaceBlob changes a blob and everything that refers to it by digest.
func replaceBlob(files imagetest.Files, i int, body string) {
	from, size := imagetest.Digest([]byte(files[i].Body)), len(files[i].Body)
	to := imagetest.Digest([]byte(body))
	files[i].Body, files[i].Name = body, "blobs/sha256/"+to.Hex
	for k, f := range files {
		if !strings.Contains(f.Body, from.Hex) {
			continue
		}
		changed := strings.ReplaceAll(strings.ReplaceAll(f.Body,
			fmt.Sprintf(`"size":%d,"digest":"%s"`, size, from), fmt.Sprintf(`"size":%d,"digest":"%s"`, len(body), to)), from.Hex, to.Hex)
		if f.Name == "index.json" {
			files[k].Body = changed
			continue
		}
		replaceBlob(files, k, changed)
	}
}

// retype gives the layers of the second image another media type.
func retype(t *testing.T, files imagetest.Files, mt types.MediaType) imagetest.Files {
	t.Helper()
	if mt == "" {
		return files
	}
	seen := 0
	for i, f := range files {
		if !strings.Contains(f.Body, `"layers":[{`) {
			continue
		}
		if seen++; seen == 2 {
			replaceBlob(files, i, strings.ReplaceAll(f.Body, string(types.OCILayer), string(mt)))
			return files
		}
	}
	t.Fatal("there is no second manifest")
	return nil
}

// reindex changes the multi-platform index.
func reindex(t *testing.T, files imagetest.Files, change func(*v1.IndexManifest)) imagetest.Files {
	t.Helper()
	for i, f := range files {
		if f.Name == "index.json" || !strings.Contains(f.Body, `"manifests":[`) {
			continue
		}
		var index v1.IndexManifest
		if err := json.Unmarshal([]byte(f.Body), &index); err != nil {
			t.Fatal(err)
		}
		change(&index)
		raw, err := json.Marshal(index)
		if err != nil {
			t.Fatal(err)
		}
		replaceBlob(files, i, string(raw))
		return files
	}
	t.Fatal("there is no index")
	return nil
}

// A chain of indexes that each name the next many times is walked once.
func TestOpenNestedIndexes(t *testing.T) {
	t.Parallel()
	files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
	for range 3 {
		var top v1.IndexManifest
		last := len(files) - 1
		if err := json.Unmarshal([]byte(files[last].Body), &top); err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			top.Manifests = append(top.Manifests, top.Manifests[0])
		}
		raw, err := json.Marshal(top)
		if err != nil {
			t.Fatal(err)
		}
		d := v1.Descriptor{MediaType: types.OCIImageIndex, Digest: imagetest.Digest(raw), Size: int64(len(raw))}
		files[last] = imagetest.File{Name: "blobs/sha256/" + d.Digest.Hex, Body: string(raw)}
		if raw, err = json.Marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{d}}); err != nil {
			t.Fatal(err)
		}
		files = append(files, imagetest.File{Name: "index.json", Body: string(raw)})
	}
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	img, err := open(t, path, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(img.Platforms) != 2 {
		t.Errorf("Open() found %d platforms, want 2", len(img.Platforms))
	}
}

func TestOpenRefusesBrokenArchives(t *testing.T) {
	t.Parallel()
	good := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
	docker := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t)
	archive := func(files imagetest.Files) []byte { return must(imagetest.Tar(files))(t) }
	without := func(files imagetest.Files, part string) imagetest.Files {
		var out imagetest.Files
		for _, f := range files {
			if !strings.Contains(f.Name, part) {
				out = append(out, f)
			}
		}
		if len(out) == len(files) {
			t.Fatalf("no file with %q", part)
		}
		return out
	}
	replace := func(files imagetest.Files, name, from, to string) imagetest.Files {
		out := append(imagetest.Files{}, files...)
		done := false
		for i := range out {
			if strings.Contains(out[i].Name, name) && strings.Contains(out[i].Body, from) {
				out[i].Body, done = strings.ReplaceAll(out[i].Body, from, to), true
			}
		}
		if !done {
			t.Fatalf("no %q in %q", from, name)
		}
		return out
	}
	layer := imagetest.Digest(must(imagetest.Compress(must(imagetest.Tar(twoLayers("", "").Layers[1].Files))(t), imagetest.Gzip))(t))
	tests := []struct {
		name    string
		data    []byte
		wantErr string
		request bool
	}{
		{name: "empty file", data: nil, wantErr: "the file is empty"},
		{name: "no archive", data: []byte(strings.Repeat("not a tar ", 200)), wantErr: "not an image archive"},
		{name: "short file", data: []byte("x"), wantErr: "not an image archive"},
		{name: "gzip of nothing", data: must(imagetest.Compress([]byte("nothing"), imagetest.Gzip))(t), wantErr: "not an image archive"},
		{name: "truncated gzip", data: must(imagetest.Compress(archive(good), imagetest.Gzip))(t)[:200], wantErr: "truncated"},
		{name: "truncated", data: archive(good)[:len(archive(good))/2], wantErr: "truncated"},
		{name: "another archive", data: archive(imagetest.Files{{Name: "README", Body: "hello"}}), wantErr: "this holds no image"},
		{name: "climbing name", data: archive(append(imagetest.Files{{Name: "../../etc/passwd", Body: "x"}}, good...)), wantErr: "unsafe member name"},
		{name: "absolute name", data: archive(append(imagetest.Files{{Name: "/etc/passwd", Body: "x"}}, good...)), wantErr: "unsafe member name"},
		{name: "climbing reference", data: archive(replace(docker, "manifest.json", "/layer.tar", "/../../layer.tar")), wantErr: "unsafe layer file"},
		{name: "reference outside", data: archive(replace(docker, "manifest.json", `"Layers":["`, `"Layers":["../../../`)), wantErr: "unsafe layer file"},
		{name: "layer missing", data: archive(without(good, layer.Hex)), wantErr: "layer 1 of linux/amd64 (" + layer.String() + ") is listed but missing"},
		{name: "docker layer missing", data: archive(without(docker, "layer.tar")), wantErr: "listed but missing"},
		{name: "manifest changed", data: archive(replace(good, "blobs/", `"schemaVersion":2,`, `"schemaVersion": 2,`)), wantErr: "has the wrong content"},
		{name: "config changed", data: archive(replace(docker, ".json", "linux", "linuy")), wantErr: "has the wrong content"},
		{name: "no layers", data: archive(must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{}}}))(t)), wantErr: "has no layers"},
		{name: "no images", data: archive(must(imagetest.OCI())(t)), wantErr: "names no image"},
		{name: "index.json broken", data: archive(imagetest.Files{{Name: "index.json", Body: "{"}}), wantErr: "index.json is not valid"},
		{name: "digest in upper case", data: archive(imagetest.Files{{Name: "index.json", Body: `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":2,"digest":"sha256:` + strings.Repeat("0B", 32) + `"}]}`}}), wantErr: "digests are written in lower case"},
		{name: "unknown type", data: archive(replace(good, "index.json", "manifest.v1", "chart.v1")), wantErr: "is not a container image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "bad.tar")
			if err := os.WriteFile(path, tt.data, 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, path, "")
			checkError(t, err, tt.wantErr, tt.request)
		})
	}
}

func TestOpenGzipBomb(t *testing.T) {
	t.Parallel()
	bomb := must(imagetest.Compress(make([]byte, 80<<20), imagetest.Gzip))(t)
	path := filepath.Join(t.TempDir(), "bomb.tar.gz")
	if err := os.WriteFile(path, bomb, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, path, "")
	checkError(t, err, "unpacked data exceeds the limit", false)
	if hints := fault.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], "raise max-unpacked-size") {
		t.Errorf("Hints() = %q, want the flag", hints)
	}
}

// A document that one reader takes for an image and another for an index, or that names its layers twice, is refused.
func TestOpenAmbiguousManifests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, from, to, wantErr string
	}{
		{name: "an image with manifests", from: `"layers":[`, to: `"manifests":[],"layers":[`, wantErr: `has the field "manifests"`},
		{name: "layers twice for encoding/json", from: `"layers":[`, to: "\"layer\u017f\":[],\"layers\":[", wantErr: "is not spelled layers"},
		{name: "layers for encoding/json alone", from: `"layers":[`, to: "\"layer\u017f\":[", wantErr: "is not spelled layers"},
		{name: "layers in capitals alone", from: `"layers":[`, to: `"Layers":[`, wantErr: "is not spelled layers"},
		{name: "the layers of schema 1", from: `"layers":[`, to: `"fsLayers":[],"layers":[`, wantErr: `has the field "fsLayers"`},
		{name: "schema 1", from: `"schemaVersion":2`, to: `"schemaVersion":1`, wantErr: "has the schema version 1"},
		{name: "no schema", from: `"schemaVersion":2,`, to: ``, wantErr: "has the schema version 0"},
		{name: "an image with manifests for encoding/json", from: `"layers":[`, to: "\"manifest\u017f\":[],\"layers\":[", wantErr: "is not spelled manifests"},
		{name: "another media type", from: `manifest.v1+json","config`, to: `index.v1+json","config`, wantErr: "but the manifest itself says application/vnd.oci.image.index.v1+json"},
		{name: "layers twice", from: `"layers":[`, to: `"layers":[],"layers":[`, wantErr: `duplicate field "layers"`},
		{name: "no object", from: `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest`, to: `[{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest`, wantErr: "is not valid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
			i := slices.IndexFunc(files, func(f imagetest.File) bool {
				return f.Name != "index.json" && strings.Contains(f.Body, tt.from) && strings.Contains(f.Body, `"config":{"mediaType"`)
			})
			if i < 0 {
				t.Fatalf("no manifest has %q", tt.from)
			}
			replaceBlob(files, i, strings.Replace(files[i].Body, tt.from, tt.to, 1))
			path := filepath.Join(t.TempDir(), "image.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, path, "")
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// An old docker save has equal layers once, and links to them.
func TestOpenLinkedLayers(t *testing.T) {
	t.Parallel()
	files := must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t)
	for i, f := range files {
		if strings.HasSuffix(f.Name, "/layer.tar") {
			files = append(files, imagetest.File{Name: "kept/layer.tar", Body: f.Body})
			files[i] = imagetest.File{Name: f.Name, Type: '2', Link: "../kept/layer.tar"}
			break
		}
	}
	path := filepath.Join(t.TempDir(), "app.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	img, err := open(t, path, "")
	if err != nil {
		t.Fatal(err)
	}
	if n := img.Platforms[0].Layers[0].Size; n == 0 {
		t.Errorf("layer 0 has %d bytes", n)
	}
}

// Builders write the values of build arguments into the history. Reports take what a layer was made by from here.
func TestOpenHidesBuildArguments(t *testing.T) {
	t.Parallel()
	img := twoLayers(imagetest.Gzip, "")
	img.Layers[1].CreatedBy = "RUN |1 TOKEN=hush /bin/sh -c make # buildkit"
	files := must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}}))(t)
	opened := must(open(t, writeArchive(t, files), ""))(t)
	if got, want := opened.Platforms[0].Layers[1].CreatedBy, "RUN |1 *** /bin/sh -c make # buildkit"; got != want {
		t.Errorf("the layer was made by %q, want %q", got, want)
	}
}
