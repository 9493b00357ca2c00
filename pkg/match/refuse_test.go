package match

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/search"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// without is a database without advisories, or with some that it gives to every question.
type without struct {
	vulnerability.Provider
	eol   error // of asking when a distribution ends
	found []vulnerability.Vulnerability
}

func (w without) FindVulnerabilities(...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	return w.found, nil
}

func (without) PackageSearchNames(p grypepkg.Package) []string { return []string{p.Name} }

func (w without) GetOperatingSystemEOL(*distro.Distro) (eol, eoas *time.Time, err error) {
	return nil, nil, w.eol
}

// Packages that the matchers would find nothing in, because nobody knows by which advisories, are not clean; neither is
// what the database fails to answer.
func TestFindRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk I/O error")
	release := func(id, version string) *linux.Release { return &linux.Release{ID: id, VersionID: version} }
	tests := []struct {
		name       string
		typ        pkg.Type
		release    *linux.Release
		covers     error
		ecosystems error
		cpes       error
		expect     error
		eol        error
		wantErr    string // none where empty
	}{
		{name: "Debian's packages", typ: pkg.DebPkg, release: release("debian", "12")},
		{name: "packages of no system", typ: pkg.NpmPkg},
		{name: "a system's packages of no distribution", typ: pkg.DebPkg, wantErr: "does not say of which distribution"},
		{name: "of one that is not known, which is a gap", typ: pkg.RpmPkg, release: release("homegrown", "1")},
		{name: "ecosystems that cannot be read", typ: pkg.NpmPkg, ecosystems: broken, wantErr: "disk I/O error"},
		{name: "CPE names that cannot be read", typ: pkg.BinaryPkg, cpes: broken, wantErr: "disk I/O error"},
		{name: "of one that has others", typ: pkg.ApkPkg, release: release("debian", "12"), wantErr: "packages of type apk, and says that it is"},
		{name: "coverage that cannot be read", typ: pkg.DebPkg, release: release("debian", "12"), covers: broken, wantErr: "asking for the advisories of debian"},
		{name: "names that cannot be looked up", typ: pkg.NpmPkg, expect: broken, wantErr: "disk I/O error"},
		{name: "an end of life that cannot be read", typ: pkg.DebPkg, release: release("debian", "12"), eol: broken, wantErr: "asking for the end of life of debian"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := &inventory.Inventory{Release: tt.release, Packages: []inventory.Package{{
				Package: finding.Package{Name: "x", Version: "1", Type: string(tt.typ)},
				State:   finding.Visible,
			}}}
			target := Target{
				Layers: []finding.Layer{{}},
				Covers: func(context.Context, *distro.Distro) (finding.Cover, bool, error) {
					return finding.Cover{Advisories: 1}, true, tt.covers
				},
				Ecosystems: func(context.Context, []string) (map[string]finding.Cover, error) { return nil, tt.ecosystems },
				CPEs:       func(context.Context) (finding.Cover, error) { return finding.Cover{}, tt.cpes },
				Expect:     func([]string) error { return tt.expect },
				Parts:      1,
			}
			_, err := Find(context.Background(), inv, without{eol: tt.eol}, target)
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("Find() = %v, want an error with %q", err, tt.wantErr)
			}
		})
	}
}

// A platform may have many vulnerabilities, but not more than memory and the reports can hold.
func TestProviderCounts(t *testing.T) {
	t.Parallel()
	p := newProvider(without{found: []vulnerability.Vulnerability{{PackageName: "x"}, {PackageName: "x"}}}, nil)
	p.answers.records = MaxFindings - 2
	if found, err := p.FindVulnerabilities(search.ByPackageName("x")); len(found) != 2 || err != nil {
		t.Errorf("FindVulnerabilities() = %d records, %v, want 2", len(found), err)
	}
	if _, err := p.part().FindVulnerabilities(search.ByPackageName("x")); !errors.Is(err, ErrTooMany) { // of which parts is no matter
		t.Errorf("FindVulnerabilities() = %v, want %v", err, ErrTooMany)
	}
	if _, err := find(context.Background(), p, nil, nil, &incomparable{}); !errors.Is(err, ErrTooMany) || err.Error() != ErrTooMany.Error() {
		t.Errorf("find() = %v, want %v", err, ErrTooMany)
	}
}
