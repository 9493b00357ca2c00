package vulndb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// The digests of what two databases are made of.
var (
	oneDigest     = "sha256:" + strings.Repeat("1", 64)
	anotherDigest = "sha256:" + strings.Repeat("2", 64)
)

// made opens a database that is made, and counts how often that is.
func made(t *testing.T, cfg Config, digest string) (written int, warnings []string) {
	t.Helper()
	cfg.TempDir, cfg.Warn = t.TempDir(), func(text string) { warnings = append(warnings, text) }
	db, err := OpenMade(t.Context(), cfg, digest, func(dir string) error {
		written++
		return os.CopyFS(dir, os.DirFS(fixtureDir(t)))
	})
	if err != nil {
		t.Fatalf("OpenMade() = %v", err)
	}
	vulndbtest.MinimistMatches(t, db.Provider())
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	vulndbtest.IsEmpty(t, cfg.TempDir)
	return written, warnings
}

func TestMadeOnce(t *testing.T) {
	t.Parallel()
	var told progresstest.Recorder
	cfg := Config{OwnDir: filepath.Join(t.TempDir(), "odd #name", "own"), Meters: &told}
	for _, tt := range []struct {
		name, digest string
		want         int
	}{
		{"the first time", oneDigest, 1},
		{"again", oneDigest, 0},
		{"of other advisories", anotherDigest, 1},
		{"still there", oneDigest, 0},
	} {
		if written, warnings := made(t, cfg, tt.digest); written != tt.want || len(warnings) > 0 {
			t.Errorf("%s: it was made %d times, want %d; warnings %q", tt.name, written, tt.want, warnings)
		}
	}
	if waits := told.Waits(); len(waits) != 2 || waits[0] != "making a database of the own advisories" {
		t.Errorf("told was %q, want that a database is made, twice", waits)
	}
	if dirs := keptDirs(t, cfg.OwnDir); len(dirs) != 2 {
		t.Errorf("kept are %q, want two databases", dirs)
	}
	for range 2 {
		if written, _ := made(t, Config{}, oneDigest); written != 1 {
			t.Errorf("without a directory it was made %d times, want in each run", written)
		}
	}
}

// What was kept and is not whole is made again.
func TestMadeAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(file string) error{
		"changed": func(file string) error {
			content := vulndbtest.ReadFile(t, file)
			content[5000] ^= 1
			return os.WriteFile(file, content, 0o600)
		},
		"truncated": func(file string) error { return os.Truncate(file, 8192) },
		"gone":      os.Remove,
		"without its checksum": func(file string) error {
			return os.Remove(filepath.Join(filepath.Dir(file), "import.json"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{OwnDir: t.TempDir()}
			made(t, cfg, oneDigest)
			if err := spoil(filepath.Join(keptDirs(t, cfg.OwnDir)[0], "vulnerability.db")); err != nil {
				t.Fatal(err)
			}
			if written, warnings := made(t, cfg, oneDigest); written != 1 || len(warnings) != 1 {
				t.Errorf("it was made %d times, want once, and one warning: %q", written, warnings)
			}
		})
	}
}

func TestMadeInVain(t *testing.T) {
	t.Parallel()
	cfg := Config{OwnDir: t.TempDir(), TempDir: t.TempDir()}
	failed := errors.New("no room")
	if _, err := OpenMade(t.Context(), cfg, oneDigest, func(string) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("OpenMade() = %v, want why it could not be made", err)
	}
	vulndbtest.IsEmpty(t, cfg.OwnDir)
}
