package vulndb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	syftpkg "github.com/anchore/syft/syft/pkg"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

type entry struct {
	name    string
	content []byte
	link    bool
}

// pack makes an archive in one of the forms of grype's distribution.
func pack(t testing.TB, form string, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	var compressor io.WriteCloser
	var err error
	switch form {
	case "tar.zst":
		compressor, err = zstd.NewWriter(&out)
	case "tar.gz":
		compressor = gzip.NewWriter(&out)
	case "tar.xz":
		compressor, err = xz.NewWriter(&out)
	default:
		t.Fatalf("unknown form %s", form)
	}
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(compressor)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		if e.link {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if !e.link {
			if _, err := w.Write(e.content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := compressor.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withoutIndexes is the test database as grype distributes it: small, to be indexed on arrival.
func withoutIndexes(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	vulndbtest.WriteFile(t, dir, v6.VulnerabilityDBFileName, vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db")))
	db, err := v6.NewLowLevelDB(filepath.Join(dir, v6.VulnerabilityDBFileName), false, true, false)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	db.Raw("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").Scan(&names)
	for _, name := range names {
		if err := db.Exec("DROP INDEX `" + name + "`").Error; err != nil {
			t.Fatal(err)
		}
	}
	if len(names) == 0 {
		t.Fatal("the test database has no indexes to drop")
	}
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	return vulndbtest.ReadFile(t, filepath.Join(dir, v6.VulnerabilityDBFileName))
}

func TestOpenForms(t *testing.T) {
	t.Parallel()
	layout := fixtureDir(t)
	whole := vulndbtest.ReadFile(t, filepath.Join(layout, "6", "vulnerability.db"))
	metadata := vulndbtest.ReadFile(t, filepath.Join(layout, "6", "import.json"))
	bare := withoutIndexes(t)
	file := func(name string, content []byte) func(*testing.T, string) string {
		return func(t *testing.T, dir string) string { return vulndbtest.WriteFile(t, dir, name, content) }
	}
	tests := []struct {
		name     string
		path     func(t *testing.T, dir string) string
		checksum string
	}{
		{"grype's layout", func(t *testing.T, dir string) string {
			vulndbtest.WriteFile(t, dir, "6/vulnerability.db", whole)
			vulndbtest.WriteFile(t, dir, "6/import.json", metadata)
			return dir
		}, "xxh64:"},
		{"directory", func(t *testing.T, dir string) string {
			vulndbtest.WriteFile(t, dir, "vulnerability.db", whole)
			return dir
		}, "xxh64:"},
		{"file", file("vulnerability.db", whole), "xxh64:"},
		{"file of another name", file("advisories-2026.sqlite", whole), "xxh64:"},
		{"characters of addresses", file("a b?mode=rwc#%41/vulnerability.db", whole), "xxh64:"},
		{"without indexes", file("vulnerability.db", bare), "xxh64:"},
		{"tar.zst", file("db.tar.zst", pack(t, "tar.zst", entry{name: "vulnerability.db", content: bare})), "sha256:"},
		{"tar.gz", file("db.tar.gz", pack(t, "tar.gz", entry{name: "./vulnerability.db", content: bare})), "sha256:"},
		{"tar.xz", file("db.tar.xz", pack(t, "tar.xz", entry{name: "vulnerability.db", content: bare})), "sha256:"},
		{"archive with metadata and more", file("db", pack(t, "tar.zst",
			entry{name: "../../escaped", content: []byte("x")}, entry{name: "README", content: []byte("x")},
			entry{name: "import.json", content: metadata}, entry{name: "vulnerability.db", content: whole})), "sha256:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			given, temp := t.TempDir(), t.TempDir()
			path := tt.path(t, given)
			before := vulndbtest.Snapshot(t, given)
			db, err := Open(t.Context(), Config{Sources: []Source{Path(path)}, TempDir: temp, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)})
			if err != nil {
				t.Fatalf("Open() = %v", err)
			}
			got := vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "1.2.5"))
			vulndbtest.Diff(t, "matches", got, []string{"GHSA-xvch-5gv4-984h critical [1.2.6]"})
			info := db.Info()
			if !strings.HasPrefix(info.Checksum, tt.checksum) {
				t.Errorf("Info().Checksum = %q, want %s…", info.Checksum, tt.checksum)
			}
			info.Checksum = ""
			vulndbtest.Diff(t, "Info()", info, Info{Schema: "6.1.7", Built: vulndbtest.BuiltAt(), From: path, MaxAge: 24 * time.Hour, Complete: true})
			if err := db.Close(); err != nil {
				t.Errorf("Close() = %v", err)
			}
			vulndbtest.IsEmpty(t, temp)
			vulndbtest.Unchanged(t, given, before)
		})
	}
}

func TestOpenFailures(t *testing.T) {
	t.Parallel()
	layout := fixtureDir(t)
	whole := vulndbtest.ReadFile(t, filepath.Join(layout, "6", "vulnerability.db"))
	archive := pack(t, "tar.zst", entry{name: "vulnerability.db", content: whole})
	broken := bytes.Clone(whole)
	for i := 8192; i < 20480; i++ {
		broken[i] ^= 0x5a
	}
	file := func(name string, content []byte) func(*testing.T, string) string {
		return func(t *testing.T, dir string) string { return vulndbtest.WriteFile(t, dir, name, content) }
	}
	edited := func(statements ...string) func(*testing.T, string) string {
		return func(t *testing.T, dir string) string {
			path := vulndbtest.WriteFile(t, dir, "vulnerability.db", whole)
			db, err := v6.NewLowLevelDB(path, false, true, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements {
				if err := db.Exec(s).Error; err != nil {
					t.Fatal(err)
				}
			}
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			if err := pool.Close(); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	tests := []struct {
		name    string
		path    func(t *testing.T, dir string) string
		request bool
		want    []string
	}{
		{"missing", func(_ *testing.T, dir string) string { return filepath.Join(dir, "no.db") }, true, []string{"no.db does not exist"}},
		{"empty directory", func(_ *testing.T, dir string) string { return dir }, true, []string{"holds no advisory database"}},
		{"other grype's layout", func(t *testing.T, dir string) string {
			vulndbtest.WriteFile(t, dir, "5/vulnerability.db", whole)
			return dir
		}, false, []string{"has schema 5", "reads schema 6"}},
		{"text", file("notes.txt", []byte("hello")), false, []string{"notes.txt is neither an advisory database nor an archive"}},
		{"empty file", file("vulnerability.db", nil), false, []string{"is neither"}},
		{"truncated file", file("vulnerability.db", whole[:len(whole)/2]), false, []string{"is damaged", "header says"}},
		{"header only", file("vulnerability.db", whole[:50]), false, []string{"is damaged"}},
		{"broken pages", file("vulnerability.db", broken), false, []string{"is damaged"}},
		{"wrong checksum", func(t *testing.T, dir string) string {
			vulndbtest.WriteFile(t, dir, "vulnerability.db", whole)
			vulndbtest.WriteFile(t, dir, "import.json", []byte(`{"digest":"xxh64:0000000000000000","client_version":"v6.1.7"}`))
			return dir
		}, false, []string{"is damaged", "checksum", "xxh64:0000000000000000"}},
		{"broken metadata", func(t *testing.T, dir string) string {
			vulndbtest.WriteFile(t, dir, "vulnerability.db", whole)
			vulndbtest.WriteFile(t, dir, "import.json", []byte(`{`))
			return dir
		}, false, []string{"is damaged", "import.json is unreadable"}},
		{"other schema", edited("UPDATE db_metadata SET model = 7"), false, []string{"has schema 7.1.7", "reads schema 6"}},
		{"old schema", edited("DROP TABLE db_metadata", "CREATE TABLE id (build_timestamp TEXT, schema_version INTEGER)", "INSERT INTO id VALUES ('', 5)"),
			false, []string{"has schema 5"}},
		{"other SQLite file", edited("DROP TABLE db_metadata"), false, []string{"not an advisory database"}},
		{"no metadata row", edited("DELETE FROM db_metadata"), false, []string{"is damaged", "0 metadata rows"}},
		{"truncated archive", file("db.tar.zst", archive[:len(archive)/2]), false, []string{"db.tar.zst cannot be unpacked", "ends too early"}},
		{"cut at the end", file("db.tar.zst", archive[:len(archive)-3]), false, []string{"db.tar.zst cannot be unpacked"}},
		{"truncated gzip", file("db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: whole})[:5000]), false, []string{"ends too early"}},
		{"archive without it", file("db.tar.gz", pack(t, "tar.gz", entry{name: "else", content: whole})), false, []string{"holds no vulnerability.db"}},
		{"archive of a link", file("db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", link: true})), false, []string{"is not a regular file"}},
		{"archive with two", file("db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: whole}, entry{name: "./vulnerability.db", content: whole})),
			false, []string{"cannot be unpacked"}},
		{"archive of something else", file("db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: []byte("hello")})), false, []string{"is damaged"}},
		{"archive with wrong checksum", file("db.tar.gz", pack(t, "tar.gz", entry{name: "vulnerability.db", content: whole},
			entry{name: "import.json", content: []byte(`{"digest":"xxh64:0000000000000000"}`)})), false, []string{"is damaged", "checksum"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			given, temp := t.TempDir(), t.TempDir()
			path := tt.path(t, given)
			before := vulndbtest.Snapshot(t, given)
			db, err := Open(t.Context(), Config{Sources: []Source{Path(path)}, TempDir: temp, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)})
			if err == nil {
				_ = db.Close()
			}
			vulndbtest.WantError(t, err, tt.request, append(tt.want, given)...)
			vulndbtest.IsEmpty(t, temp)
			vulndbtest.Unchanged(t, given, before)
		})
	}
}

func TestOpenReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := vulndbtest.WriteFile(t, dir, "vulnerability.db", vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db")))
	for p, mode := range map[string]os.FileMode{path: 0o444, dir: 0o555} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	open(t, Config{Sources: []Source{Path(dir)}})
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, Config{Sources: []Source{Path(fixtureDir(t))}}); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("Open(cancelled) = %v, want the context's error", err)
	}
}

func TestOpenRealDatabase(t *testing.T) {
	t.Parallel()
	path := os.Getenv("LAYERGATE_TEST_VULNDB")
	if path == "" {
		t.Skip("no grype database: name the archive of one, or a directory with one, in LAYERGATE_TEST_VULNDB")
	}
	if archives, _ := filepath.Glob(filepath.Join(path, "*.tar.zst")); len(archives) > 0 {
		path = archives[0]
	}
	db := open(t, Config{Sources: []Source{Path(path)}, Warn: func(string) {}, Now: time.Now})
	if got := db.Info(); !strings.HasPrefix(got.Schema, "6.") || !strings.HasPrefix(got.Checksum, "sha256:") || got.Built.IsZero() {
		t.Errorf("Info() = %+v", got)
	}
	got := vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "minimist", "1.2.5"))
	if len(got) == 0 {
		t.Error("minimist 1.2.5 matches nothing")
	}
}
