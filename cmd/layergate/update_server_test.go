package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// updateServer serves a database of this repository's advisories as grype's update server does.
func updateServer(t *testing.T) (url string) {
	t.Helper()
	db, root := t.TempDir(), t.TempDir()
	if _, err := osv.Build(t.Context(), osv.Config{
		Dir: db, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: time.Now,
	}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(db, "6", "vulnerability.db"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	compressed, err := zstd.NewWriter(&archive)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(compressed)
	err = w.WriteHeader(&tar.Header{Name: "vulnerability.db", Mode: 0o644, Size: int64(len(content))})
	_, werr := w.Write(content)
	if err := errors.Join(err, werr, w.Close(), compressed.Close()); err != nil {
		t.Fatal(err)
	}
	latest, err := json.Marshal(map[string]string{
		"status": "active", "schemaVersion": "v6.1.7", "built": time.Now().UTC().Format(time.RFC3339),
		"path": "db.tar.zst", "checksum": fmt.Sprintf("sha256:%x", sha256.Sum256(archive.Bytes())),
	})
	if err != nil {
		t.Fatal(err)
	}
	directory := filepath.Join(root, "v6")
	if err := errors.Join(os.Mkdir(directory, 0o755), os.WriteFile(filepath.Join(directory, "db.tar.zst"), archive.Bytes(), 0o644),
		os.WriteFile(filepath.Join(directory, "latest.json"), latest, 0o644)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(root)))
	t.Cleanup(server.Close)
	return server.URL
}
