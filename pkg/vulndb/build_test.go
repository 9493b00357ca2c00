package vulndb

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
)

func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	all := readFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db"))
	for range 3 {
		dir := t.TempDir()
		result, err := Build(t.Context(), BuildConfig{Dir: dir, Files: []string{fixtures, fixtures + "/GO-2021-0113.json"}, Now: clock(0)})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "result", result, BuildResult{Advisories: 20, Packages: 31})
		equalBytes(t, "two builds", readFile(t, filepath.Join(dir, "6", "vulnerability.db")), all)
	}
}

func TestBuildReplaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "6", "vulnerability.db")
	build := func(now time.Duration, files ...string) error {
		_, err := Build(t.Context(), BuildConfig{Dir: dir, Files: files, Now: clock(now)})
		return err
	}
	if err := build(0, fixtures); err != nil {
		t.Fatal(err)
	}
	first := readFile(t, file)
	before := snapshot(t, dir)

	// What fails leaves the old database as it was.
	bad := writeFile(t, t.TempDir(), "a.json", []byte(record("T-1", "Hex", "x", "")))
	wantError(t, build(time.Hour, bad), true, "unsupported ecosystem")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, BuildConfig{Dir: dir, Files: []string{fixtures}, Now: clock(0)}); err == nil {
		t.Error("Build(cancelled) succeeded")
	}
	for path, was := range snapshot(t, filepath.Join(dir, "6")) {
		if before[path] != was {
			t.Errorf("%s was changed by a failed build", path)
		}
	}

	// An open database goes on as it is while another takes its place.
	db, err := Open(t.Context(), Config{Path: dir, MaxAge: time.Hour, Now: clock(0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := build(time.Hour, fixtures); err != nil {
		t.Fatal(err)
	}
	minimistMatches(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if string(readFile(t, file)) == string(first) {
		t.Error("the database was not replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("ReadDir() = %v, %v; want the database only", entries, err)
	}
	if got := open(t, Config{Path: dir}).Info().Built; !got.Equal(builtAt.Add(time.Hour)) {
		t.Errorf("Info().Built = %s, want the second build's", got)
	}
}

func TestBuildKeepsWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, dir, "6/thesis.txt", []byte("x"))
	before := snapshot(t, dir)
	_, err := Build(t.Context(), BuildConfig{Dir: dir, Files: []string{fixtures}, Now: clock(0)})
	wantError(t, err, true, "is not an advisory database")
	unchanged(t, dir, before)
}

func TestBuildInOddDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a?mode=ro #1%41")
	if _, err := Build(t.Context(), BuildConfig{Dir: dir, Files: []string{fixtures}, Now: clock(0)}); err != nil {
		t.Fatal(err)
	}
	minimistMatches(t, open(t, Config{Path: dir}))
}

// TestBuildProvidesForGrype checks what grype's own client looks at before it uses a database.
func TestBuildProvidesForGrype(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{CacheDir: fixtureDir(t), MaxAge: 24 * time.Hour, Now: clock(0)})
	if err != nil {
		t.Fatalf("Open(as grype's cache) = %v", err)
	}
	defer db.Close()
	minimistMatches(t, db)
	description, err := v6.ReadDescription(filepath.Join(fixtureDir(t), "6", "vulnerability.db"))
	if err != nil || !description.Built.Equal(builtAt) {
		t.Errorf("ReadDescription() = %v, %v; want built %s", description, err, builtAt)
	}
	diff(t, "Info().From", db.Info().From, "layergate db build")
}
