package vulndb

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/textfile"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// changed is the test database without indexes after some statements.
func changed(t *testing.T, statements ...string) []byte {
	t.Helper()
	path := vulndbtest.WriteFile(t, t.TempDir(), v6.VulnerabilityDBFileName, withoutIndexes(t))
	db, err := v6.NewLowLevelDB(path, false, true, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if err := db.Exec(s).Error; err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if pool, err := db.DB(); err == nil {
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return vulndbtest.ReadFile(t, path)
}

// archiveOf puts a database into an archive.
func archiveOf(t *testing.T, form string, db []byte) string {
	t.Helper()
	return vulndbtest.WriteFile(t, t.TempDir(), "db."+form, pack(t, form, entry{name: v6.VulnerabilityDBFileName, content: db}))
}

// identified opens a database and returns its digest.
func identified(t *testing.T, cfg Config) string {
	t.Helper()
	cfg.Identify = true
	return open(t, cfg).Info().Digest
}

func TestDigestIsTheSameInEveryForm(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	want := identified(t, Config{Sources: []Source{Path(fixtureDir(t))}})
	if !digestPattern.MatchString(want) {
		t.Fatalf("Info().Digest = %q", want)
	}
	forms := map[string]Config{
		"archive":           {Sources: []Source{Path(archiveOf(t, "tar.zst", withoutIndexes(t)))}},
		"another archive":   {Sources: []Source{Path(archiveOf(t, "tar.gz", withoutIndexes(t)))}},
		"file":              {Sources: []Source{Path(vulndbtest.WriteFile(t, t.TempDir(), "other.db", withoutIndexes(t)))}},
		"cache":             {Sources: []Source{Server(url)}, CacheDir: t.TempDir(), AutoUpdate: true},
		"vacuumed":          {Sources: []Source{Path(archiveOf(t, "tar.gz", changed(t, "VACUUM")))}},
		"of a newer client": {Sources: []Source{Path(archiveOf(t, "tar.gz", changed(t, "ALTER TABLE packages ADD COLUMN colour text", "CREATE TABLE colours (id integer)")))}},
	}
	for name, cfg := range forms {
		if got := identified(t, cfg); got != want {
			t.Errorf("%s: Info().Digest = %q, want %q", name, got, want)
		}
	}
	if got := open(t, Config{Sources: []Source{Path(fixtureDir(t))}}).Info().Digest; got != "" {
		t.Errorf("Info().Digest = %q without being asked for, want none", got)
	}
}

func TestDigestTellsDatabasesApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{identified(t, Config{Sources: []Source{Path(fixtureDir(t))}}): "the original"}
	for _, statement := range []string{
		"UPDATE packages SET name = name || 'x' WHERE id = 1",
		"UPDATE packages SET name = '' WHERE id = 1",
		"UPDATE packages SET ecosystem = ecosystem || '4:name', name = substr(name, 2) WHERE id = 1",
		"DELETE FROM blobs WHERE id = 1",
		"UPDATE db_metadata SET build_timestamp = '2026-11-20 06:00:01+00:00'",
		"CREATE TABLE more AS SELECT 1 AS one",
	} {
		got := identified(t, Config{Sources: []Source{Path(archiveOf(t, "tar.gz", changed(t, statement)))}})
		if seen[got] != "" {
			t.Errorf("after %q the digest is that of %q", statement, seen[got])
		}
		seen[got] = statement
	}
}

func TestPin(t *testing.T) {
	t.Parallel()
	digest := identified(t, Config{Sources: []Source{Path(fixtureDir(t))}})
	right, err := NewPin(digest, "db-pin")
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := NewPin("sha256:"+strings.Repeat("0", 64), "layergate.lock")
	if err != nil {
		t.Fatal(err)
	}
	later := *right
	later.Built = vulndbtest.BuiltAt().Add(time.Hour)

	info := open(t, Config{Sources: []Source{Path(fixtureDir(t))}, Pin: right}).Info()
	if info.Digest != digest || info.PinnedBy != "db-pin" {
		t.Errorf("Info() = %+v, want the digest %s pinned by db-pin", info, digest)
	}
	tests := []struct {
		name    string
		cfg     Config
		request bool
		want    []string
	}{
		{name: "another database", cfg: Config{Sources: []Source{Path(fixtureDir(t))}, Pin: wrong}, request: true, want: []string{"is not the one that layergate.lock pins", digest, wrong.Digest}},
		{name: "another archive", cfg: Config{Sources: []Source{Path(archiveOf(t, "tar.gz", withoutIndexes(t)))}, Pin: wrong}, request: true, want: []string{"is not the one that layergate.lock pins"}},
		{name: "another date", cfg: Config{Sources: []Source{Path(fixtureDir(t))}, Pin: &later}, request: true, want: []string{"db-pin says that the database"}},
		{name: "too old", cfg: Config{Sources: []Source{Path(fixtureDir(t))}, Pin: right, MaxAge: time.Minute}, want: []string{"the limit is"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.cfg.MaxAge == 0 {
				tt.cfg.MaxAge = 24 * time.Hour
			}
			tt.cfg.Now, tt.cfg.TempDir = vulndbtest.Clock(time.Hour), t.TempDir()
			_, err := Open(t.Context(), tt.cfg)
			vulndbtest.WantError(t, err, tt.request, tt.want...)
		})
	}
	for _, bad := range []string{"", "sha256:abc", "xxh64:" + strings.Repeat("0", 64), "sha256:" + strings.Repeat("A", 64)} {
		if _, err := NewPin(bad, "db-pin"); err == nil {
			t.Errorf("NewPin(%q) = nil, want an error", bad)
		}
	}
}

// A server has an old and a new database. The pinned one is taken from the cache, or fetched, whichever is the newest.
func TestPinFromServer(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "v6")
	newer := changed(t, "UPDATE packages SET name = name || 'x' WHERE id = 1", "UPDATE db_metadata SET build_timestamp = '2026-11-20 06:30:00+00:00'")
	add := func(name string, db []byte) {
		latest(t, vulndbtest.WriteFile(t, dir, name, pack(t, "tar.gz", entry{name: v6.VulnerabilityDBFileName, content: db})))
	}
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		http.FileServer(http.Dir(root)).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	cfg := Config{Sources: []Source{Server(server.URL)}, Retry: quick(2), CacheDir: t.TempDir(), AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
	use := func(cfg Config) Info {
		t.Helper()
		db, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatalf("Open() = %v", err)
		}
		defer db.Close()
		return db.Info()
	}

	add("old.tar.gz", withoutIndexes(t))
	identify := cfg
	identify.Identify = true
	lock := NewLock(use(identify))
	if lock.Database.Archive != "old.tar.gz" || lock.Database.ArchiveDigest == "" {
		t.Fatalf("NewLock() = %+v, want one with the archive", lock)
	}
	add("new.tar.gz", newer)
	if got := use(identify).Digest; got == lock.Database.Digest {
		t.Fatal("the newer database is not in use")
	}

	pinned := cfg
	pinned.Pin = lock.Pin("layergate.lock")
	asked = nil
	if got := use(pinned).Digest; got != lock.Database.Digest {
		t.Errorf("Open(pinned, another one cached).Info().Digest = %s, want %s", got, lock.Database.Digest)
	}
	if len(asked) != 1 || asked[0] != "/v6/old.tar.gz" {
		t.Errorf("the server was asked for %q, want the pinned archive alone", asked)
	}
	asked = nil
	if got := use(pinned).Digest; got != lock.Database.Digest || len(asked) > 0 {
		t.Errorf("Open(pinned, cached).Info().Digest = %s after asking for %q, want %s without", got, asked, lock.Database.Digest)
	}
	pinned.NoCache = true
	if got := use(pinned).Digest; got != lock.Database.Digest {
		t.Errorf("Open(pinned, without a cache).Info().Digest = %s, want %s", got, lock.Database.Digest)
	}

	// Without the archive's name only the newest can be had, which is another one.
	pinned.Pin.Archive, pinned.Pin.Built = Archive{}, vulndbtest.BuiltAt().Add(-time.Hour)
	_, err := Open(t.Context(), pinned)
	vulndbtest.WantError(t, err, false, "fetching the advisory database that layergate.lock pins", "the update server's newest was built")
	pinned.Pin.Built = time.Time{}
	_, err = Open(t.Context(), pinned)
	vulndbtest.WantError(t, err, false, "is not the one that layergate.lock pins")
	pinned.Pin = lock.Pin("layergate.lock")
	pinned.Pin.Name = "gone.tar.gz"
	_, err = Open(t.Context(), pinned)
	vulndbtest.WantError(t, err, false, "fetching the advisory database that layergate.lock pins", "404")

	// Without an update the cached one is the pinned one, or an error.
	offline := cfg
	offline.AutoUpdate = false
	use(offline)
	offline.Pin, _ = NewPin("sha256:"+strings.Repeat("0", 64), "db-pin")
	_, err = Open(t.Context(), offline)
	vulndbtest.WantError(t, err, false, "is not the one that db-pin pins")
}

func TestLock(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("ab", 32)
	whole := Lock{Version: 1, Database: LockDatabase{Digest: digest, Built: vulndbtest.BuiltAt(), Schema: "6.1.7", Archive: "db.tar.zst", ArchiveDigest: digest}}
	got, err := ParseLock(LockFile, []byte(whole.String()))
	if err != nil {
		t.Fatalf("ParseLock(%s) = %v", whole, err)
	}
	vulndbtest.Diff(t, "ParseLock(String())", got, whole)

	if got, err := ParseLock(LockFile, []byte("\xef\xbb\xbf"+whole.String())); err != nil {
		t.Errorf("ParseLock(with a byte order mark) = %v, %v", got, err)
	}

	tests := []struct{ name, text, want, hint string }{
		{name: "not JSON", text: "digest: x", want: "web/layergate.lock:1:1: invalid character"},
		{name: "cut short", text: whole.String()[:40], want: "truncated"},
		{name: "more behind it", text: whole.String() + "{}", want: "after top-level value"},
		{name: "unknown field", text: strings.Replace(whole.String(), `"built"`, `"bild"`, 1), want: `web/layergate.lock:5:5: a lock has no field "bild" here`, hint: "did you mean built? use one of digest, built, schema, archive, archiveDigest"},
		{name: "unknown field at the top", text: strings.Replace(whole.String(), `"database"`, `"db"`, 1), want: `web/layergate.lock:3:3: a lock has no field "db" here`, hint: "use one of version, database"},
		{name: "a field in capitals", text: strings.Replace(whole.String(), `"built"`, `"Built"`, 1), want: `web/layergate.lock:5:5: a lock has no field "Built" here`},
		{name: "a field within a text", text: strings.Replace(whole.String(), `"built": `, `"built": {"x": 1}, "b": `, 1), want: `a lock has no field "x" here`},
		{name: "no object", text: "[]", want: "web/layergate.lock:1:1: the value has the wrong type: array"},
		{name: "a type", text: strings.Replace(whole.String(), `"6.1.7"`, `6`, 1), want: "web/layergate.lock:6:15: the value has the wrong type: number"},
		{name: "twice", text: strings.Replace(whole.String(), `"schema"`, `"digest": "x", "schema"`, 1), want: "digest"},
		{name: "version", text: strings.Replace(whole.String(), `"version": 1`, `"version": 2`, 1), want: "web/layergate.lock:2:14: its version is 2"},
		{name: "digest", text: strings.Replace(whole.String(), digest, "sha256:ab", 1), want: `digest is "sha256:ab"`},
		{name: "no date", text: strings.Replace(whole.String(), `"built": "2026-11-20T06:00:00Z",`, "", 1), want: "when the database was built"},
		{name: "date", text: strings.Replace(whole.String(), `2026-11-20T06`, "yesterday", 1), want: "yesterday"},
		{name: "schema", text: strings.Replace(whole.String(), "6.1.7", "5.0.0", 1), want: `schema "5.0.0"`},
		{name: "archive elsewhere", text: strings.Replace(whole.String(), "db.tar.zst", "../../db.tar.zst", 1), want: "is not the name of a file"},
		{name: "archive without a digest", text: strings.Replace(whole.String(), `"archiveDigest": "`+digest, `"archiveDigest": "`, 1), want: "archive's digest"},
		{name: "empty", text: "", want: "truncated"},
		{name: "UTF-16", text: "\xff\xfe{\x00}\x00", want: "web/layergate.lock:1:1: the file is in UTF-16", hint: "save it as UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseLock("web/layergate.lock", []byte(tt.text))
			vulndbtest.WantError(t, err, true, "reading the lock: web/layergate.lock:", tt.want)
			var at *textfile.Error
			if !errors.As(err, &at) || at.Excerpt == "" && tt.name != "UTF-16" {
				t.Errorf("ParseLock(%s) = %v, want an error that shows the line", tt.text, err)
			}
			if hints := fault.Hints(err); !strings.Contains(strings.Join(hints, "\n"), tt.hint) {
				t.Errorf("the hints of %v are %q, want %q", err, hints, tt.hint)
			}
		})
	}
}

func FuzzParseLock(f *testing.F) {
	f.Add([]byte(`{"version": 1, "database": {"digest": "sha256:` + strings.Repeat("ab", 32) + `", "built": "2026-11-20T06:00:00Z", "schema": "6.1.7"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		lock, err := ParseLock(LockFile, raw)
		if err != nil {
			return
		}
		again, err := ParseLock(LockFile, []byte(lock.String()))
		if err != nil {
			t.Fatalf("ParseLock(%s) = %v", lock, err)
		}
		vulndbtest.Diff(t, "ParseLock(String())", again, lock)
	})
}
