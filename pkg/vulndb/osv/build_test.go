package osv

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	all := vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db"))
	for range 3 {
		dir := t.TempDir()
		result, err := Build(t.Context(), Config{Dir: dir, Files: []string{fixtures, fixtures + "/GO-2021-0113.json"}, Now: vulndbtest.Clock(0)})
		if err != nil {
			t.Fatal(err)
		}
		vulndbtest.Diff(t, "result", result, Result{Advisories: 20, Packages: 31})
		equalBytes(t, "two builds", vulndbtest.ReadFile(t, filepath.Join(dir, "6", "vulnerability.db")), all)
	}
}

func TestBuildReplaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "6", "vulnerability.db")
	build := func(now time.Duration, files ...string) error {
		_, err := Build(t.Context(), Config{Dir: dir, Files: files, Now: vulndbtest.Clock(now)})
		return err
	}
	if err := build(0, fixtures); err != nil {
		t.Fatal(err)
	}
	first := vulndbtest.ReadFile(t, file)
	before := vulndbtest.Snapshot(t, dir)

	// What fails leaves the old database as it was.
	bad := vulndbtest.WriteFile(t, t.TempDir(), "a.json", []byte(record("T-1", "GHC", "x", "")))
	vulndbtest.WantError(t, build(time.Hour, bad), true, "unsupported ecosystem")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, Config{Dir: dir, Files: []string{fixtures}, Now: vulndbtest.Clock(0)}); err == nil {
		t.Error("Build(cancelled) succeeded")
	}
	for path, was := range vulndbtest.Snapshot(t, filepath.Join(dir, "6")) {
		if before[path] != was {
			t.Errorf("%s was changed by a failed build", path)
		}
	}

	// An open database goes on as it is while another takes its place.
	db, err := vulndb.Open(t.Context(), vulndb.Config{Sources: []vulndb.Source{vulndb.Path(dir)}, MaxAge: time.Hour, Now: vulndbtest.Clock(0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := build(time.Hour, fixtures); err != nil {
		t.Fatal(err)
	}
	vulndbtest.MinimistMatches(t, db.Provider())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if string(vulndbtest.ReadFile(t, file)) == string(first) {
		t.Error("the database was not replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("ReadDir() = %v, %v; want the database only", entries, err)
	}
	if got := open(t, dir).Info().Built; !got.Equal(vulndbtest.BuiltAt().Add(time.Hour)) {
		t.Errorf("Info().Built = %s, want the second build's", got)
	}
}

func TestBuildKeepsWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vulndbtest.WriteFile(t, dir, "6/thesis.txt", []byte("x"))
	before := vulndbtest.Snapshot(t, dir)
	_, err := Build(t.Context(), Config{Dir: dir, Files: []string{fixtures}, Now: vulndbtest.Clock(0)})
	vulndbtest.WantError(t, err, true, "is not an advisory database")
	vulndbtest.Unchanged(t, dir, before)
}

func TestBuildInOddDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a?mode=ro #1%41")
	if _, err := Build(t.Context(), Config{Dir: dir, Files: []string{fixtures}, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	vulndbtest.MinimistMatches(t, open(t, dir).Provider())
}

// TestBuildProvidesForGrype checks what grype's own client looks at before it uses a database.
func TestBuildProvidesForGrype(t *testing.T) {
	t.Parallel()
	db, err := vulndb.Open(t.Context(), vulndb.Config{CacheDir: fixtureDir(t), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(0)})
	if err != nil {
		t.Fatalf("Open(as grype's cache) = %v", err)
	}
	defer db.Close()
	vulndbtest.MinimistMatches(t, db.Provider())
	description, err := v6.ReadDescription(filepath.Join(fixtureDir(t), "6", "vulnerability.db"))
	if err != nil || !description.Built.Equal(vulndbtest.BuiltAt()) {
		t.Errorf("ReadDescription() = %v, %v; want built %s", description, err, vulndbtest.BuiltAt())
	}
	vulndbtest.Diff(t, "Info().From", db.Info().From, "layergate db build")
}
