package vulndb

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// Runs that begin at once on one cache fetch the database once.
func TestRunsShareADownload(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter, r *http.Request, archive []byte) {
		time.Sleep(100 * time.Millisecond)
		_, _ = w.Write(archive)
	}
	server := newUnreliable(t, slow, slow, slow)
	cache := t.TempDir()
	var runs sync.WaitGroup
	for range 3 {
		runs.Go(func() {
			info, err := Update(t.Context(), Config{Sources: []Source{Server(server.URL)}, CacheDir: cache, Now: vulndbtest.Clock(time.Hour)})
			if err != nil || !info.Built.Equal(vulndbtest.BuiltAt()) {
				t.Errorf("Update() = %+v, %v", info, err)
			}
		})
	}
	runs.Wait()
	if len(server.ranges) != 1 {
		t.Errorf("the archive was fetched %d times, want once", len(server.ranges))
	}
}

func TestTurnEndsWithTheRun(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	other := flock.New(filepath.Join(cache, turnFile))
	if mine, err := other.TryLock(); err != nil || !mine {
		t.Fatalf("TryLock() = %t, %v", mine, err)
	}
	defer other.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var told progresstest.Recorder
	_, err := turn(ctx, Config{Meters: &told}, cache)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("turn() = %v, want the context's error", err)
	}
	if waits := told.Waits(); len(waits) != 1 || !strings.HasPrefix(waits[0], "waiting for another run") {
		t.Errorf("told %q, want what is waited for", waits)
	}
}

func TestTurnOfACacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	vulndbtest.WriteFile(t, filepath.Join(cache, turnFile), "file", nil) // nothing can be locked
	done, err := turn(t.Context(), Config{}, cache)
	if err != nil {
		t.Fatalf("turn() = %v, want no error: what is there may be the newest", err)
	}
	done()
}
