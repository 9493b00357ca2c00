package vulndb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// holding is a disk with so many free bytes.
func holding(free int) disk.FreeFunc { return func(string) (int64, bool) { return int64(free), true } }

// A disk that is full is noticed before a database is written to it. Nothing of it stays, and the only remedy that is named is that of
// the disk.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	content := withoutIndexes(t)
	archive := pack(t, "tar.zst", entry{name: "vulnerability.db", content: content})
	registry := &fakeRegistry{content: archive}
	server, repository, path := Server(url), Repository("registry.example/db:1"), Path(vulndbtest.WriteFile(t, t.TempDir(), "db.tar.zst", archive))
	tests := []struct {
		name    string
		source  Source
		noCache bool
		free    int    // bytes
		named   string // the input that the remedy names
	}{
		{name: "a download", source: server, free: 10, named: "temp-dir"},
		{name: "a download that is not kept", source: server, noCache: true, free: 10, named: "temp-dir"},
		{name: "a download, unpacked", source: server, free: len(content) - 1, named: "temp-dir"},
		{name: "an archive in a registry", source: repository, free: 10, named: "temp-dir"},
		{name: "an archive in a registry, unpacked", source: repository, free: len(content) - 1, named: "temp-dir"},
		{name: "an archive on this machine, unpacked", source: path, free: len(content) - 1, named: "temp-dir"},
		{name: "an archive on this machine, unpacked for one run", source: path, noCache: true, free: len(content) - 1, named: "temp-dir"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := repositoryConfig(t, registry)
			cfg.Sources, cfg.NoCache, cfg.Free = []Source{tt.source}, tt.noCache, holding(tt.free)
			unpacked := cfg.UnpackDir
			if tt.noCache {
				cfg.UnpackDir = ""
			}
			_, err := Open(t.Context(), cfg)
			checkFull(t, err, tt.named)
			vulndbtest.IsEmpty(t, unpacked)
			vulndbtest.IsEmpty(t, cfg.TempDir)
			if _, err := os.Lstat(filepath.Join(cfg.CacheDir, "6")); !os.IsNotExist(err) {
				t.Errorf("a database is in the cache: %v", err)
			}
		})
	}
}

// A cache that has no room for a database costs the cache and not the run, as long as there is room for temporary files: one warning says so.
func TestFullCache(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	content := withoutIndexes(t)
	archive := pack(t, "tar.zst", entry{name: "vulnerability.db", content: content})
	registry := &fakeRegistry{content: archive}
	for _, tt := range []struct {
		name   string
		source Source
		free   int // bytes, of the cache
	}{
		{name: "a download", source: Server(url), free: 10},
		{name: "a download, unpacked", source: Server(url), free: len(content) - 1},
		{name: "an archive in a registry", source: Repository("registry.example/db:1"), free: len(content) - 1},
		{name: "an archive on this machine", source: Path(vulndbtest.WriteFile(t, t.TempDir(), "db.tar.zst", archive)), free: len(content) - 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := repositoryConfig(t, registry)
			var unkept []error
			cfg.Sources, cfg.Unkept = []Source{tt.source}, func(err error) { unkept = append(unkept, err) }
			cfg.Free = func(dir string) (int64, bool) {
				if within(cfg.CacheDir, dir) || within(cfg.UnpackDir, dir) {
					return int64(tt.free), true
				}
				return 1 << 40, true
			}
			opened(t, cfg)
			if len(unkept) != 1 || !errors.Is(unkept[0], disk.ErrFull) {
				t.Errorf("it is told that nothing is kept for %v, want once, since the disk is full", unkept)
			}
			vulndbtest.IsEmpty(t, cfg.UnpackDir)
			if _, err := os.Lstat(filepath.Join(cfg.CacheDir, "6")); !os.IsNotExist(err) {
				t.Errorf("a database is in the cache: %v", err)
			}
			cfg.keep = true // as an update does
			_, err := Open(t.Context(), cfg)
			checkFull(t, err, "cache-dir")
		})
	}
}

func within(dir, name string) bool {
	return name == dir || strings.HasPrefix(name, dir+string(filepath.Separator))
}

// One of own advisories that does not fit there is made for this run, too.
func TestFullDirectoryOfOwnAdvisories(t *testing.T) {
	t.Parallel()
	cfg := Config{OwnDir: t.TempDir(), TempDir: t.TempDir()}
	unkept := 0
	cfg.Unkept = func(error) { unkept++ }
	db, err := OpenMade(t.Context(), cfg, "sha256:"+strings.Repeat("0", 64), func(dir string) error {
		if within(cfg.OwnDir, dir) {
			return &os.PathError{Op: "write", Path: dir, Err: syscall.ENOSPC}
		}
		return os.CopyFS(dir, os.DirFS(fixtureDir(t)))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	vulndbtest.IsEmpty(t, cfg.OwnDir)
	if unkept != 1 {
		t.Errorf("it is told %d times that nothing is kept, want once", unkept)
	}
}

// sqliteError is an error of SQLite with its code.
type sqliteError int

func (s sqliteError) Error() string { return fmt.Sprintf("SQLite says %d", int(s)) }
func (s sqliteError) Code() int     { return int(s) }

func TestLacksSpace(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		nil: false, errors.New("other"): false, sqliteError(11): false, sqliteError(13): true, syscall.ENOSPC: true, syscall.EDQUOT: true,
		fmt.Errorf("making indexes: %w", sqliteError(13)): true, disk.ErrFull: true,
	} {
		if got := lacksSpace(err); got != want {
			t.Errorf("lacksSpace(%v) = %t, want %t", err, got, want)
		}
	}
}

// checkFull checks that an error is one about a full disk, with no other remedy than to name another directory with an input.
func checkFull(t *testing.T, err error, named string) {
	t.Helper()
	vulndbtest.WantError(t, err, false, "are free")
	if hints := fault.Hints(err); !errors.Is(err, disk.ErrFull) || len(hints) != 1 || !strings.HasSuffix(hints[0], "with "+named) {
		t.Errorf("error = %v with the hints %q, want ErrFull and one hint with %s", err, hints, named)
	}
}

// What is fetched for a mirror goes into a directory for temporary files, whatever is kept elsewhere.
func TestFullDiskOfAMirror(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	cfg, dir := sourcesConfig(t, Server(url)), t.TempDir()
	cfg.Free = holding(10)
	_, err := Fetch(t.Context(), cfg, dir)
	checkFull(t, err, "temp-dir")
	vulndbtest.IsEmpty(t, dir)
}

// Where the newest database does not fit, the one that is kept counts as where the server cannot be asked.
func TestFullDiskLeavesWhatIsKept(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	cfg := sourcesConfig(t, Server(url))
	cfg.OnlyServer, cfg.Free = true, holding(1)
	foreign(t, cfg.CacheDir, url+"/v6/before.tar.zst?checksum=sha256:00")
	if info := opened(t, cfg); !info.Outdated || len(info.Unanswered) != 1 || !strings.Contains(info.Unanswered[0].Reason, "only 1 B are free") {
		t.Errorf("Info() = %+v, want the database that is kept, and why there is no newer one", info)
	}
}

// A disk that fills up while an archive arrives says so as one does that was full before.
func TestDiskFillsUp(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = full.Close() })
	f := &file{into: full, space: Config{Free: holding(0)}.space("/srv", true)}
	if _, err := f.Write([]byte("x")); !errors.Is(err, disk.ErrFull) || !errors.Is(f.err, disk.ErrFull) || errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write() = %v and %v is kept, want ErrFull in the words of package disk", err, f.err)
	}
}
