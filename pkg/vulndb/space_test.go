package vulndb

import (
	"errors"
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
		{name: "a download", source: server, free: 10, named: "cache-dir"},
		{name: "a download that is not kept", source: server, noCache: true, free: 10, named: "temp-dir"},
		{name: "a download, unpacked", source: server, free: len(content) - 1, named: "cache-dir"},
		{name: "an archive in a registry", source: repository, free: 10, named: "temp-dir"},
		{name: "an archive in a registry, unpacked", source: repository, free: len(content) - 1, named: "cache-dir"},
		{name: "an archive on this machine, unpacked", source: path, free: len(content) - 1, named: "cache-dir"},
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
