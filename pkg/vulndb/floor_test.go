package vulndb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// more are statements by which a database has as many advisories more, of which nobody knows yet what they are about.
func more(status string, n int) []string {
	return []string{fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d)
		INSERT INTO vulnerability_handles (name, status, provider_id, blob_id)
		SELECT 'MORE-%[2]s', '%[2]s', (SELECT id FROM providers LIMIT 1), -%[3]d - i FROM n WHERE i <= %[1]d`, n, status, len(status)*10_000)}
}

// moreOf are such statements for advisories about the package of an ecosystem that the database has, in each release.
func moreOf(ecosystem, status string, n int) []string {
	return append(more(status, n), fmt.Sprintf(`INSERT INTO affected_package_handles (vulnerability_id, operating_system_id, package_id, blob_id)
		SELECT v.id, a.operating_system_id, a.package_id, a.blob_id FROM vulnerability_handles v,
		(SELECT operating_system_id, package_id, max(blob_id) AS blob_id FROM affected_package_handles JOIN packages ON packages.id = package_id
		WHERE ecosystem = '%s' GROUP BY operating_system_id) a WHERE v.name = 'MORE-%s'`, ecosystem, status))
}

// A database covers what it has as many advisories about as the floor says: one less is too few, and those that were withdrawn do not count.
func TestFloors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	record := `{"id":"ACME-1","modified":"2026-01-01T00:00:00Z","affected":[
		{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]},
		{"package":{"ecosystem":"Debian:12","name":"a"},"versions":["1.0.0"]}]}`
	if _, err := osv.Build(t.Context(), osv.Config{Dir: dir, Files: []string{vulndbtest.WriteFile(t, dir, "a.json", []byte(record))}, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	content := vulndbtest.ReadFile(t, filepath.Join(dir, "6", "vulnerability.db"))
	const redHat = "UPDATE operating_systems SET name = 'redhat', release_id = 'rhel'"
	tests := []struct {
		name   string
		change string // what the database says otherwise
		of     string // its word for the type of the packages
		asked  string // the type or the distribution that is asked for
		floor  int
	}{
		{name: "an ecosystem with many", of: "npm", asked: "npm", floor: 100},
		{name: "by another name", change: "UPDATE packages SET ecosystem = 'java-archive' WHERE ecosystem = 'npm'", of: "java-archive", asked: "jenkins-plugin", floor: 100},
		{name: "an ecosystem with few", change: "UPDATE packages SET ecosystem = 'dart-pub' WHERE ecosystem = 'npm'", of: "dart-pub", asked: "dart-pub", floor: 5},
		{name: "a distribution that lists all", of: "deb", asked: "debian", floor: 100},
		{name: "by the name of another that lists all", of: "deb", asked: "raspbian", floor: 100},
		{name: "a distribution that lists what it repaired", change: redHat, of: "deb", asked: "rhel", floor: 20},
		{name: "by the name of another that does so", change: redHat, of: "deb", asked: "rocky", floor: 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{1, tt.floor - 1, tt.floor} {
				file := vulndbtest.WriteFile(t, t.TempDir(), "vulnerability.db", content)
				statements := append(moreOf(tt.of, "active", n-1), moreOf(tt.of, "rejected", 200)...)
				if tt.change != "" {
					statements = append([]string{tt.change}, statements...)
				}
				change(t, file, statements)
				db := open(t, Config{Sources: []Source{Path(file)}})
				covers, err := db.Ecosystems(t.Context(), []string{tt.asked})
				got := covers[tt.asked]
				if tt.of == "deb" {
					got, _, err = db.Covers(t.Context(), distro.FromRelease(&linux.Release{ID: tt.asked, VersionID: "12"}, nil))
				}
				if want := (finding.Cover{Advisories: n, Newest: "2026-01-01", TooFew: n < tt.floor}); err != nil || got != want {
					t.Errorf("%d of %s are %+v, %v, want %+v", n, tt.asked, got, err, want)
				}
			}
		})
	}
}

// Advisories by CPE names are counted until there are enough.
func TestFloorOfCPEs(t *testing.T) {
	t.Parallel()
	content := vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", "vulnerability.db"))
	for n, want := range map[int]finding.Cover{
		0: {TooFew: true}, 999: {Advisories: 999, TooFew: true}, 1000: {Advisories: 1000}, 1500: {Advisories: 1000},
	} {
		file := vulndbtest.WriteFile(t, t.TempDir(), "vulnerability.db", content)
		change(t, file, append(append(more("active", n), more("rejected", 1200)...), "DELETE FROM providers WHERE id = 'layergate-complete'",
			"INSERT INTO affected_cpe_handles (vulnerability_id, cpe_id) SELECT id, 1 FROM vulnerability_handles WHERE name LIKE 'MORE-%'",
			"INSERT INTO affected_cpe_handles (vulnerability_id, cpe_id) SELECT id, 2 FROM vulnerability_handles WHERE name LIKE 'MORE-%'"))
		if got, err := open(t, Config{Sources: []Source{Path(file)}}).CPEs(t.Context()); err != nil || got != want {
			t.Errorf("CPEs() of %d = %+v, %v, want %+v", n, got, err, want)
		}
	}
}

// The real database covers all that it has advisories of: no floor is above what is really published.
func TestRealDatabaseIsAboveTheFloors(t *testing.T) {
	t.Parallel()
	archive := os.Getenv("LAYERGATE_TEST_VULNDB")
	if archive == "" {
		t.Skip("LAYERGATE_TEST_VULNDB names no advisory database")
	}
	covers, err := open(t, Config{Sources: []Source{Path(archive)}, Warn: func(string) {}}).Coverage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(covers.Distributions) < 10 || len(covers.Ecosystems) < 5 {
		t.Errorf("Coverage() = %+v, want distributions and ecosystems", covers)
	}
	for _, r := range covers.Distributions {
		if r.TooFew {
			t.Errorf("%s %s has %d advisories, which are too few", r.Name, r.Version, r.Advisories)
		}
	}
	for _, e := range covers.Ecosystems {
		if e.TooFew {
			t.Errorf("%s has %d advisories, which are too few", e.Name, e.Advisories)
		}
	}
}
