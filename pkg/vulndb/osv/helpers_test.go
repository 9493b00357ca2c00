package osv

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

const fixtures = "../../../testdata/advisories"

// fixtureDB is a directory with a database made from the project's advisories, built once; tests only read it.
var fixtureDB = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "osv-test-")
	if err != nil {
		return "", err
	}
	_, err = Build(context.Background(), Config{Dir: dir, Files: []string{fixtures}, Now: vulndbtest.Clock(0)})
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

// buildFrom builds a database from records given as JSON.
func buildFrom(t testing.TB, records ...string) (string, Result, error) {
	t.Helper()
	dir := t.TempDir()
	file := vulndbtest.WriteFile(t, t.TempDir(), "advisories.json", []byte(strings.Join(records, "\n")))
	result, err := Build(t.Context(), Config{Dir: dir, Files: []string{file}, Now: vulndbtest.Clock(0)})
	return dir, result, err
}

// open opens a database as Layergate does, and closes it with the test.
func open(t testing.TB, dir string) *vulndb.DB {
	t.Helper()
	db, err := vulndb.Open(t.Context(), vulndb.Config{Sources: []vulndb.Source{vulndb.Path(dir)}, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour), TempDir: t.TempDir()})
	if err != nil {
		t.Fatalf("Open(%q) = %v", dir, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return db
}

func equalBytes(t testing.TB, what string, a, b []byte) {
	t.Helper()
	if !bytes.Equal(a, b) {
		at := 0
		for at < len(a) && at < len(b) && a[at] == b[at] {
			at++
		}
		t.Errorf("%s differ: %d and %d bytes, first at %d", what, len(a), len(b), at)
	}
}
