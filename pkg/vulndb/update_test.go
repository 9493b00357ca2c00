package vulndb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// updateServer serves a database as grype's update server does, until broken is set.
func updateServer(t *testing.T) (url string, broken *atomic.Bool) {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "v6")
	raw := withoutIndexes(t)
	vulndbtest.WriteFile(t, dir, "vulnerability.db", raw)
	// grype's own packer changes the working directory, so the archive is made here and only described by grype.
	name := "vulnerability-db_v6.1.7_2026-11-20T06:00:00Z_1795154400.tar.zst"
	archive := vulndbtest.WriteFile(t, dir, name, pack(t, "tar.zst", entry{name: "vulnerability.db", content: raw}))
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
	latestOf(t, archive, vulndbtest.BuiltAt())
}

// latestOf does so with a build date.
func latestOf(t *testing.T, archive string, built time.Time) {
	t.Helper()
	described, err := distribution.NewArchive(archive, built, v6.ModelVersion, v6.Revision, v6.Addition)
	if err != nil {
		t.Fatal(err)
	}
	var doc bytes.Buffer
	if err := distribution.NewLatestDocument(*described).Write(&doc); err != nil {
		t.Fatal(err)
	}
	vulndbtest.WriteFile(t, filepath.Dir(archive), distribution.LatestFileName, doc.Bytes())
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	cache := filepath.Join(t.TempDir(), "cache")
	var warnings []string
	cfg := Config{
		Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: cache, AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour),
		Warn: func(s string) { warnings = append(warnings, s) },
	}

	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(empty cache) = %v", err)
	}
	vulndbtest.MinimistMatches(t, db.Provider())
	info := db.Info()
	if !strings.HasPrefix(info.From, url) || info.Schema != "6.1.7" || !info.Built.Equal(vulndbtest.BuiltAt()) || !strings.HasPrefix(info.Checksum, "xxh64:") {
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
	db, err = Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(server fails, good cache) = %v", err)
	}
	vulndbtest.MinimistMatches(t, db.Provider())
	kept := db.Info()
	if !kept.Outdated || len(kept.Unanswered) != 1 || kept.Unanswered[0].Source != url || !strings.Contains(kept.Unanswered[0].Reason, "answers with 500") {
		t.Errorf("Info() = %+v, want it to say that the server did not answer", kept)
	}
	kept.Outdated, kept.Unanswered = false, nil
	vulndbtest.Diff(t, "Info() from the cache", kept, info)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings = %q, want none beside what the reports say", warnings)
	}

	late := cfg
	late.Now = vulndbtest.Clock(48 * time.Hour)
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
	content := vulndbtest.ReadFile(t, file)
	content[len(content)-1] ^= 1
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), offline)
	vulndbtest.WantError(t, err, false, "is damaged", "checksum")
	broken.Store(false)
	vulndbtest.MinimistMatches(t, open(t, cfg).Provider())
}

func TestUpdateFailsWithoutCache(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	broken.Store(true)
	cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: t.TempDir(), AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
	_, err := Open(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "updating the advisory database")
	cfg.AutoUpdate = false
	_, err = Open(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "there is no advisory database in "+cfg.CacheDir)
}

func TestUpdateAndImportCommands(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: filepath.Join(t.TempDir(), "cache"), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
	info, err := Update(t.Context(), cfg)
	if err != nil || !info.Built.Equal(vulndbtest.BuiltAt()) {
		t.Fatalf("Update() = %+v, %v", info, err)
	}
	broken.Store(true)
	_, err = Update(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "updating the advisory database")
	vulndbtest.MinimistMatches(t, open(t, cfg).Provider())

	for form, path := range map[string]string{
		"directory": fixtureDir(t),
		"archive":   vulndbtest.WriteFile(t, t.TempDir(), "db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: withoutIndexes(t)})),
	} {
		into := Config{CacheDir: t.TempDir(), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
		if info, err := Import(t.Context(), into, path); err != nil || !info.Built.Equal(vulndbtest.BuiltAt()) {
			t.Fatalf("Import(%s) = %+v, %v", form, info, err)
		}
		vulndbtest.MinimistMatches(t, open(t, into).Provider())
	}
	// An older one does not replace what is there, however that came.
	into := Config{CacheDir: t.TempDir(), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
	foreign(t, into.CacheDir, imported)
	before := open(t, into).Info()
	_, err = Import(t.Context(), into, fixtureDir(t))
	vulndbtest.WantError(t, err, true, "was built "+vulndbtest.BuiltAt().Format(time.RFC3339), "in "+into.CacheDir+" is newer")
	vulndbtest.Diff(t, "what is there", open(t, into).Info(), before)
	if err := os.RemoveAll(filepath.Join(into.CacheDir, "6")); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(t.Context(), into, fixtureDir(t)); err != nil {
		t.Errorf("Import() after the newer one was removed = %v", err)
	}
	_, err = Import(t.Context(), Config{CacheDir: t.TempDir()}, vulndbtest.WriteFile(t, t.TempDir(), "x.tar.gz", []byte("x")))
	vulndbtest.WantError(t, err, false, "is neither")
	_, err = Import(t.Context(), Config{}, "")
	vulndbtest.WantError(t, err, true, "no database to import")
}

func TestHintWrite(t *testing.T) {
	t.Parallel()
	path := func(err error) error {
		return fmt.Errorf("downloading: %w", &fs.PathError{Op: "write", Path: "/cache/6/archive", Err: err})
	}
	tests := []struct {
		name string
		cfg  Config
		err  error
		want string
	}{
		{"a full disk", Config{CacheDir: "/cache"}, path(syscall.ENOSPC), "make room in /cache, or name a directory on a file system that has it with cache-dir"},
		{"a quota", Config{CacheDir: "/cache"}, path(syscall.EDQUOT), "make room in /cache, or name a directory on a file system that has it with cache-dir"},
		{"a full temporary directory", Config{CacheDir: "/tmp/1", NoCache: true}, path(syscall.ENOSPC), "make room in /tmp/1, or name a directory on a file system that has it with temp-dir"},
		{"another user's directory", Config{CacheDir: "/cache"}, path(syscall.EACCES), "make /cache writable, or name another directory with cache-dir"},
		{"a read-only file system", Config{CacheDir: "/cache"}, path(syscall.EROFS), "make /cache writable, or name another directory with cache-dir"},
		{"a firewall", Config{CacheDir: "/cache"}, &net.OpError{Op: "dial", Err: syscall.EPERM}, "another"},
		{"another error", Config{CacheDir: "/cache"}, errors.New("it is no archive"), "another"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := hintWrite(tt.cfg, tt.err, fault.Hintf("another")).String(); got != tt.want {
				t.Errorf("hintWrite(%v) = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
}

// A run whose cache cannot be written to fetches the database for itself, and says why. An update and an import, which are of no use then, fail.
func TestCacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	file := vulndbtest.WriteFile(t, t.TempDir(), "file", []byte("no directory"))
	var told []string
	cfg := sourcesConfig(t, Server(url))
	cfg.CacheDir, cfg.UnpackDir = filepath.Join(file, "db"), filepath.Join(file, "unpacked")
	cfg.Unkept = func(err error) { told = append(told, err.Error()) }
	cfg.Warn = func(s string) { t.Errorf("a warning: %s", s) }
	if info := opened(t, cfg); !strings.HasPrefix(info.From, url) || info.Outdated || len(told) != 1 || !strings.Contains(told[0], file) {
		t.Errorf("Info() = %+v, and %q was told, want the server's database and once why it is not kept", info, told)
	}

	_, err := Update(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "making the directory of the advisory database: ", file)
	wantHint := func(err error) {
		t.Helper()
		if hints := strings.Join(fault.Hints(err), "; "); !strings.Contains(hints, "name another directory with cache-dir") {
			t.Errorf("the hint is %q", hints)
		}
	}
	wantHint(err)
	_, err = Import(t.Context(), cfg, fixtureDir(t))
	wantHint(err)
	repository := repositoryConfig(t, &fakeRegistry{content: pack(t, "tar.gz", entry{name: "vulnerability.db", content: withoutIndexes(t)})})
	repository.UnpackDir = cfg.UnpackDir
	_, err = Update(t.Context(), repository)
	vulndbtest.WantError(t, err, false, "keeping the advisory database: ", file)

	cfg.AutoUpdate = false
	if db, err := Open(t.Context(), cfg); err == nil {
		t.Errorf("Open() without updates = %+v, want an error", db.Info())
	}
	cfg.AutoUpdate = true
	broken.Store(true)
	_, err = Open(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "answers with 500")
	vulndbtest.IsEmpty(t, cfg.TempDir)
}

// What is kept in a directory that cannot be written to counts where no source answers, and not otherwise.
func TestCacheThatIsReadOnly(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root may write to every directory")
	}
	url, broken := updateServer(t)
	cfg := sourcesConfig(t, Server(url))
	before := opened(t, cfg)
	dir := filepath.Join(cfg.CacheDir, "6")
	for _, d := range []string{dir, cfg.CacheDir} {
		if err := os.Chmod(d, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(d, 0o700) })
	}
	if info := opened(t, cfg); info.Outdated || info.Checksum != before.Checksum {
		t.Errorf("Info() = %+v, want %+v", info, before)
	}
	broken.Store(true)
	if info := opened(t, cfg); !info.Outdated || info.Checksum != before.Checksum {
		t.Errorf("Info() of a server that does not answer = %+v, want what is kept", info)
	}
}
