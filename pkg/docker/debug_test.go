package docker_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/docker"
)

func TestDebug(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		if r.URL.Path != "/_ping" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	var lines []string
	daemon := docker.Daemon{Host: "tcp://" + server.Listener.Addr().String(), Debug: func(line string) { lines = append(lines, line) }}
	if _, _, err := daemon.Find(context.Background(), "shop:2"); err != nil {
		t.Fatal(err)
	}
	if want := "Docker daemon at " + daemon.Host + ": GET /v1.41/images/shop:2/json: 404 Not Found"; !slices.Contains(lines, want) {
		t.Errorf("Debug was told %q, want %q among it", lines, want)
	}
}
