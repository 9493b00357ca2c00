package vulndb

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// fixtureDB is a directory with a database made from the project's advisories, built once; tests only read it.
var fixtureDB = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vulndb-test-")
	if err != nil {
		return "", err
	}
	_, err = osv.Build(context.Background(), osv.Config{Dir: dir, Files: []string{"../../testdata/advisories"}, Now: vulndbtest.Clock(0)})
	return dir, err
})

func fixtureDir(t testing.TB) string {
	t.Helper()
	dir, err := fixtureDB()
	if err != nil {
		t.Fatalf("building the test database: %v", err)
	}
	return dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := fixtureDB(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// open opens a database and closes it with the test.
func open(t testing.TB, cfg Config) *DB {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = vulndbtest.Clock(time.Hour)
	}
	if cfg.MaxAge == 0 && cfg.Warn == nil {
		cfg.MaxAge = 24 * time.Hour
	}
	if cfg.TempDir == "" {
		cfg.TempDir = t.TempDir()
	}
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(%v) = %v", cfg.Sources, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return db
}

// change changes a database file by statements of SQL.
func change(t *testing.T, file string, statements []string) {
	t.Helper()
	low, err := v6.NewLowLevelDB(file, false, true, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append([]string{"PRAGMA foreign_keys = OFF"}, statements...) {
		if err := low.Exec(s).Error; err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	pool, err := low.DB()
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
}
