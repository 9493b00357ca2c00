package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const subject = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// reader starts a registry and makes a client's image of it.
func reader(t *testing.T, cfg registrytest.Config) (*registrytest.Server, *registry.Image) {
	t.Helper()
	server, err := registrytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	img, err := client.Image(server.Host + "/app:1")
	if err != nil {
		t.Fatal(err)
	}
	return server, img
}

func layer(mediaType, body string) registrytest.Layer {
	return registrytest.Layer{MediaType: mediaType, Body: []byte(body)}
}

// Statements are found wherever tools put them, with the question for referrers and without.
func TestAttached(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		t.Run(fmt.Sprintf("without the question for referrers: %t", old), func(t *testing.T) {
			t.Parallel()
			server, img := reader(t, registrytest.Config{NoReferrers: old})
			bundle, err := server.Attach("app", subject, layer("application/vnd.dev.sigstore.bundle.v0.3+json", "a bundle"))
			sbom, err2 := server.Attach("app", subject, layer("application/vnd.cyclonedx+json", "no statement"))
			signature := layer(attest.SimpleSigning, "signed")
			signature.Annotations = map[string]string{"dev.cosignproject.cosign/signature": "x"}
			err = errors.Join(err, err2,
				server.AttachByTag("app", subject, ".att", layer("application/vnd.dsse.envelope.v1+json", "an envelope")),
				server.AttachByTag("app", subject, ".sig", signature))
			if old {
				err = errors.Join(err, server.ListReferrers("app", subject, bundle, sbom))
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := img.Attached(context.Background(), subject, subject) // what is attached to two digests is read once
			if err != nil {
				t.Fatal(err)
			}
			var bodies []string
			for _, a := range got {
				bodies = append(bodies, string(a.Body))
			}
			if want := []string{"a bundle", "an envelope", "signed"}; !slices.Equal(bodies, want) || got[2].Annotations["dev.cosignproject.cosign/signature"] != "x" {
				t.Errorf("Attached() = %+v, want %q", got, want)
			}
		})
	}
}

// What a registry does not give is not taken for nothing.
func TestAttachedFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request) bool
		want   string
	}{
		{"the referrers are refused", refuse("/referrers/"), "the referrers of sha256:aaa"},
		{"the tag of statements is refused", refuse(".att"), "the statements about sha256:aaa"},
		{"the tag of signatures is refused", refuse(".sig"), "the signatures of sha256:aaa"},
		{"a statement is refused", refuse("/blobs/"), "what is attached to sha256:aaa"},
		{"a manifest is refused", refuse("/manifests/sha256:"), "what is attached to sha256:aaa"},
		{"other bytes", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/blobs/") {
				return false
			}
			fmt.Fprint(w, "others")
			return true
		}, "error verifying sha256 checksum"},
		{"a manifest that is none", list(v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("b", 64)}}), "does not have it"},
		{"a list that is none", func(w http.ResponseWriter, r *http.Request) bool { return page(w, r, "", "[") }, "the list is not valid"},
		{"too many", list(slices.Repeat([]v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("b", 64)}}}, 1001)...), "more than 1000"},
		{"pages without end", func(w http.ResponseWriter, r *http.Request) bool { return page(w, r, "?last=x", `{}`) }, "more than 100 pages"},
		{"a page of another registry", func(w http.ResponseWriter, r *http.Request) bool {
			return page(w, r, "http://127.0.0.1:1/v2/app/referrers/x", `{}`)
		}, "the registry says that the next page is at http://127.0.0.1:1"},
		{"a list that ends in the middle", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.RawQuery != "" {
				w.WriteHeader(http.StatusNotFound)
				return true
			}
			return page(w, r, "?last=x", `{}`)
		}, "there is no page 2"},
		{"a redirect into the network", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/referrers/") {
				http.Redirect(w, r, "https://10.0.0.1/latest/meta-data", http.StatusTemporaryRedirect)
				return true
			}
			return false
		}, "leads to 10.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, img := reader(t, registrytest.Config{Answer: tt.answer})
			if _, err := server.Attach("app", subject, layer("application/vnd.in-toto+json", "a statement")); err != nil {
				t.Fatal(err)
			}
			if got, err := img.Attached(context.Background(), subject); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Attached() = %v, %v, want an error with %q", got, err, tt.want)
			}
		})
	}
}

// refuse answers requests whose path has a part.
func refuse(part string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, part) {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
}

// list answers the question for referrers.
func list(of ...v1.Descriptor) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		raw, err := json.Marshal(v1.IndexManifest{Manifests: of})
		return err == nil && page(w, r, "", string(raw))
	}
}

// page answers the question for referrers with one page, and says where the next is.
func page(w http.ResponseWriter, r *http.Request, next, body string) bool {
	if !strings.Contains(r.URL.Path, "/referrers/") {
		return false
	}
	w.Header().Set("Content-Type", string(types.OCIImageIndex)+"; charset=utf-8")
	if next != "" {
		w.Header().Set("Link", "<"+next+`>; rel="next"`)
	}
	fmt.Fprint(w, body)
	return true
}

// The list of referrers is read to its last page.
func TestReferrersPages(t *testing.T) {
	t.Parallel()
	_, img := reader(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		n := len(r.URL.Query().Get("last"))
		next := ""
		if n < 3 {
			next = "/v2/app/referrers/" + subject + "?last=" + strings.Repeat("x", n+1)
		}
		return page(w, r, next, fmt.Sprintf(`{"manifests": [{"size": %d}]}`, n))
	}})
	got, err := img.Referrers(context.Background(), v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("a", 64)})
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	for _, d := range got {
		sizes = append(sizes, d.Size)
	}
	if want := []int64{0, 1, 2, 3}; !slices.Equal(sizes, want) {
		t.Errorf("Referrers() has those of the sizes %v, want %v", sizes, want)
	}
}

// There is an end to what is read about one image.
func TestAttachedTooMuch(t *testing.T) {
	t.Parallel()
	for name, layers := range map[string][]registrytest.Layer{
		"statements": slices.Repeat([]registrytest.Layer{layer("application/vnd.in-toto+json", "small")}, 1001),
		"bytes":      slices.Repeat([]registrytest.Layer{{MediaType: "application/vnd.in-toto+json", Body: make([]byte, attest.MaxSize)}}, 5),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, img := reader(t, registrytest.Config{})
			if _, err := server.Attach("app", subject, layers...); err != nil {
				t.Fatal(err)
			}
			if got, err := img.Attached(context.Background(), subject); err == nil || !strings.Contains(err.Error(), "there are more than 1000 statements, or more than 134217728 bytes of them") || len(fault.Hints(err)) == 0 {
				t.Errorf("Attached() gives %d statements and %v", len(got), err)
			}
		})
	}
}

// What is larger than a statement may be is not read to its end, and keeps nobody from reading the others.
func TestAttachedLarge(t *testing.T) {
	t.Parallel()
	server, img := reader(t, registrytest.Config{})
	large := registrytest.Layer{MediaType: "application/vnd.in-toto+json", Body: make([]byte, attest.MaxSize+10)}
	if _, err := server.Attach("app", subject, large); err != nil {
		t.Fatal(err)
	}
	if err := server.AttachByTag("app", subject, ".att", layer("application/vnd.in-toto+json", "small")); err != nil {
		t.Fatal(err)
	}
	got, err := img.Attached(context.Background(), subject)
	if err != nil || len(got) != 2 || len(got[0].Body) != attest.MaxSize+1 || string(got[1].Body) != "small" {
		t.Errorf("Attached() gives %d statements and %v", len(got), err)
	}
}
