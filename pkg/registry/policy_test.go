package registry_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const policyText = "fail-on: high\n"

// publish publishes policyText in a registry under policies:1, and returns the reference with the digest.
func publish(t *testing.T, cfg registrytest.Config) (*registrytest.Server, *registry.Client, string, error) {
	t.Helper()
	server := start(t, cfg)
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := client.PublishPolicy(context.Background(), server.Host+"/policies:1", []byte(policyText))
	return server, client, ref, err
}

func TestPublishPolicy(t *testing.T) {
	t.Parallel()
	server, client, ref, err := publish(t, registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if want := server.Host + "/policies:1@sha256:"; !strings.HasPrefix(ref, want) {
		t.Errorf("PublishPolicy() = %s, want %s…", ref, want)
	}
	for _, r := range []string{ref, strings.Replace(ref, ":1@", "@", 1)} {
		if got, err := client.Policy(context.Background(), r, 100); err != nil || string(got) != policyText {
			t.Errorf("Policy(%s) = %q, %v, want %q", r, got, err, policyText)
		}
	}
	_, _, again, err := publish(t, registrytest.Config{})
	if _, want, _ := strings.Cut(ref, "@"); err != nil || !strings.HasSuffix(again, want) {
		t.Errorf("PublishPolicy(again) = %s, %v, want the digest %s", again, err, want)
	}
}

// A tag that leads to an image is not taken from it.
func TestPublishPolicyKeepsImages(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Compression: imagetest.Gzip}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Store("policies", "1", files); err != nil {
		t.Fatal(err)
	}
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := client.PublishPolicy(context.Background(), server.Host+"/policies:1", []byte(policyText))
	if !fault.IsRequest(err) || len(server.Writes()) != 0 {
		t.Errorf("PublishPolicy(tag of an image) = %s, %v with the writes %q, want a wrong request and none", ref, err, server.Writes())
	}
}

func TestPublishPolicyFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, method, path, want string }{
		{"the tag cannot be looked at", http.MethodGet, "/manifests/1", "may read policies"},
		{"the tag cannot be written", http.MethodPut, "/manifests/1", "may push to policies"},
		{"the blob cannot be written", http.MethodPost, "/blobs/uploads/", "may push to policies"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, ref, err := publish(t, registrytest.Config{Fail: func(r *http.Request) bool {
				return r.Method == tt.method && strings.HasSuffix(r.URL.Path, tt.path)
			}})
			if err == nil || fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("PublishPolicy() = %s, %v, want an error with %q that is no wrong request", ref, err, tt.want)
			}
		})
	}
}

// What is read is what the digest names, and a policy, or nothing.
func TestPolicyRefuses(t *testing.T) {
	t.Parallel()
	type parts struct{ artifact, layer, second, manifest string }
	valid := parts{artifact: registry.PolicyArtifact, layer: registry.PolicyMediaType, manifest: string(types.OCIManifestSchema1)}
	tests := []struct {
		name    string
		change  func(*parts)
		tag     bool   // asks by the tag
		ref     string // asks by this one
		limit   int64
		answer  func(w http.ResponseWriter, r *http.Request) bool
		want    string
		request bool
	}{
		{name: "a tag", tag: true, limit: 100, want: "it has no digest, and a tag can be moved", request: true},
		{name: "no reference", ref: "policies@sha256:abc", want: `the reference "policies@sha256:abc" is not valid`, request: true},
		{name: "another artifact", change: func(p *parts) { p.artifact = "application/vnd.example" }, limit: 100, want: "it is of the type application/vnd.example", request: true},
		{name: "another file", change: func(p *parts) { p.layer = "text/plain" }, limit: 100, want: "it does not hold one file", request: true},
		{name: "two files", change: func(p *parts) { p.second = registry.PolicyMediaType }, limit: 100, want: "it does not hold one file", request: true},
		{name: "an index", change: func(p *parts) { p.manifest = string(types.OCIImageIndex) }, limit: 100, want: "it is of the type application/vnd.oci.image.index", request: true},
		{name: "too large", limit: 5, want: "more than 5", request: true},
		{name: "another blob", limit: 100, answer: func(w http.ResponseWriter, r *http.Request) bool {
			return answerBlob(w, r, "fail-on: never")
		}, want: "error verifying sha256 checksum"},
		{name: "a longer blob", limit: 100, answer: func(w http.ResponseWriter, r *http.Request) bool {
			return answerBlob(w, r, policyText+"coverage: ignore\n")
		}, want: "sends other bytes than those of sha256:"},
		{name: "no blob", limit: 100, answer: func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/blobs/") {
				http.NotFound(w, r)
			}
			return strings.Contains(r.URL.Path, "/blobs/")
		}, want: "does not have it"},
		{name: "another manifest", limit: 100, answer: func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/manifests/sha256") {
				w.Header().Set("Content-Type", string(types.OCIManifestSchema1))
				w.Write([]byte("{}"))
			}
			return strings.Contains(r.URL.Path, "/manifests/sha256")
		}, want: "does not match"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: tt.answer})
			p := valid
			if tt.change != nil {
				tt.change(&p)
			}
			type blob struct {
				MediaType string `json:"mediaType"`
				Digest    string `json:"digest"`
				Size      int    `json:"size"`
			}
			file := blob{p.layer, imagetest.Digest([]byte(policyText)).String(), len(policyText)}
			layers := []blob{file}
			if p.second != "" {
				layers = append(layers, file)
			}
			raw, err := json.Marshal(map[string]any{
				"schemaVersion": 2, "mediaType": p.manifest, "artifactType": p.artifact, "layers": layers,
				"config": blob{"application/vnd.oci.empty.v1+json", imagetest.Digest([]byte("{}")).String(), 2},
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, content := range []string{policyText, "{}"} {
				if err := server.StoreBlob("policies", []byte(content)); err != nil {
					t.Fatal(err)
				}
			}
			if err := server.StoreManifest("policies", "1", types.MediaType(p.manifest), raw); err != nil {
				t.Fatal(err)
			}
			ref := server.Host + "/policies@" + imagetest.Digest(raw).String()
			if tt.tag {
				ref = server.Host + "/policies:1"
			}
			ref = cmp.Or(tt.ref, ref)
			client, err := registry.New(registry.Config{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := client.Policy(context.Background(), ref, tt.limit)
			if err == nil || got != nil || !strings.Contains(err.Error(), tt.want) || fault.IsRequest(err) != tt.request {
				t.Fatalf("Policy() = %q, %v, want an error with %q", got, err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), " "); strings.Contains(tt.want, "checksum") && !strings.Contains(hints, "push it there again") {
				t.Errorf("Policy() has the hints %q, want none to try again", hints)
			}
			if hints := strings.Join(fault.Hints(err), " "); tt.tag && !strings.Contains(hints, ref+"@"+imagetest.Digest(raw).String()) {
				t.Errorf("Policy() has the hints %q, want the digest", hints)
			}
		})
	}
}

func answerBlob(w http.ResponseWriter, r *http.Request, body string) bool {
	if r.Method == http.MethodHead || !strings.Contains(r.URL.Path, "/blobs/") {
		return false
	}
	w.Write([]byte(body))
	return true
}
