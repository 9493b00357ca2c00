package docker_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/docker"
)

func TestFind(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		switch path := strings.TrimPrefix(r.URL.Path, "/v1.41"); path {
		case "/_ping":
		case "/images/shop:2/json":
			io.WriteString(w, `{"Id":"sha256:1"}`)
		case "/images/broken/json":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"message":"the store is broken"}`)
		case "/images/json":
			io.WriteString(w, `[{"RepoTags":["shop:2","shop:1"]},{"RepoTags":["shopper:1"]},{"RepoTags":["shop:3","shop:4","shop:5","shop:6","shop:1"]},{}]`)
		default:
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"message":"no such image"}`)
		}
	}))
	defer server.Close()
	there := docker.Daemon{Host: "tcp://" + server.Listener.Addr().String()}
	nowhere := docker.Daemon{Host: "unix://" + filepath.Join(t.TempDir(), "none.sock")}
	tests := []struct {
		daemon docker.Daemon
		name   string
		found  bool
		why    string // its end
	}{
		{daemon: there, name: "shop:2", found: true},
		{daemon: there, name: "shop", why: "has no image shop, but shop:1, shop:2, shop:3, shop:4, shop:5"},
		{daemon: there, name: "shop@sha256:0123", why: "has no image shop@sha256:0123, but shop:1, shop:2, shop:3, shop:4, shop:5"},
		{daemon: there, name: "host:5000/shop", why: "has no image host:5000/shop"},
		{daemon: there, name: "broken", why: "the store is broken"},
		{daemon: nowhere, name: "shop", why: "no Docker daemon answers at " + nowhere.Host + ": there is no such socket"},
	}
	for _, tt := range tests {
		found, why, err := tt.daemon.Find(context.Background(), tt.name)
		if err != nil || found != tt.found || !strings.HasSuffix(why, tt.why) || found && why != "" {
			t.Errorf("Find(%s) = %t, %q, %v, want %t, %q", tt.name, found, why, err, tt.found, tt.why)
		}
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, _, err := there.Find(ended, "shop:2"); err == nil {
		t.Error("Find() after the end of its context = nil")
	}
	if _, _, err := (docker.Daemon{Host: "ssh://build"}).Find(context.Background(), "shop"); err == nil {
		t.Error("Find() of a daemon that cannot be used = nil")
	}
}
