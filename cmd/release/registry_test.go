package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/registrytest"
)

const storedManifest = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`

func TestCheckRegistry(t *testing.T) {
	t.Parallel()
	stored := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(storedManifest)))
	for name, tt := range map[string]struct {
		status   int // of the registry's answer; 200 brings the stored manifest
		password string
		digest   string
		want     string // of the error; empty means none
	}{
		"a free tag":           {status: http.StatusNotFound, password: "secret", digest: newDigest},
		"the same image":       {status: http.StatusOK, password: "secret", digest: stored},
		"another image":        {status: http.StatusOK, password: "secret", digest: newDigest, want: "already, and what was built is " + newDigest},
		"a registry in need":   {status: http.StatusForbidden, password: "secret", digest: newDigest, want: "looking for"},
		"a refused login":      {status: http.StatusOK, password: "wrong", digest: newDigest, want: "looking for"},
		"a layout of no image": {status: http.StatusOK, password: "secret", digest: "latest", want: "does not name one image"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := registrytest.Start(registrytest.Config{Username: "user", Password: "secret", Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/manifests/1.2.3") {
					return false
				}
				w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
				w.Header().Set("Docker-Content-Digest", stored)
				w.WriteHeader(tt.status)
				if tt.status == http.StatusOK {
					_, _ = w.Write([]byte(storedManifest))
				}
				return true
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Close() })
			layout := t.TempDir()
			writeFile(t, filepath.Join(layout, "index.json"), `{"manifests": [{"digest": "`+tt.digest+`"}]}`)
			env := map[string]string{"LAYERGATE_REGISTRY_USERNAME": "user", "LAYERGATE_REGISTRY_PASSWORD": tt.password}
			c := &command{getenv: func(name string) string { return env[name] }}
			err = c.run(t.Context(), []string{"registry", server.Host + "/layergate/layergate:1.2.3", layout})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("registry ended with %v, want %q", err, tt.want)
			}
		})
	}
}
