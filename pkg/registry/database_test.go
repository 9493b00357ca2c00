package registry_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const archiveText = "an archive"

// builtAt is when the database in it was built.
var builtAt = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// publishArchive publishes archiveText under db:1.
func publishArchive(t *testing.T, client *registry.Client, host string) (string, error) {
	t.Helper()
	content := []byte(archiveText)
	return client.PublishDatabase(t.Context(), host+"/db:1", digestOf(content), "zstd", builtAt, int64(len(content)), bytes.NewReader(content))
}

func digestOf(content []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(content)) }

func databaseClient(t *testing.T) (*registrytest.Server, *registry.Client) {
	t.Helper()
	client, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return start(t, registrytest.Config{}), client
}

func TestPublishDatabase(t *testing.T) {
	t.Parallel()
	server, client := databaseClient(t)
	pinned, err := publishArchive(t, client, server.Host)
	if err != nil || !strings.HasPrefix(pinned, server.Host+"/db:1@sha256:") {
		t.Fatalf("PublishDatabase() = %q, %v", pinned, err)
	}
	for _, ref := range []string{server.Host + "/db:1", pinned} {
		found, err := client.Database(t.Context(), ref)
		if err != nil || found.Digest != digestOf([]byte(archiveText)) || found.Size != int64(len(archiveText)) {
			t.Fatalf("Database(%s) = %+v, %v", ref, found, err)
		}
		body, err := found.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != archiveText {
			t.Errorf("Open() reads %q, %v", got, err)
		}
		body.Close()
	}
	if _, err := publishArchive(t, client, server.Host); err != nil {
		t.Errorf("PublishDatabase(again) = %v", err)
	}
	// A database takes the place of an older one, and not of a newer one.
	for _, tt := range []struct {
		later time.Duration
		moves bool
	}{{time.Hour, true}, {-time.Hour, false}, {time.Hour, true}} {
		content := []byte(tt.later.String())
		_, err := client.PublishDatabase(t.Context(), server.Host+"/db:1", digestOf(content), "zstd", builtAt.Add(tt.later), int64(len(content)), bytes.NewReader(content))
		if (err == nil) != tt.moves || err != nil && (!fault.IsRequest(err) || !strings.Contains(err.Error(), "built 2026-11-20T07:00:00Z, later than this one")) {
			t.Errorf("PublishDatabase() of one that was built %s later = %v, want it to be stored: %t", tt.later, err, tt.moves)
		}
	}
}

// put stores a manifest as it is.
func put(t *testing.T, host, tag, mediaType, manifest string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+host+"/v2/db/manifests/"+tag, strings.NewReader(manifest))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("putting %s: %s", tag, resp.Status)
	}
}

func TestDatabaseOfOtherTools(t *testing.T) {
	t.Parallel()
	const oci, empty, image = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json"
	blob := func(mediaType string) string {
		return fmt.Sprintf(`{"mediaType": %q, "digest": %q, "size": %d}`, mediaType, digestOf([]byte(archiveText)), len(archiveText))
	}
	manifest := func(config string, layers ...string) string {
		return fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q, "artifactType": "application/vnd.unknown.artifact.v1", "config": %s, "layers": [%s]}`, oci, blob(config), strings.Join(layers, ", "))
	}
	const tar = "application/vnd.oci.image.layer.v1.tar"
	ours := registry.DatabaseMediaType + "tar+gzip"
	tests := []struct {
		name, mediaType, manifest string
		want                      string // in the error; empty for none
	}{
		{"oras push", oci, manifest(empty, blob(tar)), ""},
		{"with a readme beside it", oci, manifest(empty, blob("text/markdown"), blob(ours)), ""},
		{"an image", oci, manifest(image, blob(tar)), "it is an image"},
		{"two files", oci, manifest(empty, blob(tar), blob(tar)), "it holds 2 files, and 0 of a type"},
		{"two of ours", oci, manifest(empty, blob(ours), blob(ours)), "it holds 2 files, and 2 of a type"},
		{"none", oci, manifest(empty), "it holds 0 files"},
		{"an index", "application/vnd.oci.image.index.v1+json", `{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}`, "image.index"},
	}
	server, client := databaseClient(t)
	if _, err := publishArchive(t, client, server.Host); err != nil { // the blobs
		t.Fatal(err)
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tag := fmt.Sprintf("case%d", i)
			put(t, server.Host, tag, tt.mediaType, tt.manifest)
			found, err := client.Database(t.Context(), server.Host+"/db:"+tag)
			if tt.want == "" {
				if err != nil || found.Digest != digestOf([]byte(archiveText)) {
					t.Errorf("Database() = %+v, %v", found, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.IsRequest(err) {
				t.Errorf("Database() = %v, want a wrong request with %q", err, tt.want)
			}
			content := []byte(archiveText)
			if _, err := client.PublishDatabase(t.Context(), server.Host+"/db:"+tag, digestOf(content), "zstd", builtAt, int64(len(content)), bytes.NewReader(content)); err == nil || !fault.IsRequest(err) {
				t.Errorf("PublishDatabase() = %v, want a wrong request: the tag is something else's", err)
			}
		})
	}
	_, err := client.Database(t.Context(), server.Host+"/db:none")
	if err == nil || fault.IsRequest(err) || !strings.Contains(err.Error(), "has no advisory database db:none") {
		t.Errorf("Database(missing) = %v, want no wrong request: another source may have it", err)
	}
}
