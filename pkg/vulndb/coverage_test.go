package vulndb

import (
	"path/filepath"
	"testing"

	v6 "github.com/anchore/grype/grype/db/v6"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// coverageAdvisories are of npm and of two releases of Alpine, the later of which has two digits.
const coverageAdvisories = `
{"id":"ACME-1","published":"2026-01-02T00:00:00Z","modified":"2026-01-01T00:00:00Z","affected":[
	{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0","3.0.0"]},
	{"package":{"ecosystem":"npm","name":"b"},"versions":["1.0.0"]},
	{"package":{"ecosystem":"Alpine:v3.9","name":"a"},"versions":["1.0.0-r0"]},
	{"package":{"ecosystem":"Alpine:v3.10","name":"a"},"versions":["1.0.0-r0"]}]}
{"id":"ACME-2","published":"2025-01-01T00:00:00Z","modified":"2026-02-03T00:00:00Z","affected":[
	{"package":{"ecosystem":"npm","name":"a"},"versions":["2.0.0"]},
	{"package":{"ecosystem":"Alpine:edge","name":"a"},"versions":["1.0.0-r0"]}]}
{"id":"ACME-3","modified":"2026-04-04T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["4.0.0"]}]}
{"id":"ACME-4","modified":"2026-05-05T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"a"},"versions":["1.0.0"]}]}`

// cover is of a database that calls itself complete.
func cover(advisories int, newest string) finding.Cover {
	return finding.Cover{Advisories: advisories, Newest: newest, TooFew: advisories == 0}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := []string{vulndbtest.WriteFile(t, dir, "advisories.json", []byte(coverageAdvisories))}
	if _, err := osv.Build(t.Context(), osv.Config{Dir: dir, Files: files, Complete: true, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name       string
		statements []string // what db build does not write
		want       Coverage
	}{
		{
			name: "as it was built",
			want: Coverage{
				Distributions: []ReleaseCover{
					{"alpine", "3.9", "", cover(1, "2026-01-02")}, {"alpine", "3.10", "", cover(1, "2026-01-02")}, {"alpine", "edge", "", cover(1, "2026-02-03")},
				},
				Ecosystems: []EcosystemCover{{"npm", cover(3, "2026-04-04")}, {"python", cover(1, "2026-05-05")}},
				CPEs:       cover(0, ""),
			},
		},
		{
			name: "withdrawn, without days, by CPE name and for Ubuntu",
			statements: []string{
				"UPDATE vulnerability_handles SET status = 'rejected' WHERE name = 'ACME-3'",
				"UPDATE vulnerability_handles SET published_date = NULL, modified_date = NULL WHERE name = 'ACME-4'",
				"UPDATE vulnerability_handles SET modified_date = '2026-02-05 00:30:00+01:00' WHERE name = 'ACME-2'",
				"UPDATE operating_systems SET name = 'ubuntu', major_version = '24', minor_version = '4', codename = 'noble' WHERE minor_version = '9'",
				"UPDATE operating_systems SET name = 'rhel', major_version = '9', minor_version = '', channel = 'eus' WHERE minor_version = '10'",
				"INSERT INTO operating_systems (id, name, major_version) VALUES (90, 'photon', '5')",
				"INSERT INTO affected_cpe_handles (vulnerability_id, cpe_id) SELECT id, 1 FROM vulnerability_handles WHERE name IN ('ACME-1', 'ACME-3')",
				"INSERT INTO affected_cpe_handles (vulnerability_id, cpe_id) SELECT id, 2 FROM vulnerability_handles WHERE name = 'ACME-1'",
			},
			want: Coverage{
				Distributions: []ReleaseCover{
					{"alpine", "edge", "", cover(1, "2026-02-04")}, {"photon", "5", "", cover(0, "")},
					{"rhel", "9+eus", "", cover(1, "2026-01-02")}, {"ubuntu", "24.04", "noble", cover(1, "2026-01-02")},
				},
				Ecosystems: []EcosystemCover{{"npm", cover(2, "2026-02-04")}, {"python", cover(1, "")}},
				CPEs:       cover(1, "2026-01-02"),
			},
		},
		{
			name:       "no advisory at all",
			statements: []string{"DELETE FROM affected_package_handles", "DELETE FROM operating_systems"},
			want:       Coverage{Distributions: []ReleaseCover{}, Ecosystems: []EcosystemCover{}, CPEs: cover(0, "")},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := vulndbtest.WriteFile(t, t.TempDir(), v6.VulnerabilityDBFileName, vulndbtest.ReadFile(t, filepath.Join(dir, "6", v6.VulnerabilityDBFileName)))
			change(t, file, tt.statements)
			got, err := open(t, Config{Sources: []Source{Path(file)}}).Coverage(t.Context())
			if err != nil {
				t.Fatalf("Coverage() = %v", err)
			}
			vulndbtest.Diff(t, "Coverage()", got, tt.want)
		})
	}
}

func TestCoverageFails(t *testing.T) {
	t.Parallel()
	file := vulndbtest.WriteFile(t, t.TempDir(), v6.VulnerabilityDBFileName, vulndbtest.ReadFile(t, filepath.Join(fixtureDir(t), "6", v6.VulnerabilityDBFileName)))
	change(t, file, []string{"DROP TABLE affected_cpe_handles"})
	_, err := open(t, Config{Sources: []Source{Path(file)}}).Coverage(t.Context())
	vulndbtest.WantError(t, err, false, "counting the advisories of the database: ", "affected_cpe_handles")
}
