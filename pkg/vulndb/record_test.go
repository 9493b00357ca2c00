package vulndb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// foreign fills a cache with a database of one advisory, about nothing, that is newer than the server's and says that it
// comes from source.
func foreign(t *testing.T, cache, source string) {
	t.Helper()
	advisory := vulndbtest.WriteFile(t, t.TempDir(), "x.json", []byte(`{"id": "GHSA-zzzz-zzzz-zzzz", "modified": "2026-01-01T00:00:00Z",
"affected": [{"package": {"ecosystem": "npm", "name": "none"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`))
	if _, err := osv.Build(t.Context(), osv.Config{Dir: cache, Files: []string{advisory}, Now: vulndbtest.Clock(30 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if _, err := v6.WriteImportMetadata(afero.NewOsFs(), filepath.Join(cache, "6"), source); err != nil {
		t.Fatal(err)
	}
	// Who writes a database can write that the server was asked a moment ago.
	vulndbtest.WriteFile(t, filepath.Join(cache, "6"), lastCheckFile, []byte(time.Now().UTC().Format(time.RFC3339)))
}

// A cached database counts where the update server knows it, and otherwise where a person imported it. What another says of its
// age, or of the last question to the server, makes no difference.
func TestForeignDatabase(t *testing.T) {
	t.Parallel()
	const mirror = "https://mirror.example/v6/vulnerability-db.tar.zst?checksum=sha256:00"
	tests := []struct {
		name   string
		source string // SERVER stands for the server's address
		kept   bool   // where the server answers
		failed string // the error where it does not; empty for a warning
	}{
		{name: "built", source: "layergate db build", failed: `comes from "layergate db build"`},
		{name: "of nobody", source: "", failed: "comes from an unknown source"},
		{name: "from another server", source: mirror, failed: `comes from "https://mirror.example/v6/vulnerability-db.tar.zst"`},
		{name: "a newer archive of the server", source: "SERVER/v6/newer.tar.zst?checksum=sha256:00", kept: true},
		{name: "of the server, without a checksum", source: "SERVER/v6/old.tar.zst", failed: "comes from"},
		{name: "beside the server", source: "SERVER.example/v6/old.tar.zst?checksum=sha256:00", failed: "comes from"},
		{name: "imported", source: imported, kept: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, broken := updateServer(t)
			cache := t.TempDir()
			foreign(t, cache, strings.ReplaceAll(tt.source, "SERVER", url))
			var warnings []string
			cfg := Config{
				Retry: quick(2), Sources: []Source{Server(url)}, CacheDir: cache, AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour), TempDir: t.TempDir(),
				Warn: func(s string) { warnings = append(warnings, s) },
			}
			broken.Store(true)
			db, err := Open(t.Context(), cfg)
			if tt.failed != "" {
				vulndbtest.WantError(t, err, false, tt.failed, "cannot be asked")
			} else if err != nil || !db.Info().Outdated {
				t.Errorf("Open(server fails) = %v, want the database that is kept, as an outdated one", err)
			}
			if err == nil {
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}

			broken.Store(false)
			warnings = nil
			info := open(t, cfg).Info()
			if kept := !info.Built.Equal(vulndbtest.BuiltAt()); kept != tt.kept {
				t.Errorf("the foreign database was kept: %t, want %t; it is %+v", kept, tt.kept, info)
			}
			if warned := strings.Contains(strings.Join(warnings, "\n"), "not fetched from the update server"); warned != (tt.source == imported) {
				t.Errorf("warnings = %q, want one about the source: %t", warnings, tt.source == imported)
			}
		})
	}
}

// The database that the server names is not fetched twice.
func TestServersDatabaseIsKept(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: t.TempDir(), AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
	first := open(t, cfg).Info()
	file := filepath.Join(cfg.CacheDir, "6", "vulnerability.db")
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "Info()", open(t, cfg).Info(), first)
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was fetched again: %v", err)
	}
}

// A database that this version imported is opened without the curator, which would take its checksum once more.
func TestInstalledIsReadWithoutCurator(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	foreign(t, cache, imported)
	reader, err := readInstalled(installationConfig(Config{CacheDir: cache}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

// A proof is that of one file as it was: what takes its place, or is written into it, is proven anew.
func TestProveAgain(t *testing.T) {
	t.Parallel()
	then := time.Now().Add(-time.Hour)
	for _, tt := range []struct {
		name   string
		change func(file string, content []byte) error
		want   string
	}{
		{"written into", func(file string, content []byte) error { return os.WriteFile(file, content, 0o600) }, "its checksum is"},
		{"another file", func(file string, content []byte) error {
			return errors.Join(os.WriteFile(file+".new", content, 0o600), os.Chtimes(file+".new", then, then), os.Rename(file+".new", file))
		}, "its checksum is"},
		{"longer", func(file string, content []byte) error {
			return errors.Join(os.WriteFile(file, append(content, 0), 0o600), os.Chtimes(file, then, then))
		}, "its checksum is"},
		{"without a checksum", func(file string, _ []byte) error {
			return errors.Join(os.Remove(filepath.Join(filepath.Dir(file), v6.ImportMetadataFileName)), os.Chtimes(file, time.Now(), time.Now()))
		}, "its checksum is missing"},
		{"as it was", func(string, []byte) error { return nil }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			foreign(t, cache, imported)
			settings, s := installationConfig(Config{CacheDir: cache}), &candidate{}
			file := settings.DBFilePath()
			if err := os.Chtimes(file, then, then); err != nil {
				t.Fatal(err)
			}
			if _, err := s.prove(settings); err != nil || s.proof.checksum == "" {
				t.Fatalf("prove() = %v", err)
			}
			content := vulndbtest.ReadFile(t, file)
			content[len(content)-1] ^= 1
			if err := tt.change(file, content); err != nil {
				t.Fatal(err)
			}
			if _, err := s.prove(settings); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("prove() = %v, want %q", err, tt.want)
			}
		})
	}
}

// Without updates the source is named where it is not the update server.
func TestForeignDatabaseWithoutUpdates(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	foreign(t, cache, "layergate db build")
	var warnings []string
	info := open(t, Config{CacheDir: cache, Warn: func(s string) { warnings = append(warnings, s) }}).Info()
	if info.From != "layergate db build" || len(warnings) != 1 || !strings.Contains(warnings[0], `it comes from "layergate db build"`) {
		t.Errorf("From = %q, warnings = %q", info.From, warnings)
	}
}

// Where only the server's databases count, an imported one is fetched again, and an error where that cannot be.
func TestOnlyServer(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	for _, source := range []string{imported, "layergate db build"} {
		cache := t.TempDir()
		foreign(t, cache, source)
		cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: cache, OnlyServer: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour), TempDir: t.TempDir()}
		_, err := Open(t.Context(), cfg)
		vulndbtest.WantError(t, err, false, "was not fetched from the update server")
		cfg.AutoUpdate = true
		broken.Store(true)
		_, err = Open(t.Context(), cfg)
		vulndbtest.WantError(t, err, false, "cannot be asked")
		broken.Store(false)
		if info := open(t, cfg).Info(); !info.Built.Equal(vulndbtest.BuiltAt()) {
			t.Errorf("Info() = %+v, want the server's database in place of %s", info, source)
		}
		cfg.AutoUpdate = false
		if info := open(t, cfg).Info(); !info.Built.Equal(vulndbtest.BuiltAt()) {
			t.Errorf("Info() without updates = %+v, want the server's database", info)
		}
	}
}

// A database's directory with anything in it that leads elsewhere, blocks or changes what was proven is fetched again, and is
// an error where it is not.
func TestOddCache(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	tests := map[string]func(dir string) error{
		"the directory is a link": func(dir string) error {
			return errors.Join(os.Rename(dir, dir+"-moved"), os.Symlink(dir+"-moved", dir))
		},
		"the database is a link": func(dir string) error {
			file := filepath.Join(dir, "vulnerability.db")
			return errors.Join(os.Rename(file, file+".moved"), os.Symlink(file+".moved", file))
		},
		"the metadata is a link": func(dir string) error {
			file := filepath.Join(dir, "import.json")
			return errors.Join(os.Rename(file, file+".moved"), os.Symlink(file+".moved", file))
		},
		"the metadata is huge": func(dir string) error { return os.Truncate(filepath.Join(dir, "import.json"), maxMetadata+1) },
		"there is a journal": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "vulnerability.db-wal"), nil, 0o600)
		},
		"the last check is a directory": func(dir string) error { return os.MkdirAll(filepath.Join(dir, lastCheckFile, "x"), 0o700) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			foreign(t, cache, imported)
			dir := filepath.Join(cache, "6")
			if err := os.Remove(filepath.Join(dir, lastCheckFile)); err != nil {
				t.Fatal(err)
			}
			if err := spoil(dir); err != nil {
				t.Skip(err)
			}
			cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: cache, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
			_, err := Open(t.Context(), cfg)
			vulndbtest.WantError(t, err, false, "is damaged")
			cfg.AutoUpdate = true
			if info := open(t, cfg).Info(); !info.Built.Equal(vulndbtest.BuiltAt()) {
				t.Errorf("Info() = %+v, want the server's database", info)
			}
		})
	}
}

// A cache that a link leads to, as on another disk, is used like any other.
func TestCacheBehindALink(t *testing.T) {
	t.Parallel()
	url, broken := updateServer(t)
	cfg := sourcesConfig(t, Server(url))
	link := filepath.Join(t.TempDir(), "cache")
	if err := os.Symlink(cfg.CacheDir, link); err != nil {
		t.Skip(err)
	}
	behind := cfg.CacheDir
	cfg.CacheDir = link
	opened(t, cfg)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v now, want it to stay", info, err)
	}
	if _, err := os.Stat(filepath.Join(behind, "6", "vulnerability.db")); err != nil {
		t.Errorf("the database does not lie behind the link: %v", err)
	}
	broken.Store(true)
	if info := opened(t, cfg); !info.Outdated {
		t.Errorf("Info() = %+v, want the database behind the link, as the server does not answer", info)
	}
}

// Of a cache that cannot be made the run does without, and an update fails.
func TestCacheThatCannotBeMade(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	nowhere := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(t.TempDir(), "missing", "cache"), nowhere); err != nil {
		t.Skip(err)
	}
	for name, dir := range map[string]string{
		"below a file":      filepath.Join(vulndbtest.WriteFile(t, t.TempDir(), "file", nil), "cache"),
		"a file":            vulndbtest.WriteFile(t, t.TempDir(), "cache", nil),
		"a link to nowhere": nowhere,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := sourcesConfig(t, Server(url))
			cfg.CacheDir = dir
			if info := opened(t, cfg); !strings.HasPrefix(info.From, url) || info.Outdated {
				t.Errorf("Info() = %+v, want the server's", info)
			}
			_, err := Update(t.Context(), cfg)
			vulndbtest.WantError(t, err, false, "making the directory of the advisory database: ")
		})
	}
}

// Where no database is kept, none in the directory counts and the one that is fetched is gone afterwards.
func TestNoCache(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	cache, temp := t.TempDir(), t.TempDir()
	foreign(t, cache, imported)
	cfg := Config{Sources: []Source{Server(url)}, Retry: quick(2), CacheDir: cache, NoCache: true, AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour), TempDir: temp}
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if info := db.Info(); !info.Built.Equal(vulndbtest.BuiltAt()) {
		t.Errorf("Info() = %+v, want the server's database", info)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the temporary directory: %v", left, err)
	}
	_, err = Update(t.Context(), cfg)
	vulndbtest.WantError(t, err, true, "no directory")
	cfg.AutoUpdate = false
	_, err = Open(t.Context(), cfg)
	vulndbtest.WantError(t, err, true, "no directory")
	_, err = Import(t.Context(), cfg, fixtureDir(t))
	vulndbtest.WantError(t, err, true, "no directory")
}
