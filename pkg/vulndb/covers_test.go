package vulndb_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// covering is a database of advisories for packages of some ecosystems.
func covering(t *testing.T, ecosystems ...string) *vulndb.DB {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for _, e := range ecosystems {
		files = append(files, vulndbtest.WriteFile(t, dir, e+".json", []byte(`{"id":"ACME-`+e+`","modified":"2026-01-01T00:00:00Z",
			"affected":[{"package":{"ecosystem":"`+e+`","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]}]}`)))
	}
	path := filepath.Join(dir, "db")
	if _, err := osv.Build(context.Background(), osv.Config{Dir: path, Files: files, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(context.Background(), vulndb.Config{Sources: []vulndb.Source{vulndb.Path(path)}, Now: vulndbtest.Clock(0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return db
}

func TestCovers(t *testing.T) {
	t.Parallel()
	db := covering(t, "Debian:12", "Alpine:v3.20", "Alpine:edge")
	tests := []struct {
		name         string
		release      linux.Release
		covered      int // advisories
		distribution bool
	}{
		{name: "a release", release: linux.Release{ID: "debian", VersionID: "12"}, covered: 1, distribution: true},
		{name: "a minor version of a release without such", release: linux.Release{ID: "debian", VersionID: "12.5"}, covered: 1, distribution: true},
		{name: "a patch version", release: linux.Release{ID: "alpine", VersionID: "3.20.3"}, covered: 1, distribution: true},
		{name: "a later release", release: linux.Release{ID: "debian", VersionID: "13"}, distribution: true},
		{name: "a later release of the same major version", release: linux.Release{ID: "alpine", VersionID: "3.21.0"}, distribution: true},
		{name: "an unstable one", release: linux.Release{ID: "debian", VersionCodename: "forky"}, distribution: true},
		{name: "no release", release: linux.Release{ID: "debian"}, distribution: true},
		{name: "no release of a distribution that has an edge", release: linux.Release{ID: "alpine"}, distribution: true},
		{name: "another name of it", release: linux.Release{ID: "raspbian", VersionID: "12", IDLike: []string{"debian"}}, covered: 1, distribution: true},
		{name: "a release that is no number", release: linux.Release{ID: "alpine", VersionID: "3.21_alpha20240329"}, covered: 1, distribution: true},
		{name: "another distribution", release: linux.Release{ID: "ubuntu", VersionID: "24.04", IDLike: []string{"debian"}}},
		{name: "a rolling one", release: linux.Release{ID: "wolfi", VersionID: "20230201"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cover, distribution, err := db.Covers(t.Context(), distro.FromRelease(&tt.release, distro.DefaultFixChannels()))
			if err != nil || cover.Advisories != tt.covered || cover.TooFew || distribution != tt.distribution {
				t.Errorf("Covers(%s %s) = %+v, %t, %v, want %d advisories and %t", tt.release.ID, tt.release.VersionID, cover, distribution, err, tt.covered, tt.distribution)
			}
		})
	}
}

func TestEcosystems(t *testing.T) {
	t.Parallel()
	db := covering(t, "Debian:12", "Maven", "npm")
	covered, err := db.Ecosystems(t.Context(), []string{"npm", "NPM", "java-archive", "jenkins-plugin", "gem", "deb", "lua-rocks", "erlang-otp"})
	if err != nil {
		t.Fatal(err)
	}
	// Jenkins' plugins are looked up as Maven's packages, and a distribution's packages by Covers.
	one := finding.Cover{Advisories: 1, Newest: "2026-01-01"}
	if diff := cmp.Diff(map[string]finding.Cover{"npm": one, "NPM": one, "java-archive": one, "jenkins-plugin": one}, covered); diff != "" {
		t.Errorf("Ecosystems() (-want +got):\n%s", diff)
	}
	if covered, err := db.Ecosystems(t.Context(), nil); err != nil || len(covered) > 0 {
		t.Errorf("Ecosystems(nothing) = %v, %v", covered, err)
	}
	if cover, err := db.CPEs(t.Context()); err != nil || cover.Advisories > 0 {
		t.Errorf("CPEs() = %+v, %v, want none", cover, err)
	}
}
