package image_test

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
)

const vexPredicate = "https://openvex.dev/ns/v0.2.0"

// attachment is a manifest that is attached to another, and its one layer.
type attachment struct {
	manifest, layer []byte
	descriptor      v1.Descriptor
}

// attach makes an attachment: a referrer of a digest, or else one that says so by its tag alone.
func attach(t *testing.T, subject v1.Hash, referrer bool, mt types.MediaType, body string) attachment {
	t.Helper()
	a := attachment{layer: []byte(body)}
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1,
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: imagetest.Digest([]byte("{}")), Size: 2},
		Layers: []v1.Descriptor{{MediaType: mt, Digest: imagetest.Digest(a.layer), Size: int64(len(body)), Annotations: map[string]string{"predicateType": vexPredicate}}},
	}
	if referrer {
		m.Config.MediaType = "application/vnd.oci.empty.v1+json"
		m.ArtifactType = string(mt)
		m.Subject = &v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: subject, Size: 1}
	}
	var err error
	if a.manifest, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	a.descriptor = v1.Descriptor{MediaType: m.MediaType, ArtifactType: m.ArtifactType, Digest: imagetest.Digest(a.manifest), Size: int64(len(a.manifest))}
	if !referrer {
		a.descriptor.Annotations = map[string]string{"org.opencontainers.image.ref.name": "registry.example/app:" + tagOf(subject)}
	}
	return a
}

func tagOf(d v1.Hash) string { return strings.Replace(d.String(), ":", "-", 1) + ".att" }

// beside is a layout with attachments.
func beside(t *testing.T, layout imagetest.Files, of ...attachment) imagetest.Files {
	t.Helper()
	for _, a := range of {
		for _, body := range [][]byte{a.layer, a.manifest} {
			layout = append(layout, imagetest.File{Name: "blobs/sha256/" + imagetest.Digest(body).Hex, Body: string(body)})
		}
	}
	return reindexTop(t, layout, func(index *v1.IndexManifest) {
		for _, a := range of {
			index.Manifests = append(index.Manifests, a.descriptor)
		}
	})
}

func rootOf(t *testing.T, layout imagetest.Files) v1.Hash {
	t.Helper()
	for _, f := range layout {
		if f.Name == "index.json" {
			var index v1.IndexManifest
			if err := json.Unmarshal([]byte(f.Body), &index); err != nil {
				t.Fatal(err)
			}
			return index.Manifests[0].Digest
		}
	}
	t.Fatal("the layout has no index.json")
	return v1.Hash{}
}

// attachedTo lists what is attached to an image: media type, predicate and text.
func attachedTo(t *testing.T, img *image.Image) [][3]string {
	t.Helper()
	list, err := img.Attached()
	if err != nil {
		t.Fatal(err)
	}
	var out [][3]string
	for _, a := range list {
		body, err := io.ReadAll(a.Open())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, [3]string{string(a.MediaType), a.Predicate, string(body)})
	}
	return out
}

const (
	dsseType   = "application/vnd.dsse.envelope.v1+json"
	bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"
	inTotoType = "application/vnd.in-toto+json"
)

// What is attached to an image in a layout is found in all three ways that it can lie there, and is no image itself.
func TestAttachedInLayout(t *testing.T) {
	t.Parallel()
	layout := layoutOf(t, "linux/amd64", "linux/arm64")
	root := rootOf(t, layout)
	other := imagetest.Digest([]byte("another image"))
	layout = beside(t, layout,
		attach(t, root, true, bundleType, `{"bundle":1}`), attach(t, root, false, dsseType, `{"envelope":1}`),
		attach(t, root, true, "application/vnd.cncf.notary.signature", `signature`), attach(t, other, true, bundleType, `{"bundle":2}`))
	img := must(openFiles(t, layout, ""))(t)
	want := [][3]string{
		{inTotoType, "", `{"_type":"https://in-toto.io/Statement/v1"}`},
		{bundleType, vexPredicate, `{"bundle":1}`},
		{dsseType, vexPredicate, `{"envelope":1}`},
	}
	if diff := cmp.Diff(want, attachedTo(t, img)); diff != "" || img.Root.Digest != root {
		t.Errorf("Attached() of %s, want %s (-want +got):\n%s", img.Root.Digest, root, diff)
	}
}

// What cosign save stores beside an image is attached to it, and nothing that may run.
func TestAttachedByCosignSave(t *testing.T) {
	t.Parallel()
	kind := func(a attachment, kind string) attachment {
		a.descriptor.Annotations = map[string]string{"kind": "dev.cosignproject.cosign/" + kind}
		return a
	}
	layout := layoutOf(t, "linux/amd64", "linux/arm64")
	root := rootOf(t, layout)
	signature := kind(attach(t, root, false, "application/vnd.dev.cosign.simplesigning.v1+json", "signature"), "sigs")
	envelope := kind(attach(t, root, false, dsseType, `{"envelope":1}`), "atts")
	runs := kind(attach(t, root, false, types.OCILayer, "a layer"), "atts")
	marked := func(of ...attachment) imagetest.Files {
		files := beside(t, slices.Clone(layout), of...)
		return reindexTop(t, files, func(x *v1.IndexManifest) {
			x.Manifests[0].Annotations = map[string]string{"kind": "dev.cosignproject.cosign/imageIndex"}
		})
	}
	img := must(openFiles(t, marked(signature, envelope), ""))(t)
	want := [][3]string{{inTotoType, "", `{"_type":"https://in-toto.io/Statement/v1"}`}, {dsseType, vexPredicate, `{"envelope":1}`}}
	if diff := cmp.Diff(want, attachedTo(t, img)); diff != "" || img.Root.Digest != root {
		t.Errorf("Attached() of %s, want %s (-want +got):\n%s", img.Root.Digest, root, diff)
	}
	_, err := openFiles(t, marked(signature, runs), "")
	checkError(t, err, "the archive holds 2 images", true)
	_, err = openFiles(t, beside(t, slices.Clone(layout), signature), "")
	checkError(t, err, "the archive holds 2 images", true)
}

// reindexTop changes the index.json of a layout.
func reindexTop(t *testing.T, files imagetest.Files, change func(*v1.IndexManifest)) imagetest.Files {
	t.Helper()
	for i := range files {
		if files[i].Name != "index.json" {
			continue
		}
		var index v1.IndexManifest
		if err := json.Unmarshal([]byte(files[i].Body), &index); err != nil {
			t.Fatal(err)
		}
		change(&index)
		files[i].Body = string(must(json.Marshal(index))(t))
	}
	return files
}

// What a registry keeps attached to an image is read where that is asked for, and nothing is asked of it otherwise.
func TestAttachedInRegistry(t *testing.T) {
	t.Parallel()
	server := startRegistry(t, registrytest.Config{})
	layout := layoutOf(t, "linux/amd64")
	root := rootOf(t, layout)
	referrer, tagged := attach(t, root, true, bundleType, `{"bundle":1}`), attach(t, root, false, dsseType, `{"envelope":1}`)
	signature := attach(t, root, true, "application/vnd.cncf.notary.signature", `signature`)
	store(t, server, "app", "1", layout)
	for _, a := range []attachment{referrer, tagged, signature} {
		if err := server.StoreBlob("app", a.layer); err != nil {
			t.Fatal(err)
		}
	}
	for reference, a := range map[string]attachment{referrer.descriptor.Digest.String(): referrer, signature.descriptor.Digest.String(): signature, tagOf(root): tagged} {
		if err := server.StoreManifest("app", reference, types.OCIManifestSchema1, a.manifest); err != nil {
			t.Fatal(err)
		}
	}
	source := "registry:" + server.Host + "/app:1"
	img, err := pull(t, context.Background(), source, func(opt *image.Options) { opt.Referrers = true })
	if err != nil {
		t.Fatal(err)
	}
	want := [][3]string{{bundleType, vexPredicate, `{"bundle":1}`}, {dsseType, vexPredicate, `{"envelope":1}`}}
	if diff := cmp.Diff(want, attachedTo(t, img)); diff != "" || img.Root.Digest != root {
		t.Errorf("Attached() of %s, want %s (-want +got):\n%s", img.Root.Digest, root, diff)
	}
	before := len(server.Requests())
	if img, err = pull(t, context.Background(), source, nil); err != nil || len(attachedTo(t, img)) != 0 {
		t.Errorf("Open() without referrers = %v", err)
	}
	for _, r := range server.Requests()[before:] {
		if strings.Contains(r, "referrers") || strings.Contains(r, ".att") {
			t.Errorf("without being asked to, it requests %s", r)
		}
	}
}
