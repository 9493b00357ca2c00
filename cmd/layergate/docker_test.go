package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// dockerDouble answers as much of the Docker Engine's API as it takes to find, list and export images.
type dockerDouble struct {
	ids      map[string]string // of the images, by their names
	archives map[string][]byte // by ID
}

func startDocker(ts *testscript.TestScript, _ bool, args []string) {
	d := &dockerDouble{ids: map[string]string{}, archives: map[string][]byte{}}
	for _, a := range args {
		name, path, _ := strings.Cut(a, "=")
		raw, err := os.ReadFile(ts.MkAbs(path))
		ts.Check(err)
		d.ids[name] = configOf(ts, raw)
		d.archives[d.ids[name]] = raw
	}
	server := httptest.NewServer(d)
	ts.Defer(server.Close)
	ts.Setenv("DOCKER_HOST", "tcp://"+server.Listener.Addr().String())
}

// configOf is the ID of an image: the digest of its configuration, by which docker save names that.
func configOf(ts *testscript.TestScript, archive []byte) string {
	for tr := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := tr.Next()
		ts.Check(err)
		if h.Name != "manifest.json" {
			continue
		}
		var entries []struct{ Config string }
		raw, err := io.ReadAll(tr)
		ts.Check(err)
		ts.Check(json.Unmarshal(raw, &entries))
		hex := strings.TrimSuffix(entries[0].Config, ".json")
		return "sha256:" + hex[strings.LastIndex(hex, "/")+1:]
	}
}

func (d *dockerDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1.41")
	w.Header().Set("Api-Version", "1.41")
	name, inspect := strings.CutSuffix(strings.TrimPrefix(path, "/images/"), "/json")
	archive, known := d.archives[r.URL.Query().Get("names")]
	switch {
	case path == "/_ping":
	case path == "/images/json":
		var list []map[string]any
		for tag, id := range d.ids {
			list = append(list, map[string]any{"Id": id, "RepoTags": []string{tag}})
		}
		json.NewEncoder(w).Encode(list)
	case inspect && d.ids[name] != "":
		json.NewEncoder(w).Encode(map[string]any{"Id": d.ids[name], "RepoTags": []string{name}, "Size": 1 << 10})
	case path == "/images/get" && known:
		w.Write(archive)
	default:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"message":"no such image"}`)
	}
}
