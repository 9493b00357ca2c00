package vulndb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// openKept opens an archive as Open does, checks what it says, and returns its warnings.
func openKept(t *testing.T, archive, unpackDir, temp string) []string {
	t.Helper()
	var warnings []string
	db, err := Open(t.Context(), Config{
		Sources: []Source{Path(archive)}, UnpackDir: unpackDir, TempDir: temp, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour),
		Warn: func(text string) { warnings = append(warnings, text) },
	})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	vulndbtest.MinimistMatches(t, db.Provider())
	if info := db.Info(); info.From != archive || !strings.HasPrefix(info.Checksum, "sha256:") || info.Schema != "6.1.7" {
		t.Errorf("Info() = %+v, want the archive's", info)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	vulndbtest.IsEmpty(t, temp)
	return warnings
}

// archiveNamed writes an archive of the test database whose digest depends on its name.
func archiveNamed(t *testing.T, name string) string {
	t.Helper()
	content := pack(t, "tar.zst", entry{name: "vulnerability.db", content: withoutIndexes(t)}, entry{name: name, content: []byte("x")})
	return vulndbtest.WriteFile(t, t.TempDir(), name, content)
}

// keptDirs are the directories in which archives stay unpacked.
func keptDirs(t *testing.T, unpackDir string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(unpackDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

func TestArchiveIsUnpackedOnce(t *testing.T) {
	t.Parallel()
	archive, unpackDir, temp := archiveNamed(t, "db.tar.zst"), filepath.Join(t.TempDir(), "below", "unpacked"), t.TempDir()
	if got := openKept(t, archive, unpackDir, temp); len(got) > 0 {
		t.Errorf("the first time: warnings %q", got)
	}
	dirs := keptDirs(t, unpackDir)
	if len(dirs) != 1 {
		t.Fatalf("unpacked into %q, want one directory", dirs)
	}
	file := filepath.Join(dirs[0], "vulnerability.db")
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := openKept(t, archive, unpackDir, temp); len(got) > 0 {
		t.Errorf("the second time: warnings %q", got)
	}
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the archive was unpacked again (%v)", err)
	}
}

// Unpacking a large database takes a while, which is said.
func TestUnpackingIsTold(t *testing.T) {
	t.Parallel()
	var told progresstest.Recorder
	cfg := sourcesConfig(t, Path(archiveNamed(t, "db.tar.zst")))
	cfg.UnpackDir, cfg.Meters = t.TempDir(), &told
	opened(t, cfg)
	opened(t, cfg)
	if waits := told.Waits(); len(waits) != 1 || waits[0] != "unpacking the advisory database" {
		t.Errorf("told was %q, want that the archive is unpacked, once", waits)
	}
}

func TestKeptArchiveIsChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(dir string) error
		want  string // in the warning
	}{
		"another database": {func(dir string) error { return os.Truncate(filepath.Join(dir, "vulnerability.db"), 4096) }, "checksum"},
		"no checksum":      {func(dir string) error { return os.Remove(filepath.Join(dir, "import.json")) }, "its checksum is missing"},
		"a journal":        {func(dir string) error { return os.WriteFile(filepath.Join(dir, "vulnerability.db-wal"), nil, 0o600) }, "a journal beside it"},
		"a link": {func(dir string) error {
			if err := os.Rename(dir, dir+"-moved"); err != nil {
				return err
			}
			return os.Symlink(dir+"-moved", dir)
		}, "is a link"},
		"a file": {func(dir string) error {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			return os.WriteFile(dir, nil, 0o600)
		}, "is a link or a file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, unpackDir, temp := archiveNamed(t, "db.tar.zst"), t.TempDir(), t.TempDir()
			openKept(t, archive, unpackDir, temp)
			if err := tt.spoil(keptDirs(t, unpackDir)[0]); err != nil {
				t.Fatal(err)
			}
			if got := openKept(t, archive, unpackDir, temp); len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("warnings = %q, want one with %q", got, tt.want)
			}
			if got := openKept(t, archive, unpackDir, temp); len(got) > 0 {
				t.Errorf("once it was unpacked again: warnings %q", got)
			}
		})
	}
}

func TestKeptArchivesLeave(t *testing.T) {
	t.Parallel()
	unpackDir, temp := t.TempDir(), t.TempDir()
	ago := func(dir string, d time.Duration) {
		if err := os.Chtimes(dir, time.Now(), time.Now().Add(-d)); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{unfinished + "killed", unfinished + "running", "sha256-older", "sha256-old", "sha256-used"} {
		vulndbtest.WriteFile(t, filepath.Join(unpackDir, dir), "vulnerability.db", []byte("x"))
	}
	ago(filepath.Join(unpackDir, unfinished+"killed"), 2*time.Hour)
	ago(filepath.Join(unpackDir, "sha256-older"), 3*time.Hour)
	ago(filepath.Join(unpackDir, "sha256-old"), 2*time.Hour)

	archive := archiveNamed(t, "new.tar.zst")
	openKept(t, archive, unpackDir, temp)
	for name, want := range map[string]bool{
		unfinished + "killed": false, unfinished + "running": true, "sha256-older": false, "sha256-old": false, "sha256-used": true,
	} {
		if _, err := os.Stat(filepath.Join(unpackDir, name)); (err == nil) != want {
			t.Errorf("%s is there: %t, want %t", name, err == nil, want)
		}
	}
	if got := len(keptDirs(t, unpackDir)); got != 3 {
		t.Errorf("%d directories stay, want 3", got)
	}
}

func TestUnpackDirThatCannotBe(t *testing.T) {
	t.Parallel()
	file := vulndbtest.WriteFile(t, t.TempDir(), "file", nil)
	got := openKept(t, archiveNamed(t, "db.tar.zst"), filepath.Join(file, "unpacked"), t.TempDir())
	if len(got) != 1 || !strings.Contains(got[0], "for this run only") {
		t.Errorf("warnings = %q, want one that it is not kept", got)
	}
}

// Of two runs that unpack one archive at once, the slower one uses its own for this run, without a word.
func TestAnotherRunWasFaster(t *testing.T) {
	t.Parallel()
	sum := "sha256:" + strings.Repeat("0", 64)
	var warnings []string
	cfg := Config{UnpackDir: t.TempDir(), Warn: func(text string) { warnings = append(warnings, text) }}
	faster := vulndbtest.WriteFile(t, keptDir(cfg, sum), "vulnerability.db", []byte("of the faster run"))
	s := &candidate{checksum: sum}
	own, err := s.tempDir(cfg.UnpackDir)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.WriteFile(t, own, "vulnerability.db", []byte("its own"))
	if got := s.keep(cfg, own); got != own || len(s.temp) != 1 || len(warnings) > 0 {
		t.Errorf("keep() = %s with the warnings %q, want its own directory %s", got, warnings, own)
	}
	if got := string(vulndbtest.ReadFile(t, faster)); got != "of the faster run" {
		t.Errorf("the faster run's database is %q now", got)
	}
}
