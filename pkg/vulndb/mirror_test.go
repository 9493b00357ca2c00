package vulndb

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anchore/clio"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"
	"github.com/anchore/grype/grype/db/v6/installation"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// A mirror of any source serves Layergate and grype's own client, and mirrors of it.
func TestMirror(t *testing.T) {
	t.Parallel()
	url, _ := updateServer(t)
	registry := &fakeRegistry{content: pack(t, "tar.xz", entry{name: "vulnerability.db", content: withoutIndexes(t)})}
	for name, source := range map[string]Source{
		"update server": Server(url),
		"registry":      Repository("registry.example/db:1"),
		"archive":       Path(archiveNamed(t, "db.tar.zst")),
		"directory":     Path(fixtureDir(t)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := sourcesConfig(t, source)
			cfg.Pull = registry.pull
			archive, err := Fetch(t.Context(), cfg, t.TempDir())
			if err != nil || archive.Info.From != source.String() || !archive.Info.Built.Equal(vulndbtest.BuiltAt()) {
				t.Fatalf("Fetch() = %+v, %v", archive, err)
			}
			root := t.TempDir()
			if err := Mirror(archive, root); err != nil {
				t.Fatalf("Mirror() = %v", err)
			}
			if err := Mirror(archive, root); err != nil {
				t.Errorf("Mirror(again) = %v", err)
			}
			server := httptest.NewServer(http.FileServer(http.Dir(root)))
			t.Cleanup(server.Close)
			info := opened(t, sourcesConfig(t, Server(server.URL+"/v6/latest.json")))
			if info.Archive.SHA256 != archive.Digest {
				t.Errorf("Info().Archive = %+v, want the digest %s", info.Archive, archive.Digest)
			}
			again, err := Fetch(t.Context(), sourcesConfig(t, Server(server.URL)), t.TempDir())
			if err != nil || again.Digest != archive.Digest {
				t.Errorf("Fetch(mirror) = %+v, %v, want the same archive", again, err)
			}
			if err := grypeUpdates(t, server.URL+"/v6/latest.json"); err != nil {
				t.Errorf("grype's own client: %v", err)
			}
		})
	}
}

// grypeUpdates has grype's own client fetch and load a database.
func grypeUpdates(t *testing.T, latest string) error {
	t.Helper()
	id := clio.Identification{Name: "grype", Version: "0.115.0"}
	client, err := distribution.NewClient(distribution.Config{ID: id, LatestURL: latest, CheckTimeout: time.Minute, UpdateTimeout: time.Minute})
	if err != nil {
		return err
	}
	settings := installation.DefaultConfig(id)
	settings.DBRootDir, settings.ValidateAge = t.TempDir(), false
	curator, err := installation.NewCurator(settings, client)
	if err != nil {
		return err
	}
	if _, err := curator.Update(); err != nil {
		return err
	}
	reader, err := curator.Reader()
	if err != nil {
		return err
	}
	vulndbtest.MinimistMatches(t, v6.NewVulnerabilityProvider(reader))
	return reader.Close()
}

func TestMirrorRefusesToGoBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for i, at := range []time.Duration{30 * time.Minute, 0} {
		path := vulndbtest.WriteFile(t, t.TempDir(), "db.tar.gz", builtLater(t, at))
		archive, err := Fetch(t.Context(), sourcesConfig(t, Path(path)), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := Mirror(archive, root); i == 1 {
			vulndbtest.WantError(t, err, true, "the mirror has a newer advisory database")
		} else if err != nil {
			t.Errorf("Mirror() = %v", err)
		}
	}
}

// A database that may not be used is not mirrored, and the next source is asked.
func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	note := Path(vulndbtest.WriteFile(t, t.TempDir(), "note", []byte("x")))
	cfg := sourcesConfig(t, note, Path(fixtureDir(t)))
	archive, err := Fetch(t.Context(), cfg, t.TempDir())
	if err != nil || archive.Info.From != fixtureDir(t) || len(archive.Info.Unanswered) != 1 {
		t.Errorf("Fetch() = %+v, %v, want the second source's", archive, err)
	}
	cfg.Now = vulndbtest.Clock(48 * time.Hour)
	_, err = Fetch(t.Context(), cfg, t.TempDir())
	vulndbtest.WantError(t, err, false, "the limit is 1 day", "is no archive")
	_, err = Fetch(t.Context(), sourcesConfig(t, Path("none")), t.TempDir())
	vulndbtest.WantError(t, err, true, "none")
}

// A mirror that cannot be made is a wrong request, which says what to do.
func TestMirrorInAFile(t *testing.T) {
	t.Parallel()
	archive, err := Fetch(t.Context(), sourcesConfig(t, Path(fixtureDir(t))), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.WantError(t, Mirror(archive, vulndbtest.WriteFile(t, t.TempDir(), "file", nil)), true, "making the directory of the mirror")
}

// What cannot be written leaves nothing behind that a client could take for a mirror.
func TestMirrorThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	archive, err := Fetch(t.Context(), sourcesConfig(t, Path(fixtureDir(t))), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	vulndbtest.WriteFile(t, root, "v6/latest.json/in-the-way", nil)
	vulndbtest.WantError(t, Mirror(archive, root), false, "reading what the mirror has")
	if entries, err := os.ReadDir(filepath.Join(root, "v6")); err != nil || len(entries) != 1 {
		t.Errorf("%v is there, %v; want nothing new", entries, err)
	}
}
