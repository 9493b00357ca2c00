package vulndb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

func TestParseSource(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Source{
		"db.tar.zst":                         Path("db.tar.zst"),
		"C:/advisories/db":                   Path("C:/advisories/db"),
		"https://mirror.example/latest.json": Server("https://mirror.example/latest.json"),
		"http://127.0.0.1:80":                Server("http://127.0.0.1:80"),
	} {
		if got, err := ParseSource(text); err != nil || got != want {
			t.Errorf("ParseSource(%q) = %#v, %v, want %#v", text, got, err, want)
		}
	}
}

// What is no source is a wrong request that shows the right form, and no password.
func TestParseSourceRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ err, hint string }{
		"s3://bucket/db":                      {"cannot come from s3://", "https://HOST/PATH"},
		"S3://bucket/db":                      {"cannot come from S3://", "https://HOST/PATH"},
		"HTTP://mirror.example/db":            {"not in lower case", "write http://mirror.example/db"},
		"Oci://registry.example/db":           {"not in lower case", "write oci://registry.example/db"},
		"HTTPS://robot:hush@mirror.example":   {"not in lower case", "https://"},
		"https:/mirror.example/db":            {"has no // behind https:", "write https://mirror.example/db"},
		"oci:registry.example/db:latest":      {"has no // behind oci:", "write oci://registry.example/db:latest"},
		"https://":                            {"is not the address of an update server", "https://HOST/PATH"},
		"https:///db":                         {"is not the address of an update server", "https://HOST/PATH"},
		"http://:8080/db":                     {"is not the address of an update server", "https://HOST/PATH"},
		"https://robot:hush@[::1/db":          {"is not the address of an update server", "https://HOST/PATH"},
		"https://mirror.example:hush/db":      {"is not the address of an update server", "https://HOST/PATH"},
		"oci://":                              {"names no registry and repository", "oci://REGISTRY/REPOSITORY:TAG"},
		"oci:///db":                           {"names no registry and repository", "oci://REGISTRY/REPOSITORY:TAG"},
		"oci://:5000/db":                      {"names no registry and repository", "oci://REGISTRY/REPOSITORY:TAG"},
		"oci://registry.example":              {"names no registry and repository", "oci://REGISTRY/REPOSITORY:TAG"},
		"oci://registry.example/db?tag=1":     {"names no registry and repository", "oci://REGISTRY/REPOSITORY:TAG"},
		"oci://team/db:latest":                {"team is no name of a host", "oci://docker.io/team/db:latest"},
		"oci://robot:hush@registry.example/a": {"oci://registry.example/a of an advisory database holds a login", "registry-username"},
	} {
		got, err := ParseSource(text)
		if err == nil {
			t.Errorf("ParseSource(%q) = %v, want an error", text, got)
			continue
		}
		vulndbtest.WantError(t, err, true, want.err)
		if hints := strings.Join(fault.Hints(err), " "); !strings.Contains(hints, want.hint) || strings.Contains(hints+err.Error(), "hush") {
			t.Errorf("ParseSource(%q) = %v with the hint %q, want %q and no password", text, err, hints, want.hint)
		}
	}
	for _, text := range []string{"https://mirror.example:99999/db", "http://user:hush@mirror.example:0/db", "oci://registry.example:65536/db:1"} {
		_, err := ParseSource(text)
		vulndbtest.WantError(t, err, true, "ports are numbers from 1 to 65535")
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("ParseSource(%q) = %v", text, err)
		}
	}
	for _, text := range []string{"https://mirror.example:65535/db", "https://mirror.example:/db", "https://[::1]:443/db", "oci://localhost:5000/db:1", "oci://[::1]:5000/db:1"} {
		if _, err := ParseSource(text); err != nil {
			t.Errorf("ParseSource(%q) = %v", text, err)
		}
	}
	if got, err := ParseSource("https.tar.zst"); err != nil || got != Path("https.tar.zst") {
		t.Errorf("ParseSource() of a file = %v, %v", got, err)
	}
}

// sourcesConfig asks sources in their order, with a clock an hour after the test database was built.
func sourcesConfig(t *testing.T, sources ...Source) Config {
	t.Helper()
	return Config{Sources: sources, CacheDir: t.TempDir(), TempDir: t.TempDir(), AutoUpdate: true, Retry: quick(1), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)}
}

func TestSourcesAreTriedInOrder(t *testing.T) {
	t.Parallel()
	good, _ := updateServer(t)
	down, broken := updateServer(t)
	broken.Store(true)
	missing := Path(filepath.Join(t.TempDir(), "none.db"))
	notOne := Path(vulndbtest.WriteFile(t, t.TempDir(), "note.txt", []byte("no database")))
	tests := []struct {
		name       string
		sources    []Source
		from       string   // begins Info.From
		unanswered []string // in the reasons of the sources before
	}{
		{name: "the first", sources: []Source{Server(good), missing}, from: good},
		{name: "a path behind a server that is down", sources: []Source{Server(down), Path(fixtureDir(t))}, from: fixtureDir(t), unanswered: []string{"answers with 500"}},
		{name: "a server behind a server that is down", sources: []Source{Server(down), Server(good)}, from: good, unanswered: []string{"answers with 500"}},
		{name: "behind what is not there, and what is none", sources: []Source{missing, notOne, Server(good)}, from: good, unanswered: []string{"does not exist", "is neither"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			info := open(t, sourcesConfig(t, tt.sources...)).Info()
			if !strings.HasPrefix(info.From, tt.from) || info.Outdated || len(info.Unanswered) != len(tt.unanswered) {
				t.Fatalf("Info() = %+v, want it from %s and %d sources before that", info, tt.from, len(tt.unanswered))
			}
			for i, want := range tt.unanswered {
				if got := info.Unanswered[i]; got.Source != tt.sources[i].String() || !strings.Contains(got.Reason, want) {
					t.Errorf("Unanswered[%d] = %+v, want %s and %q", i, got, tt.sources[i], want)
				}
			}
		})
	}
}

// A database past its age, or another than the pinned one, is none: the next source is asked.
func TestSourcesAreAskedForOneThatMayBeUsed(t *testing.T) {
	t.Parallel()
	old := Path(filepath.Join(t.TempDir(), "old"))
	if err := os.CopyFS(string(old), os.DirFS(filepath.Join(fixtureDir(t), "6"))); err != nil {
		t.Fatal(err)
	}
	fresh := t.TempDir()
	foreign(t, fresh, imported)
	cfg := sourcesConfig(t, old, Path(fresh))
	cfg.MaxAge = 45 * time.Minute
	if info := open(t, cfg).Info(); info.From != fresh || len(info.Unanswered) != 1 || !strings.Contains(info.Unanswered[0].Reason, "the limit is 45m") {
		t.Errorf("Info() = %+v, want the younger database", info)
	}
	cfg.MaxAge, cfg.Pin = 24*time.Hour, &Pin{From: "layergate.lock", Digest: identified(t, Config{Sources: []Source{Path(fresh)}})}
	if info := open(t, cfg).Info(); info.From != fresh || len(info.Unanswered) != 1 || !strings.Contains(info.Unanswered[0].Reason, "is not the one that layergate.lock pins") {
		t.Errorf("Info() = %+v, want the pinned database", info)
	}
}

func TestNoSourceHasOne(t *testing.T) {
	t.Parallel()
	down, broken := updateServer(t)
	broken.Store(true)
	missing := Path(filepath.Join(t.TempDir(), "none.db"))
	other := Path(filepath.Join(t.TempDir(), "other.db"))
	_, err := Open(t.Context(), sourcesConfig(t, missing, Server(down), other))
	vulndbtest.WantError(t, err, false, "no source has an advisory database: "+down, "answers with 500", "none.db does not exist", "other.db does not exist")
	hints := strings.Join(fault.Hints(err), "\n")
	if !strings.Contains(hints, "check the network") || !strings.Contains(hints, hintForms) {
		t.Errorf("hints = %q, want those of all sources", hints)
	}
	_, err = Open(t.Context(), sourcesConfig(t, missing, other))
	vulndbtest.WantError(t, err, true, "none.db", "other.db")
}

// Where no source answers, the newest database that one of them gave to an earlier run counts as long as it is young enough.
func TestOutdated(t *testing.T) {
	t.Parallel()
	first, firstBroken := updateServer(t)
	second, secondBroken := updateServer(t)
	cfg := sourcesConfig(t, Server(first), Server(second))
	firstBroken.Store(true)
	if info := open(t, cfg).Info(); !strings.HasPrefix(info.From, second) || info.Outdated {
		t.Fatalf("Info() = %+v, want the second server's", info)
	}
	secondBroken.Store(true)
	info := open(t, cfg).Info()
	if !strings.HasPrefix(info.From, second) || !info.Outdated || len(info.Unanswered) != 2 {
		t.Errorf("Info() = %+v, want the one that is kept of the second server", info)
	}
	late := cfg
	late.Now = vulndbtest.Clock(25 * time.Hour)
	_, err := Open(t.Context(), late)
	vulndbtest.WantError(t, err, false, "1 day 1h0m0s old", "the limit is 1 day", "no source has another", "answers with 500")
	if stale := (*StaleError)(nil); !errors.As(err, &stale) {
		t.Errorf("Open() = %v, want a StaleError", err)
	}
	// What another server gave is none of theirs.
	others := sourcesConfig(t, Server(first))
	others.CacheDir = cfg.CacheDir
	_, err = Open(t.Context(), others)
	vulndbtest.WantError(t, err, false, "answers with 500", "comes from", "cannot be asked")
	vulndbtest.IsEmpty(t, cfg.TempDir)
}

// What only lies at a path is not fetched, and never replaced.
func TestUpdateOfAPath(t *testing.T) {
	t.Parallel()
	_, err := Update(t.Context(), sourcesConfig(t, Path(fixtureDir(t))))
	vulndbtest.WantError(t, err, true, "not fetched")
}

func TestUpdateTriesSourcesInOrder(t *testing.T) {
	t.Parallel()
	down, broken := updateServer(t)
	good, _ := updateServer(t)
	broken.Store(true)
	info, err := Update(t.Context(), sourcesConfig(t, Server(down), Server(good)))
	if err != nil || !strings.HasPrefix(info.From, good) || len(info.Unanswered) != 1 {
		t.Errorf("Update() = %+v, %v, want the second server's", info, err)
	}
	cfg := sourcesConfig(t, Server(down), Server("http://127.0.0.1:1"))
	_, err = Update(t.Context(), cfg)
	vulndbtest.WantError(t, err, false, "answers with 500", "127.0.0.1:1")
	if _, err := os.Stat(filepath.Join(cfg.CacheDir, "6")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left of the update: %v", err)
	}
}
