package vulndb

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"
	syftpkg "github.com/anchore/syft/syft/pkg"
)

// updateServer serves a database as grype's update server does, until broken is set.
func updateServer(t *testing.T) (url string, broken *atomic.Bool) {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "v6")
	raw := withoutIndexes(t)
	writeFile(t, dir, "vulnerability.db", raw)
	// grype's own packer changes the working directory, so the archive is made here and only described by grype.
	name := "vulnerability-db_v6.1.7_2026-11-20T06:00:00Z_1795154400.tar.zst"
	archive := writeFile(t, dir, name, pack(t, "tar.zst", entry{name: "vulnerability.db", content: raw}))
	latest(t, archive)
	broken = new(atomic.Bool)
	files := http.FileServer(http.Dir(root))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, broken
}

// latest writes the document that update servers describe an archive with.
func latest(t *testing.T, archive string) {
	t.Helper()
	described, err := distribution.NewArchive(archive, builtAt, v6.ModelVersion, v6.Revision, v6.Addition)
	if err != nil {
		t.Fatal(err)
	}
	var doc bytes.Buffer
	if err := distribution.NewLatestDocument(*described).Write(&doc); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Dir(archive), distribution.LatestFileName, doc.Bytes())
}

func minimistMatches(t *testing.T, db *DB) {
	t.Helper()
	got := matches(t, db, installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "1.2.5"))
	diff(t, "matches", got, []string{"GHSA-xvch-5gv4-984h critical [1.2.6]"})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	cache := filepath.Join(t.TempDir(), "cache")
	var warnings []string
	cfg := Config{
		UpdateURL: url, CacheDir: cache, AutoUpdate: true, MaxAge: 24 * time.Hour, Now: clock(time.Hour),
		Warn: func(s string) { warnings = append(warnings, s) },
	}

	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(empty cache) = %v", err)
	}
	minimistMatches(t, db)
	info := db.Info()
	if !strings.HasPrefix(info.From, url) || info.Schema != "6.1.7" || !info.Built.Equal(builtAt) || !strings.HasPrefix(info.Checksum, "xxh64:") {
		t.Errorf("Info() = %+v, want the server's database", info)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cache, "6", "vulnerability.db")); err != nil {
		t.Errorf("the cache is not laid out as grype's: %v", err)
	}

	broken.Store(true)
	if err := os.Remove(filepath.Join(cache, "6", "last_update_check")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	warnings = nil
	db, err = Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(server fails, good cache) = %v", err)
	}
	minimistMatches(t, db)
	diff(t, "Info() from the cache", db.Info(), info)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "could not be updated") {
		t.Errorf("warnings = %q, want one about the update", warnings)
	}

	late := cfg
	late.Now = clock(48 * time.Hour)
	_, err = Open(t.Context(), late)
	var stale *StaleError
	if !errors.As(err, &stale) {
		t.Errorf("Open(server fails, stale cache) = %v, want a StaleError", err)
	}

	offline := cfg
	offline.AutoUpdate = false
	open(t, offline)

	// A damaged cache is fetched again, and is an error where that fails.
	file := filepath.Join(cache, "6", "vulnerability.db")
	content := readFile(t, file)
	content[len(content)-1] ^= 1
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), offline)
	wantError(t, err, false, "is damaged", "checksum")
	broken.Store(false)
	minimistMatches(t, open(t, cfg))
}

func TestUpdateFailsWithoutCache(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	broken.Store(true)
	cfg := Config{UpdateURL: url, CacheDir: t.TempDir(), AutoUpdate: true, MaxAge: 24 * time.Hour, Now: clock(time.Hour)}
	_, err := Open(t.Context(), cfg)
	wantError(t, err, false, "updating the advisory database")
	cfg.AutoUpdate = false
	_, err = Open(t.Context(), cfg)
	wantError(t, err, false, "there is no advisory database in "+cfg.CacheDir)
}

func TestUpdateAndImportCommands(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	cfg := Config{UpdateURL: url, CacheDir: filepath.Join(t.TempDir(), "cache"), MaxAge: 24 * time.Hour, Now: clock(time.Hour)}
	info, err := Update(t.Context(), cfg)
	if err != nil || !info.Built.Equal(builtAt) {
		t.Fatalf("Update() = %+v, %v", info, err)
	}
	broken.Store(true)
	_, err = Update(t.Context(), cfg)
	wantError(t, err, false, "updating the advisory database")
	minimistMatches(t, open(t, cfg))

	for form, path := range map[string]string{
		"directory": fixtureDir(t),
		"archive":   writeFile(t, t.TempDir(), "db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: withoutIndexes(t)})),
	} {
		into := Config{Path: path, CacheDir: t.TempDir(), MaxAge: 24 * time.Hour, Now: clock(time.Hour)}
		if info, err := Import(t.Context(), into); err != nil || !info.Built.Equal(builtAt) {
			t.Fatalf("Import(%s) = %+v, %v", form, info, err)
		}
		into.Path = ""
		minimistMatches(t, open(t, into))
	}
	_, err = Import(t.Context(), Config{Path: writeFile(t, t.TempDir(), "x.tar.gz", []byte("x")), CacheDir: t.TempDir()})
	wantError(t, err, false, "is neither")
	_, err = Import(t.Context(), Config{})
	wantError(t, err, true, "no database to import")
}
