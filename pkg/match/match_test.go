package match

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// failing is a database that can not be read.
type failing struct{ vulnerability.Provider }

func (failing) FindVulnerabilities(...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	return nil, errors.New("disk I/O error")
}

func (failing) PackageSearchNames(p grypepkg.Package) []string { return []string{p.Name} }

// The matchers go on without what the database does not answer; the gate must not.
func TestFailingDatabaseIsNotClean(t *testing.T) {
	t.Parallel()
	p := grypepkg.Package{Name: "lodash", Version: "4.17.4", Type: pkg.NpmPkg, Language: pkg.JavaScript, PURL: "pkg:npm/lodash@4.17.4"}
	_, err := find(context.Background(), newProvider(failing{}, nil), []grypepkg.Package{p}, nil, &incomparable{})
	if err == nil || !strings.Contains(err.Error(), "disk I/O error") {
		t.Errorf("find() = %v, want the database's failure", err)
	}
}

// ages is a database that knows when distributions end.
type ages struct {
	vulnerability.Provider
	end *time.Time
}

func (a ages) GetOperatingSystemEOL(*distro.Distro) (eol, eoas *time.Time, err error) {
	return a.end, nil, nil
}

func TestEndOfLife(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	d := distro.FromRelease(&linux.Release{ID: "debian", VersionID: "11"}, nil)
	tests := []struct {
		name string
		db   vulnerability.Provider
		now  time.Time
		want bool
	}{
		{"before", ages{end: &end}, end.Add(-time.Hour), false},
		{"after", ages{end: &end}, end.Add(time.Hour), true},
		{"no end known", ages{}, end, false},
		{"a database that does not know", failing{}, end, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := endOfLife(tt.db, d, tt.now); got != tt.want || err != nil {
				t.Errorf("endOfLife() = %t, %v, want %t", got, err, tt.want)
			}
		})
	}
}

func TestFindingParts(t *testing.T) {
	t.Parallel()
	score, vector := worstCVSS([]vulnerability.Cvss{
		{Vector: "b", Metrics: vulnerability.CvssMetrics{BaseScore: 7.5}},
		{Vector: "a", Metrics: vulnerability.CvssMetrics{BaseScore: 9.8}},
	})
	if score != 9.8 || vector != "a" {
		t.Errorf("worstCVSS() = %v, %q", score, vector)
	}
	if got := summary("First\nline.\n\nMore."); got != "First line." {
		t.Errorf("summary() = %q", got)
	}
	if got := severity("Negligible"); got != finding.SeverityNegligible {
		t.Errorf("severity(Negligible) = %v", got)
	}
	if got := severity("catastrophic"); got != finding.SeverityUnknown {
		t.Errorf("severity(catastrophic) = %v", got)
	}
}

func TestFix(t *testing.T) {
	t.Parallel()
	on := func(version string, day int) vulnerability.FixAvailable {
		return vulnerability.FixAvailable{Version: version, Date: time.Date(2026, 3, day, 23, 30, 0, 0, time.FixedZone("", 3600))}
	}
	tests := []struct {
		name string
		fix  vulnerability.Fix
		want finding.Fix
	}{
		{"none yet", vulnerability.Fix{State: vulnerability.FixStateNotFixed, Versions: []string{"1"}}, finding.Fix{State: finding.FixNone, Versions: []finding.FixVersion{}}},
		{"nothing known", vulnerability.Fix{}, finding.Fix{State: finding.FixUnknown, Versions: []finding.FixVersion{}}},
		{
			"dates, the first of a version, as days of UTC",
			vulnerability.Fix{State: vulnerability.FixStateFixed, Versions: []string{"2", "1", "3"}, Available: []vulnerability.FixAvailable{on("1", 9), on("1", 5), on("1", 7), on("2", 8), {Version: "3"}}},
			finding.Fix{State: finding.FixFixed, Versions: []finding.FixVersion{{Version: "2", Date: "2026-03-08"}, {Version: "1", Date: "2026-03-05"}, {Version: "3"}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, fix(tt.fix)); diff != "" {
				t.Errorf("fix() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	held := func(name, version, group, path string, state finding.State) inventory.Package {
		return inventory.Package{Package: finding.Package{Name: name, Version: version, Type: "java-archive", PURL: "pkg:maven/" + group + "/" + name + "@" + version}, Path: path, State: state}
	}
	packages := []inventory.Package{
		held("core", "2.0", "a", "/app.jar", finding.Visible),
		held("core", "1.0", "a", "/app.jar", finding.Visible),
		held("core", "1.0", "a", "/app.jar", finding.Visible), // named twice
		held("core", "0.9", "b", "/app.jar", finding.Visible),
		held("core", "0.9", "a", "/other.jar", finding.Visible),
		held("core", "0.8", "a", "/app.jar", finding.Shadowed), // what an upgrade left behind
		held("util", "3.0", "a", "/app.jar", finding.Visible),
	}
	numbers := copiesIn(&inventory.Inventory{Packages: packages})
	var got []int
	for _, p := range packages {
		got = append(got, numbers.number(p))
	}
	if diff := cmp.Diff([]int{1, 0, 0, 0, 0, 0, 0}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}
