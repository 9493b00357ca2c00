package image_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	ocilayout "github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// openFiles opens files as an archive.
func openFiles(t *testing.T, files imagetest.Files, name string) (*image.Image, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	return open(t, path, name)
}

// withBody is a change of the blob that has a text in it, and of all that refers to it.
func withBody(t *testing.T, files imagetest.Files, part, from, to string) imagetest.Files {
	t.Helper()
	i := slices.IndexFunc(files, func(f imagetest.File) bool { return f.Name != "index.json" && strings.Contains(f.Body, part) })
	if i < 0 || !strings.Contains(files[i].Body, from) {
		t.Fatalf("no blob with %q has %q", part, from)
	}
	replaceBlob(files, i, strings.Replace(files[i].Body, from, to, 1))
	return files
}

const (
	inManifest = `"config":{"mediaType"`
	inConfig   = `"diff_ids"`
)

// other is an image that has nothing in common with twoLayers.
func other() imagetest.Image {
	return imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "other", Body: "other"}}, Compression: imagetest.Gzip}}}
}

// configOf is the ID of an image.
func configOf(t *testing.T, img imagetest.Image) string {
	t.Helper()
	for _, f := range must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img}}))(t) {
		if strings.Contains(f.Body, inConfig) {
			return imagetest.Digest([]byte(f.Body)).String()
		}
	}
	t.Fatal("there is no configuration")
	return ""
}

// joined is an OCI layout with the manifest.json of docker save archives.
func joined(t *testing.T, oci imagetest.Files, docker ...imagetest.Files) imagetest.Files {
	t.Helper()
	var entries []json.RawMessage
	for _, d := range docker {
		for _, f := range d {
			if f.Name != "manifest.json" {
				oci = append(oci, f)
				continue
			}
			var list []json.RawMessage
			if err := json.Unmarshal([]byte(f.Body), &list); err != nil {
				t.Fatal(err)
			}
			entries = append(entries, list...)
		}
	}
	return append(oci, imagetest.File{Name: "manifest.json", Body: string(must(json.Marshal(entries))(t))})
}

// What docker load reads from an archive has to be what everybody else reads.
func TestOpenTwoReadings(t *testing.T) {
	t.Parallel()
	img, id, otherID := twoLayers(imagetest.Gzip, ""), configOf(t, twoLayers(imagetest.Gzip, "")), configOf(t, other())
	oci := func(entries ...imagetest.Entry) imagetest.Files { return must(imagetest.OCI(entries...))(t) }
	docker := func(img imagetest.Image, names ...string) imagetest.Files {
		return must(imagetest.Docker(names, img))(t)
	}
	app := imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}}
	both := imagetest.Entry{Name: "app:1", Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/arm64"), img}}
	tests := []struct {
		name    string
		files   imagetest.Files
		choose  string
		wantErr []string
	}{
		{name: "the same image", files: joined(t, oci(app), docker(img, "app:1"))},
		{name: "the same image by another name", files: joined(t, oci(app), docker(img, "team/app:2"))},
		{name: "the same image without a name", files: joined(t, oci(app), docker(img))},
		{name: "one platform of several", files: joined(t, oci(both), docker(img, "app:1"))},
		{
			name: "another image of the name", files: joined(t, oci(app), docker(other(), "app:1")),
			wantErr: []string{id, otherID, "in two ways"},
		},
		{name: "another image of another name", files: joined(t, oci(app), docker(other(), "else:1")), wantErr: []string{id, otherID}},
		{name: "another image without a name", files: joined(t, oci(app), docker(other())), wantErr: []string{id, otherID}},
		{name: "another image besides", files: joined(t, oci(app), docker(img, "app:1"), docker(other(), "else:1")), wantErr: []string{id, otherID}},
		{
			name:   "the names are exchanged",
			files:  joined(t, oci(app, imagetest.Entry{Name: "b", Images: []imagetest.Image{other()}}), docker(img, "b"), docker(other(), "docker.io/library/app:1")),
			choose: "app:1", wantErr: []string{id, otherID},
		},
		{
			name:   "two images, the same names",
			files:  joined(t, oci(app, imagetest.Entry{Name: "b", Images: []imagetest.Image{other()}}), docker(img, "app:1"), docker(other(), "b")),
			choose: "app:1",
		},
		{name: "another image, uncompressed", files: joined(t, oci(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{twoLayers("", "")}}), docker(other(), "app:1")), wantErr: []string{id, otherID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := openFiles(t, tt.files, tt.choose)
			if tt.wantErr == nil {
				checkError(t, err, "", false)
			}
			for _, want := range tt.wantErr {
				checkError(t, err, want, false)
			}
		})
	}
}

// Docker leaves images without a tag out of index.json, where the archive has others. They are chosen by their IDs, and never passed over.
func TestOpenImagesBeside(t *testing.T) {
	t.Parallel()
	img, id, otherID := twoLayers("", ""), configOf(t, twoLayers("", "")), configOf(t, other())
	docker := func(img imagetest.Image, names ...string) imagetest.Files {
		return must(imagetest.Docker(names, img))(t)
	}
	oci := func(name string) imagetest.Files {
		return must(imagetest.OCI(imagetest.Entry{Name: name, Images: []imagetest.Image{img}}))(t)
	}
	named := joined(t, oci("app:1"), docker(img, "app:1"), docker(other()))
	nameless := joined(t, oci(""), docker(other()), docker(img))
	tests := []struct {
		name, choose string
		files        imagetest.Files
		want         string // the ID
		wantErr      string
	}{
		{name: "none is chosen", files: named, wantErr: "the archive holds 2 images: app:1; " + otherID},
		{name: "none of two without a name", files: nameless, wantErr: "the archive holds 2 images: sha256:"},
		{name: "the one with a name", files: named, choose: "app:1", want: id},
		{name: "the other", files: named, choose: otherID, want: otherID},
		{name: "the other of two without a name", files: nameless, choose: otherID, want: otherID},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := openFiles(t, tt.files, tt.choose)
			if checkError(t, err, tt.wantErr, tt.wantErr != ""); err == nil && got.Platforms[0].ID.String() != tt.want {
				t.Errorf("Open(%s) = %s, want %s", tt.choose, got.Platforms[0].ID, tt.want)
			}
		})
	}
	_, err := openFiles(t, joined(t, must(imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}}, imagetest.Entry{Name: "b", Images: []imagetest.Image{twoLayers("", "linux/arm64")}}))(t), docker(img, "app:1"), docker(other())), "app:1")
	checkError(t, err, "in two ways", false) // manifest.json has not all of index.json
	lost := slices.DeleteFunc(oci("app:1"), func(f imagetest.File) bool { return strings.HasPrefix(f.Name, "blobs/") })
	_, err = openFiles(t, joined(t, lost, docker(other())), otherID)
	checkError(t, err, "the archive holds no image", true) // index.json leads to nothing that could be compared
}

// An attestation is no image: what docker load would take for one is compared with images only.
func TestOpenAttestationIsNoReading(t *testing.T) {
	t.Parallel()
	files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64")}, Attestation: `{}`}))(t)
	i := slices.IndexFunc(files, func(f imagetest.File) bool {
		return strings.Contains(f.Body, `"os":"unknown"`) && strings.Contains(f.Body, inConfig)
	})
	id := imagetest.Digest([]byte(files[i].Body))
	files = append(files, imagetest.File{Name: "manifest.json", Body: `[{"Config":"blobs/sha256/` + id.Hex + `","Layers":[]}]`})
	_, err := openFiles(t, files, "")
	checkError(t, err, id.String(), false)
}

// Indexes that name each other many times are gone through once, and no more manifests than there may be.
func TestOpenTwoReadingsOfManyManifests(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		indexes, each int
		again         bool // each index names its manifests many times
		wantErr       string
	}{
		"many times":         {indexes: 2, each: 2, again: true},
		"many manifests":     {indexes: 2, each: 600, wantErr: "leads to more than 1000 manifests"},
		"many in index.json": {indexes: 1001, wantErr: "index.json names 1001 manifests, more than the 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			top := v1.IndexManifest{SchemaVersion: 2}
			for i := range tt.indexes {
				var list []v1.Descriptor
				for k := range tt.each {
					list = append(list, l.image(func(c *v1.ConfigFile, _ *v1.Manifest) { c.Author = fmt.Sprint(i, k) }))
				}
				for range 600 {
					if tt.again {
						list = append(list, list[0])
					}
				}
				d := l.index(list...)
				d.Annotations = map[string]string{"org.opencontainers.image.ref.name": fmt.Sprintf("app:%d", i)}
				top.Manifests = append(top.Manifests, d)
			}
			var id string
			for _, f := range l.files {
				if strings.Contains(f.Body, inConfig) {
					id = imagetest.Digest([]byte(f.Body)).Hex
				}
			}
			files := append(l.files, imagetest.File{Name: "index.json", Body: string(must(json.Marshal(top))(t))},
				imagetest.File{Name: "manifest.json", Body: `[{"Config":"` + id + `.json","Layers":[]}]`})
			if tt.each == 0 {
				files = append(files[:0], files[len(files)-2:]...)
			}
			_, err := openFiles(t, files, "app:1")
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// A name that two images have chooses none of them.
func TestOpenOneNameTwice(t *testing.T) {
	t.Parallel()
	first, second := twoLayers(imagetest.Gzip, ""), other()
	entry := func(name string, img imagetest.Image) imagetest.Entry {
		return imagetest.Entry{Name: name, Images: []imagetest.Image{img}}
	}
	oci := func(a, b string) imagetest.Files { return must(imagetest.OCI(entry(a, first), entry(b, second)))(t) }
	docker := func(a, b string) imagetest.Files {
		return joined(t, nil, must(imagetest.Docker([]string{a}, first))(t), must(imagetest.Docker([]string{b}, second))(t))
	}
	manifest := func(files imagetest.Files, k int) string {
		var index v1.IndexManifest
		i := slices.IndexFunc(files, func(f imagetest.File) bool { return f.Name == "index.json" })
		if err := json.Unmarshal([]byte(files[i].Body), &index); err != nil {
			t.Fatal(err)
		}
		return index.Manifests[k].Digest.String()
	}
	layout := oci("app:1", "app:1")
	ids := []string{configOf(t, first), configOf(t, second)}
	manifests := []string{manifest(layout, 0), manifest(layout, 1)}
	tests := []struct {
		name    string
		files   imagetest.Files
		choose  string
		digests []string // that the error names; none where the image opens
	}{
		{name: "OCI, by name", files: layout, choose: "app:1", digests: manifests},
		{name: "OCI, without a choice", files: layout, digests: manifests},
		{name: "OCI, by digest", files: layout, choose: manifests[1]},
		{name: "OCI, the same name in two ways", files: oci("app", "docker.io/library/app:latest"), choose: "app", digests: manifests},
		{name: "OCI, another name", files: oci("app:1", "app:2"), choose: "app:1"},
		{name: "OCI, one image twice", files: must(imagetest.OCI(entry("app:1", first), entry("app:1", first)))(t), choose: "app:1"},
		{name: "docker save, by name", files: docker("app:1", "app:1"), choose: "app:1", digests: ids},
		{name: "docker save, without a choice", files: docker("app:1", "app:1"), digests: ids},
		{name: "docker save, by ID", files: docker("app:1", "app:1"), choose: ids[1]},
		{name: "docker save, the same name in two ways", files: docker("app:1", "docker.io/library/app:1"), choose: "app:1", digests: ids},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := openFiles(t, tt.files, tt.choose)
			if tt.digests == nil {
				checkError(t, err, "", false)
				return
			}
			for _, d := range tt.digests {
				checkError(t, err, d, true)
			}
			if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "one of these digests to image-name") {
				t.Errorf("Hints() = %q, want a digest to choose by", hints)
			}
		})
	}
}

// What is embedded in a descriptor is what its digest says, wherever the descriptor stands.
func TestOpenEmbeddedData(t *testing.T) {
	t.Parallel()
	encode := func(data string) string { return `"data":"` + base64.StdEncoding.EncodeToString([]byte(data)) + `",` }
	type build struct {
		part, before string // a blob with part gets the data before a text
		right        func(files imagetest.Files) string
	}
	blob := func(part string) func(imagetest.Files) string {
		return func(files imagetest.Files) string {
			for _, f := range files {
				if f.Name != "index.json" && strings.Contains(f.Body, part) {
					return f.Body
				}
			}
			return ""
		}
	}
	tests := map[string]build{
		"the configuration": {inManifest, `"mediaType":"` + string(types.OCIConfigJSON), blob(inConfig)},
		"a layer":           {inManifest, `"mediaType":"` + string(types.OCILayer), blob("\x1f\x8b")},
		"a manifest":        {`"manifests":[`, `"mediaType":"` + string(types.OCIManifestSchema1), blob(inManifest)},
	}
	for name, tt := range tests {
		for _, data := range []string{"right", "wrong", ""} {
			t.Run(name+" "+data, func(t *testing.T) {
				t.Parallel()
				files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
				wantErr := "embeds other content"
				if data == "right" {
					data, wantErr = tt.right(files), ""
				}
				_, err := openFiles(t, withBody(t, files, tt.part, tt.before, encode(data)+tt.before), "")
				checkError(t, err, wantErr, false)
			})
		}
	}
	for name, at := range map[string]string{"an image": inManifest, "an index": `"manifests":[`} {
		t.Run("the subject of "+name, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
			subject := fmt.Sprintf(`"subject":{"mediaType":"x","size":1,"data":"eQ==","digest":"%s"},`, imagetest.Digest([]byte("x")))
			_, err := openFiles(t, withBody(t, files, at, at, subject+at), "")
			checkError(t, err, "embeds other content", false)
		})
	}
	t.Run("index.json", func(t *testing.T) {
		t.Parallel()
		files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
		i := slices.IndexFunc(files, func(f imagetest.File) bool { return f.Name == "index.json" })
		files[i].Body = strings.Replace(files[i].Body, `"digest"`, encode("x")+`"digest"`, 1)
		_, err := openFiles(t, files, "")
		checkError(t, err, "embeds other content", false)
	})
}

// An index may say of a manifest what its own annotations do not.
func TestOpenRefusesLazyIndexes(t *testing.T) {
	t.Parallel()
	lazy := map[string]string{"containerd.io/snapshot/nydus-bootstrap": "x"}
	for name, build := range map[string]func(l *layout) v1.Descriptor{
		"the index": func(l *layout) v1.Descriptor {
			return l.blob(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{l.image(nil)}, Annotations: lazy})
		},
		"a manifest in it": func(l *layout) v1.Descriptor {
			d := l.image(nil)
			d.Annotations = lazy
			return l.index(d)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &layout{}
			_, err := open(t, l.write(t, build(l)), "")
			checkError(t, err, "nydus-bootstrap", false)
		})
	}
}

// What is no image of layers, or not of the platform that is offered, would be judged as something that it is not.
func TestOpenRefusesWhatIsNoImage(t *testing.T) {
	t.Parallel()
	history := strings.Repeat(`{},`, 10_001)
	lazy := func(key string) string { return `"annotations":{"` + key + `":"x"},` }
	tests := []struct {
		name, part, from, to, wantErr, hint string
	}{
		{"a chart's configuration", inManifest, "image.config.v1+json", "chart.config.v1+json", "is not a container image", "Helm charts"},
		{"an empty configuration", inManifest, "vnd.oci.image.config.v1+json", "vnd.oci.empty.v1+json", "is not a container image", "artifacts"},
		{"another root file system", inConfig, `"type":"layers"`, `"type":"layers+base"`, `of the type "layers+base"`, ""},
		{"no type of root file system", inConfig, `"type":"layers",`, ``, `of the type ""`, ""},
		{"a long history", inConfig, `"history":[`, `"history":[` + history, "history of 10003 instructions, more than the 10000", ""},
		{"a huge history", inConfig, `"history":[`, `"history":[` + strings.Repeat(history, 20), "more than the 200000 values", ""},
		{"overlaybd", inManifest, `"mediaType":"` + string(types.OCILayer), lazy("containerd.io/snapshot/overlaybd/blob-digest") + `"mediaType":"` + string(types.OCILayer), "overlaybd/blob-digest", "before it is converted"},
		{"nydus", inManifest, `"mediaType":"` + string(types.OCILayer), lazy("containerd.io/snapshot/nydus-bootstrap") + `"mediaType":"` + string(types.OCILayer), "nydus-bootstrap", "before it is converted"},
		{"an unknown part of zstd:chunked", inManifest, `"mediaType":"` + string(types.OCILayer), lazy("io.github.containers.zstd-chunked.new") + `"mediaType":"` + string(types.OCILayer), "zstd-chunked.new", "before it is converted"},
		{"SOCI", inManifest, `"config":{`, lazy("com.amazon.soci.index-digest") + `"config":{`, "com.amazon.soci.index-digest", "before it is converted"},
		{"an unknown part of the first form of zstd:chunked", inManifest, `"config":{`, lazy("io.containers.zstd-chunked.new") + `"config":{`, "io.containers.zstd-chunked.new", "before it is converted"},
		{"a configuration in capitals", inConfig, `"rootfs"`, `"RootFS"`, "is not spelled rootfs", ""},
		{"a huge number", inManifest, `"config":{`, `"n":` + strings.Repeat("9", 2000) + `,"config":{`, "is the number 9", ""},
		{"another annotation", inManifest, `"mediaType":"` + string(types.OCILayer), lazy("io.containers.estargz.uncompressed-size") + `"mediaType":"` + string(types.OCILayer), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t)
			_, err := openFiles(t, withBody(t, files, tt.part, tt.from, tt.to), "")
			checkError(t, err, tt.wantErr, false)
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("Hints() = %q, want one with %q", hints, tt.hint)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("Open() = an error of %d bytes", len(err.Error()))
			}
		})
	}
}

func TestOpenPlatforms(t *testing.T) {
	t.Parallel()
	platform := func(s string) *v1.Platform { return must(v1.ParsePlatform(s))(t) }
	tests := []struct {
		name    string
		change  func(index *v1.IndexManifest)
		wantErr string
	}{
		{name: "as they are", change: func(*v1.IndexManifest) {}},
		{name: "with the usual variant", change: func(x *v1.IndexManifest) { x.Manifests[1].Platform = platform("linux/arm64/v8") }},
		{name: "without a platform", change: func(x *v1.IndexManifest) { x.Manifests[1].Platform = nil }},
		{
			name: "one manifest for two",
			change: func(x *v1.IndexManifest) {
				x.Manifests[1].Digest, x.Manifests[1].Size = x.Manifests[0].Digest, x.Manifests[0].Size
			},
			wantErr: "for linux/arm64, but its configuration is for linux/amd64",
		},
		{name: "exchanged", change: func(x *v1.IndexManifest) { x.Manifests[0].Platform = platform("linux/arm64") }, wantErr: "for linux/arm64, but its configuration is for linux/amd64"},
		{name: "hidden as unknown", change: func(x *v1.IndexManifest) { x.Manifests[1].Platform = platform("unknown/unknown") }, wantErr: "for unknown/unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t)
			_, err := openFiles(t, reindex(t, files, tt.change), "")
			checkError(t, err, tt.wantErr, false)
		})
	}
}

// Many configurations name no variant, and what is built for a lower one runs on a higher one: manifest-tool offers one image for several.
func TestOpenVariants(t *testing.T) {
	t.Parallel()
	tests := []struct{ own, offered, want, wantErr string }{
		{own: "linux/arm", offered: "linux/arm/v6", want: "linux/arm/v6"},
		{own: "linux/arm/v7", offered: "linux/arm", want: "linux/arm/v7"},
		{own: "linux/arm/v6", offered: "linux/arm/v7", want: "linux/arm/v6"},
		{own: "linux/arm/v7", offered: "linux/arm/v6", wantErr: "for linux/arm/v6, but its configuration is for linux/arm/v7"},
		{own: "linux/arm64", offered: "linux/arm64/v8", want: "linux/arm64"},
		{own: "linux/arm64", offered: "linux/arm64/v9", want: "linux/arm64/v9"},
		{own: "linux/arm64/v9", offered: "linux/arm64/v8", wantErr: "for linux/arm64/v8, but its configuration is for linux/arm64/v9"},
		{own: "linux/arm64/v9", offered: "linux/arm64", wantErr: "for linux/arm64, but its configuration is for linux/arm64/v9"},
		{own: "linux/amd64", offered: "linux/amd64/v2", want: "linux/amd64/v2"},
		{own: "linux/amd64/v3", offered: "linux/amd64", wantErr: "for linux/amd64, but its configuration is for linux/amd64/v3"},
		{own: "linux/386", offered: "linux/amd64", wantErr: "for linux/amd64, but its configuration is for linux/386"},
		{own: "linux/arm/v7", offered: "linux/arm64", wantErr: "for linux/arm64, but its configuration is for linux/arm/v7"},
		{own: "windows/amd64", offered: "windows/amd64:10.0.20348.1", want: "windows/amd64"},
		{own: "windows/amd64", offered: "linux/amd64", wantErr: "for linux/amd64, but its configuration is for windows/amd64"},
	}
	for _, tt := range tests {
		t.Run(tt.own+" offered for "+tt.offered, func(t *testing.T) {
			t.Parallel()
			files := must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, tt.own), twoLayers(imagetest.Gzip, "linux/s390x")}}))(t)
			img, err := openFiles(t, reindex(t, files, func(x *v1.IndexManifest) { x.Manifests[0].Platform = must(v1.ParsePlatform(tt.offered))(t) }), "")
			checkError(t, err, tt.wantErr, false)
			if err == nil && img.Platforms[0].Name != tt.want {
				t.Errorf("Open() reads an image for %s, want %s", img.Platforms[0].Name, tt.want)
			}
		})
	}
}

// An image of more layers than any builder makes costs as much as an attacker likes.
func TestOpenManyLayers(t *testing.T) {
	t.Parallel()
	img := imagetest.Image{Layers: make([]imagetest.Layer, 513)}
	for name, files := range map[string]imagetest.Files{
		"OCI": must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img}}))(t), "docker save": must(imagetest.Docker(nil, img))(t),
	} {
		_, err := openFiles(t, files, "")
		checkError(t, err, "names 513 layers, more than 512", false)
		t.Log(name)
	}
	var entries []string
	for i := range 1001 {
		entries = append(entries, fmt.Sprintf(`{"Config":"%064x.json"}`, i))
	}
	_, err := openFiles(t, imagetest.Files{{Name: "manifest.json", Body: "[" + strings.Join(entries, ",") + "]"}}, "")
	checkError(t, err, "1001 images, more than the 1000", false)
}

// What opens passes the checks that go-containerregistry's crane validate makes of an image in a registry.
func TestOpenedImagesAreValid(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]imagetest.Files{
		"an image":  must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "")}}))(t),
		"an index":  must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/amd64"), twoLayers(imagetest.Gzip, "linux/arm64")}}))(t),
		"two names": must(imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{twoLayers(imagetest.Gzip, "linux/arm/v7")}}))(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := files.WriteDir(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, dir, ""); err != nil {
				t.Fatal(err)
			}
			index := must(ocilayout.ImageIndexFromPath(dir))(t)
			if err := validate.Index(index); err != nil {
				t.Error(err)
			}
		})
	}
}
