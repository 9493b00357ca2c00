package vulndb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"

	"github.com/layergate/layergate/pkg/transport"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// fakeRegistry keeps one archive, and counts how often it is read.
type fakeRegistry struct {
	content []byte
	digest  string // that the manifest says; empty for the right one
	err     error  // of the question for the archive
	broken  int    // readings that break off
	late    int    // questions without an answer
	asked   int    // questions
	reads   atomic.Int32
}

func (f *fakeRegistry) pull(_ context.Context, ref string) (RemoteArchive, error) {
	if f.asked++; f.asked <= f.late {
		return RemoteArchive{}, fmt.Errorf("asking: %w", &transport.TimeoutError{Host: "registry.example", Did: "began no answer", After: time.Second})
	}
	if f.err != nil {
		return RemoteArchive{}, f.err
	}
	if ref != "registry.example/db:1" {
		return RemoteArchive{}, fmt.Errorf("registry.example has no %s", ref)
	}
	digest := f.digest
	if digest == "" {
		digest = fmt.Sprintf("sha256:%x", sha256.Sum256(f.content))
	}
	return RemoteArchive{Digest: digest, Size: int64(len(f.content)), Open: func(context.Context) (io.ReadCloser, error) {
		if int(f.reads.Add(1)) <= f.broken {
			return io.NopCloser(io.MultiReader(bytes.NewReader(f.content[:100]), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
		}
		return io.NopCloser(bytes.NewReader(f.content)), nil
	}}, nil
}

// repositoryConfig asks a registry, and keeps what it pulls.
func repositoryConfig(t *testing.T, f *fakeRegistry) Config {
	t.Helper()
	cfg := sourcesConfig(t, Repository("registry.example/db:1"))
	cfg.Pull, cfg.UnpackDir, cfg.Retry = f.pull, t.TempDir(), quick(3)
	return cfg
}

// opened is what Open says of a database that is closed again.
func opened(t *testing.T, cfg Config) Info {
	t.Helper()
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(%v) = %v", cfg.Sources, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	vulndbtest.IsEmpty(t, cfg.TempDir)
	return db.Info()
}

func TestRepository(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"tar.zst", "tar.gz", "tar.xz"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			registry := &fakeRegistry{content: pack(t, form, entry{name: "vulnerability.db", content: withoutIndexes(t)}), broken: 2}
			cfg := repositoryConfig(t, registry)
			info := opened(t, cfg)
			if info.From != "oci://registry.example/db:1" || !strings.HasPrefix(info.Checksum, "sha256:") || info.Outdated {
				t.Errorf("Info() = %+v, want the registry's", info)
			}
			vulndbtest.Diff(t, "Info() of the second run", opened(t, cfg), info)
			if got := registry.reads.Load(); got != 3 {
				t.Errorf("the archive was read %d times, want twice broken off, once whole and not again", got)
			}
			cfg.AutoUpdate = false
			vulndbtest.Diff(t, "Info() without updates", opened(t, cfg), info)
			updated, err := Update(t.Context(), cfg)
			if err != nil || updated.Checksum != info.Checksum {
				t.Errorf("Update() = %+v, %v", updated, err)
			}
			nowhere := cfg
			nowhere.UnpackDir = ""
			_, err = Update(t.Context(), nowhere)
			vulndbtest.WantError(t, err, true, "no directory that keeps an advisory database")

			cfg.AutoUpdate, registry.err = true, errors.New("registry.example is down")
			if got := opened(t, cfg); !got.Outdated || got.Checksum != info.Checksum || !strings.Contains(got.Unanswered[0].Reason, "is down") {
				t.Errorf("Info() = %+v, want what was kept of the registry", got)
			}
			cfg.Now = vulndbtest.Clock(25 * time.Hour)
			_, err = Open(t.Context(), cfg)
			vulndbtest.WantError(t, err, false, "the limit is 1 day", "is down")
			// What is kept of one repository is none of another's.
			cfg.Now, cfg.Sources = vulndbtest.Clock(time.Hour), []Source{Repository("registry.example/other:1")}
			if db, err := Open(t.Context(), cfg); err == nil {
				t.Errorf("Open(another repository) = %+v, want an error", db.Info())
			}
		})
	}
}

func TestRepositoryThatIsWrong(t *testing.T) {
	t.Parallel()
	good := pack(t, "tar.gz", entry{name: "vulnerability.db", content: withoutIndexes(t)})
	tests := map[string]struct {
		registry *fakeRegistry
		want     string
	}{
		"other bytes":     {&fakeRegistry{content: good, digest: "sha256:" + strings.Repeat("0", 64)}, "its manifest says"},
		"no archive":      {&fakeRegistry{content: []byte("<html>")}, "is no archive"},
		"no database":     {&fakeRegistry{content: pack(t, "tar.gz", entry{name: "README", content: []byte("x")})}, "holds no vulnerability.db"},
		"keeps breaking":  {&fakeRegistry{content: good, broken: 9}, "registry.example broke off after 100 of "},
		"not the archive": {&fakeRegistry{err: errors.New("no login")}, "no login"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := repositoryConfig(t, tt.registry)
			_, err := Open(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "oci://registry.example/db:1") {
				t.Errorf("Open() = %v, want %q", err, tt.want)
			}
			vulndbtest.IsEmpty(t, cfg.TempDir)
			vulndbtest.IsEmpty(t, cfg.UnpackDir)
			cfg.AutoUpdate = false
			_, err = Open(t.Context(), cfg)
			vulndbtest.WantError(t, err, false, "no advisory database of oci://registry.example/db:1 is kept")
		})
	}
}

// A registry that does not answer is asked again as an update server is, and any other failure is for good.
func TestRepositoryThatIsLate(t *testing.T) {
	t.Parallel()
	good := pack(t, "tar.gz", entry{name: "vulnerability.db", content: withoutIndexes(t)})
	for name, tt := range map[string]struct {
		registry *fakeRegistry
		asked    int
		want     string // in the error; empty where it works
	}{
		"late":          {&fakeRegistry{content: good, late: 2}, 3, ""},
		"silent":        {&fakeRegistry{content: good, late: 9}, 3, "registry.example began no answer within 1s"},
		"without login": {&fakeRegistry{err: errors.New("no login")}, 1, "no login"},
	} {
		db, err := Open(t.Context(), repositoryConfig(t, tt.registry))
		if err == nil {
			err = db.Close()
		}
		if tt.registry.asked != tt.asked || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Open() = %v after %d questions, want %q after %d", name, err, tt.registry.asked, tt.want, tt.asked)
		}
	}
}

// A tag that leads to a database of the future hides none that may be used, be it pulled before or not.
func TestRepositoryOfTheFuture(t *testing.T) {
	t.Parallel()
	registry := &fakeRegistry{content: builtLater(t, 0)}
	cfg := repositoryConfig(t, registry)
	before := opened(t, cfg)
	registry.content = builtLater(t, 72*time.Hour)
	for range 2 {
		if got := opened(t, cfg); got.Checksum != before.Checksum || !got.Outdated || !strings.Contains(got.Unanswered[0].Reason, "was built in the future") {
			t.Errorf("Info() = %+v, want that of before", got)
		}
	}
	registry.content = builtLater(t, 0)
	if got := opened(t, cfg); got.Outdated || got.Checksum != before.Checksum {
		t.Errorf("Info() = %+v, want that of the registry", got)
	}
}

// builtLater is an archive of a database that was built some time after the test database.
func builtLater(t *testing.T, d time.Duration) []byte {
	t.Helper()
	dir := t.TempDir()
	if _, err := osv.Build(t.Context(), osv.Config{Dir: dir, Files: []string{"../../testdata/advisories"}, Now: vulndbtest.Clock(d)}); err != nil {
		t.Fatal(err)
	}
	return pack(t, "tar.gz", entry{name: "vulnerability.db", content: vulndbtest.ReadFile(t, filepath.Join(dir, "6", "vulnerability.db"))})
}

// A tag that goes back to an older database does not hide advisories, unless others could have written the newer one.
func TestRepositoryGoesBack(t *testing.T) {
	t.Parallel()
	registry := &fakeRegistry{content: builtLater(t, 30*time.Minute)}
	cfg := repositoryConfig(t, registry)
	var warnings []string
	cfg.Warn = func(s string) { warnings = append(warnings, s) }
	newer := opened(t, cfg)
	registry.content = builtLater(t, 0)
	if got := opened(t, cfg); got.Checksum != newer.Checksum || len(warnings) != 1 || !strings.Contains(warnings[0], "leads to an older advisory database") {
		t.Errorf("Info() = %+v with the warnings %q, want the newer database", got, warnings)
	}
	cfg.OnlyServer = true
	if got := opened(t, cfg); !got.Built.Equal(vulndbtest.BuiltAt()) {
		t.Errorf("Info() = %+v, want what the registry has where others write to the cache", got)
	}
}

// An update server that goes back does not hide advisories either.
func TestServerGoesBack(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	for _, only := range []bool{false, true} {
		cfg := sourcesConfig(t, Server(url))
		foreign(t, cfg.CacheDir, url+"/v6/newer.tar.zst?checksum=sha256:00")
		var warnings []string
		cfg.OnlyServer, cfg.Warn = only, func(s string) { warnings = append(warnings, s) }
		info := opened(t, cfg)
		if kept := info.Built.After(vulndbtest.BuiltAt()); kept == only || kept != (len(warnings) == 1) {
			t.Errorf("OnlyServer %t: Info() = %+v with the warnings %q", only, info, warnings)
		}
	}
}

// What a server says of its archive does not let an older database, or one of the future, take the place of a newer one. Once the server is right
// again, so is the cache.
func TestServerLiesAboutItsArchive(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ built, why string }{
		"older":      {"2026-11-15 06:00:00+00:00", "it was built 2026-11-15T06:00:00Z, before the one that is here"},
		"the future": {"2027-11-20 06:00:00+00:00", "it was built in the future, at 2027-11-20T06:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			serve := func(name string, raw []byte, built time.Time) {
				archive := vulndbtest.WriteFile(t, filepath.Join(root, "v6"), name, pack(t, "tar.zst", entry{name: "vulnerability.db", content: raw}))
				latestOf(t, archive, built)
			}
			server := httptest.NewServer(http.FileServer(http.Dir(root)))
			t.Cleanup(server.Close)
			cfg := sourcesConfig(t, Server(server.URL))
			serve("right.tar.zst", withoutIndexes(t), vulndbtest.BuiltAt())
			before := opened(t, cfg)
			serve("wrong.tar.zst", changed(t, "UPDATE db_metadata SET build_timestamp = '"+tt.built+"'"), vulndbtest.BuiltAt().Add(time.Minute))
			got := opened(t, cfg)
			if got.Checksum != before.Checksum || !got.Outdated || len(got.Unanswered) != 1 || !strings.Contains(got.Unanswered[0].Reason, tt.why) {
				t.Errorf("Info() = %+v, want the database of before, and that %s", got, tt.why)
			}
			// Nor does one of the future stay that got in otherwise.
			vulndbtest.WriteFile(t, filepath.Join(cfg.CacheDir, "6"), "vulnerability.db", changed(t, "UPDATE db_metadata SET build_timestamp = '"+tt.built+"'"))
			if _, err := v6.WriteImportMetadata(afero.NewOsFs(), filepath.Join(cfg.CacheDir, "6"), server.URL+"/v6/wrong.tar.zst?checksum=sha256:00"); err != nil {
				t.Fatal(err)
			}
			serve("right.tar.zst", withoutIndexes(t), vulndbtest.BuiltAt())
			if again := opened(t, cfg); again.Outdated || !again.Built.Equal(vulndbtest.BuiltAt()) {
				t.Errorf("Info() = %+v, want that of the server that is right again", again)
			}
		})
	}
}

// On a cache that many write to, an archive that lies at a path is unpacked in each run.
func TestPathIsNotKeptWhereOthersWrite(t *testing.T) {
	t.Parallel()
	cfg := sourcesConfig(t, Path(archiveNamed(t, "db.tar.zst")))
	cfg.UnpackDir, cfg.OnlyServer = t.TempDir(), true
	opened(t, cfg)
	if entries, err := os.ReadDir(cfg.UnpackDir); err != nil || len(entries) > 0 {
		t.Errorf("%v stays, %v", entries, err)
	}
}

// A registry's archive has the limits of a server's: it is not larger than a database may be, holds no more than its manifest says, and is given up
// after the same time.
func TestRepositoryHasLimits(t *testing.T) {
	t.Parallel()
	archive := func(size int64, open func(context.Context) io.Reader) Pull {
		return func(context.Context, string) (RemoteArchive, error) {
			return RemoteArchive{Digest: "sha256:" + strings.Repeat("0", 64), Size: size, Open: func(ctx context.Context) (io.ReadCloser, error) {
				return io.NopCloser(open(ctx)), nil
			}}, nil
		}
	}
	endless := &endlessReader{}
	tests := map[string]struct {
		pull Pull
		want string
	}{
		"too large":   {archive(maxDatabase+1, func(context.Context) io.Reader { return strings.NewReader("x") }), "more than the 5368709120 that are allowed"},
		"longer":      {archive(1000, func(context.Context) io.Reader { return endless }), "the registry sends 1001 bytes"},
		"never there": {archive(1000, func(ctx context.Context) io.Reader { return untilDone{ctx} }), "it was not there within 200ms"},
		"never found": {func(ctx context.Context, _ string) (RemoteArchive, error) {
			<-ctx.Done()
			return RemoteArchive{}, context.Cause(ctx)
		}, "it was not there within 200ms"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := repositoryConfig(t, &fakeRegistry{})
			cfg.Pull, cfg.Retry = tt.pull, Retry{Tries: 1, First: time.Nanosecond, Total: 200 * time.Millisecond}
			ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("it has no limit"))
			defer cancel()
			_, err := Open(ctx, cfg)
			vulndbtest.WantError(t, err, false, tt.want, "oci://registry.example/db:1")
			vulndbtest.IsEmpty(t, cfg.TempDir)
		})
	}
	t.Cleanup(func() {
		if endless.read > 1<<20 {
			t.Errorf("%d bytes were read of an archive of 1000", endless.read)
		}
	})
}

// endlessReader never ends, and counts what is read of it.
type endlessReader struct{ read int64 }

func (r *endlessReader) Read(p []byte) (int, error) {
	if r.read += int64(len(p)); r.read > maxDatabase {
		return 0, errors.New("it is read on and on")
	}
	return len(p), nil
}

// untilDone brings nothing as long as ctx lasts.
type untilDone struct{ ctx context.Context }

func (r untilDone) Read([]byte) (int, error) {
	<-r.ctx.Done()
	return 0, context.Cause(r.ctx)
}
