package vulndb

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

const fixtures = "../../testdata/advisories"

var builtAt = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// clock is a clock that stands still, d after the test databases were built.
func clock(d time.Duration) func() time.Time {
	return func() time.Time { return builtAt.Add(d) }
}

// fixtureDB is a directory with a database made from the project's advisories, built once; tests only read it.
var fixtureDB = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vulndb-test-")
	if err != nil {
		return "", err
	}
	_, err = Build(testContext, BuildConfig{Dir: dir, Files: []string{fixtures}, Now: clock(0)})
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

// writeFile puts content into a new file and returns its path.
func writeFile(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// buildFrom builds a database from records given as JSON.
func buildFrom(t testing.TB, records ...string) (string, BuildResult, error) {
	t.Helper()
	dir := t.TempDir()
	file := writeFile(t, t.TempDir(), "advisories.json", []byte(strings.Join(records, "\n")))
	result, err := Build(t.Context(), BuildConfig{Dir: dir, Files: []string{file}, Now: clock(0)})
	return dir, result, err
}

// open opens a database and closes it with the test.
func open(t testing.TB, cfg Config) *DB {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = clock(time.Hour)
	}
	if cfg.MaxAge == 0 && cfg.Warn == nil {
		cfg.MaxAge = 24 * time.Hour
	}
	if cfg.TempDir == "" {
		cfg.TempDir = t.TempDir()
	}
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(%q) = %v", cfg.Path, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return db
}

// wantError checks an error's text, that it is one line, and that it says what to do.
func wantError(t testing.TB, err error, request bool, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error = %q, want it to contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error = %q, want one line", err)
	}
	if len(fault.Hints(err)) == 0 {
		t.Errorf("error %q has no hint", err)
	}
	if got := fault.IsRequest(err); got != request {
		t.Errorf("IsRequest(%q) = %t, want %t", err, got, request)
	}
}

// snapshot is everything in a directory: names, sizes, times and contents.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		out[path] = info.Mode().String() + " " + info.ModTime().String()
		if info.Mode().IsRegular() {
			out[path] += " " + string(readFile(t, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unchanged(t testing.TB, dir string, before map[string]string) {
	t.Helper()
	after := snapshot(t, dir)
	for path, was := range before {
		if after[path] != was {
			t.Errorf("%s was changed", path)
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok {
			t.Errorf("%s was created", path)
		}
	}
}

func isEmpty(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("%s was left in %s", e.Name(), dir)
	}
}

func diff(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
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
