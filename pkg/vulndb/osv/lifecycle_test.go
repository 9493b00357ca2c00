package osv

import (
	"testing"
	"time"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/linux"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

const eolFile = `{"schema_version":"1.2.0","result":[
	{"name":"debian","releases":[{"name":"12","isEol":false,"eolFrom":"2028-06-30","eoasFrom":"2026-06-10"},{"name":"11","isEol":true,"eolFrom":"2024-08-14"}]},
	{"name":"alpine-linux","releases":[{"name":"3.20","isEol":true,"eolFrom":"2026-04-01"},{"name":"3.2","isEol":true,"eolFrom":"2017-05-01"}]},
	{"name":"ubuntu","releases":[{"name":"24.04","isEol":false,"eolFrom":"2029-05-31"}]},
	{"name":"nodejs","releases":[{"name":"12","isEol":true,"eolFrom":"2022-04-30"}]}]}`

// The database says when the releases end that its advisories name, and of another release nothing.
func TestBuildEndsOfLife(t *testing.T) {
	t.Parallel()
	in, dir := t.TempDir(), t.TempDir()
	some := events(`{"introduced":"0"}`)
	records := record("T-1", "Debian:12", "some", some) + record("T-2", "Debian:12", "some", some) + record("T-3", "Alpine:v3.20", "some", some) +
		record("T-4", "Ubuntu:24.04:LTS", "some", some) + record("T-5", "Alpine:v3.21", "some", some) + record("T-6", "Alpine:edge", "some", some) + record("T-7", "npm", "some", some)
	cfg := Config{
		Dir: dir, Files: []string{vulndbtest.WriteFile(t, in, "a.json", []byte(records))}, EndsOfLife: vulndbtest.WriteFile(t, in, "eol.json", []byte(eolFile)), Now: vulndbtest.Clock(0),
	}
	result, err := Build(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "result", result, Result{Advisories: 7, Packages: 7, EndsOfLife: 3})
	checker := open(t, dir).Provider().(vulnerability.EOLChecker)
	for _, tt := range []struct {
		id, version, codename string
		want                  string // ends of life and of active support
	}{
		{"debian", "12", "bookworm", "2028-06-30 2026-06-10"},
		{"alpine", "3.20.3", "", "2026-04-01 none"},
		{"ubuntu", "24.04", "noble", "2029-05-31 none"},
		{"alpine", "3.21.0", "", "none none"},
		{"debian", "11", "", "none none"},
	} {
		eol, eoas, err := checker.GetOperatingSystemEOL(distro.FromRelease(&linux.Release{ID: tt.id, VersionID: tt.version, VersionCodename: tt.codename}, nil))
		if err != nil {
			t.Fatal(err)
		}
		vulndbtest.Diff(t, tt.id+" "+tt.version, day(eol)+" "+day(eoas), tt.want)
	}
	cfg.EndsOfLife, cfg.Dir = cfg.Files[0], t.TempDir()
	_, err = Build(t.Context(), cfg)
	vulndbtest.WantError(t, err, true, "reading "+cfg.Files[0])
	vulndbtest.IsEmpty(t, cfg.Dir)
}

func day(t *time.Time) string {
	if t == nil {
		return "none"
	}
	return t.UTC().Format(time.DateOnly)
}
