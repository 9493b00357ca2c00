package gate

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/layergate/layergate/pkg/vulndb"
)

// A run that ends while the database is awaited says of which source.
func TestDatabaseIsPending(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	run, end := context.WithCancel(t.Context())
	defer end()
	d := newDatabase(run, vulndb.Config{Sources: []vulndb.Source{vulndb.Server(silent.URL)}, CacheDir: t.TempDir(), AutoUpdate: true}, nil)
	d.begin()
	<-asked
	alone, leave := context.WithCancel(run)
	leave()
	var pending *vulndb.PendingError
	if _, err := d.wait(alone); !errors.Is(err, context.Canceled) || errors.As(err, &pending) {
		t.Errorf("wait() of one that leaves = %v, want that it was cancelled", err)
	}
	end()
	if _, err := d.wait(run); !errors.As(err, &pending) || pending.Source != silent.URL {
		t.Errorf("wait() = %v, want that %s was waited for", err, silent.URL)
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
}
