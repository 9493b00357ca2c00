package vulndb

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// A source that has given a database before is asked whether it answers now, and so is one that would be asked later.
func TestAsk(t *testing.T) {
	t.Parallel()
	good, _ := updateServer(t)
	down, broken := updateServer(t)
	broken.Store(true)
	missing := Path(filepath.Join(t.TempDir(), "none.db"))
	registry := Repository("registry.example/db:1")
	for _, tt := range []struct {
		name     string
		sources  []Source
		before   []Failure // by Open
		want     []string  // each a source and a part of the reason
		outdated bool
	}{
		{name: "it answers", sources: []Source{Server(good), Path(fixtureDir(t))}},
		{name: "it does not", sources: []Source{Server(down)}, want: []string{down, "answers with 500"}, outdated: true},
		{name: "one of them does", sources: []Source{Server(down), missing, Server("http://127.0.0.1:1"), registry, Server(good)},
			want: []string{down, "answers with 500", missing.String(), "does not exist", "http://127.0.0.1:1", "refused", registry.String(), "is down"}},
		{name: "nothing was kept", sources: []Source{Server(good), Path(fixtureDir(t))}, before: []Failure{{good, "nothing is kept"}}, want: []string{good, "nothing is kept"}},
		{name: "nothing was kept, and it does not answer", sources: []Source{Server(down), Path(fixtureDir(t))}, before: []Failure{{down, "nothing is kept"}},
			want: []string{down, "answers with 500"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := sourcesConfig(t, tt.sources...)
			cfg.Pull = (&fakeRegistry{err: errors.New("registry.example is down")}).pull
			cfg.Retry = Retry{} // whose pauses would be long
			info, err := Ask(t.Context(), cfg, Info{Unanswered: tt.before})
			if err != nil || info.Outdated != tt.outdated || len(info.Unanswered) != len(tt.want)/2 {
				t.Fatalf("Ask() = %+v, %v, want %q and outdated %t", info, err, tt.want, tt.outdated)
			}
			for i, got := range info.Unanswered {
				if got.Source != tt.want[2*i] || !strings.Contains(got.Reason, tt.want[2*i+1]) {
					t.Errorf("Unanswered[%d] = %+v, want %q", i, got, tt.want[2*i:2*i+2])
				}
			}
			vulndbtest.IsEmpty(t, cfg.CacheDir)
			vulndbtest.IsEmpty(t, cfg.TempDir)
		})
	}
	var asked atomic.Int32
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(busy.Close)
	if info, err := Ask(t.Context(), sourcesConfig(t, Server(busy.URL)), Info{}); err != nil || len(info.Unanswered) != 1 || asked.Load() != 1 {
		t.Errorf("Ask() of a busy server = %+v, %v, after %d requests, want one", info, err, asked.Load())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := Ask(ended, sourcesConfig(t, Server(good)), Info{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask() after its end = %v", err)
	}
}
