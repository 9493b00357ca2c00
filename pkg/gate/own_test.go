package gate_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

func ownAdvisories(t *testing.T, content string) *osv.Advisories {
	t.Helper()
	own, err := osv.Parse(t.Context(), osv.Contents([]osv.File{{Name: "own.yaml", Content: []byte(content)}}), clock())
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func TestOwnAdvisories(t *testing.T) {
	t.Parallel()
	const affected = `, "affected": [{"package": {"ecosystem": "npm", "name": "lodash"}, "versions": ["4.17.21"]}]`
	image := write(t, "oci", lodash(repaired, imagetest.Gzip, "linux/amd64"))
	ids := func(rep *report.Report) []string {
		out := []string{}
		for _, f := range rep.Findings {
			if f.Kind == finding.KindVulnerability {
				out = append(out, f.ID+" "+f.Severity.String())
			}
		}
		return out
	}
	tests := []struct {
		name, advisories string
		want             []string
		count            int
	}{
		{"one", `{"id": "OWN-1"` + affected + `}`, []string{"OWN-1 unknown"}, 1},
		{"another one", `{"id": "OWN-2"` + affected + `, "database_specific": {"severity": "low"}}`, []string{"OWN-2 low"}, 1},
		{"one that was withdrawn", `{"id": "OWN-1", "withdrawn": "2026-01-01T00:00:00Z"}`, []string{}, 0},
	}
	identities := map[string]bool{}
	for _, tt := range tests {
		cfg := config(t, image)
		cfg.Advisories = ownAdvisories(t, tt.advisories)
		g, err := gate.New(t.Context(), cfg.Env)
		if err != nil {
			t.Fatal(err)
		}
		r, err := g.Inspect(t.Context(), cfg.Request)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, ids(r.Report)); diff != "" {
			t.Errorf("%s: vulnerabilities (-want +got):\n%s", tt.name, diff)
		}
		if got := r.Report.Database.Own.Advisories; got != tt.count {
			t.Errorf("%s: the report names %d own advisories, want %d", tt.name, got, tt.count)
		}
		identities[r.Report.Database.Identity()] = true
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(cfg.TempDir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", tt.name, left, err)
		}
	}
	if len(identities) != len(tests) {
		t.Errorf("%d identities for %d sets of advisories", len(identities), len(tests))
	}
}

// Of two advisories of one identifier about a package, the more severe counts, and a reader sees one.
func TestOwnAdvisoryOfTheDatabase(t *testing.T) {
	t.Parallel()
	cfg := config(t, write(t, "oci", lodash("4.17.20", imagetest.Gzip, "linux/amd64")))
	cfg.Advisories = ownAdvisories(t, `[
		{"id": "GHSA-29mw-wpgm-hmr9", "affected": [{"package": {"ecosystem": "npm", "name": "lodash"}, "versions": ["4.17.20"]}], "database_specific": {"severity": "critical"}},
		{"id": "GHSA-35jh-r3h4-6jhm", "affected": [{"package": {"ecosystem": "npm", "name": "lodash"}, "versions": ["4.17.20"]}], "database_specific": {"severity": "low"}}]`)
	r, err := inspect(t.Context(), t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []string
	for _, f := range r.Report.Findings {
		if f.Kind == finding.KindVulnerability {
			source, _, _ := strings.Cut(f.Vulnerability.Source, ":")
			got = append(got, f.ID+" "+f.Severity.String()+" "+source)
		}
	}
	if diff := cmp.Diff([]string{"GHSA-29mw-wpgm-hmr9 critical own-advisories", "GHSA-35jh-r3h4-6jhm high osv"}, got); diff != "" {
		t.Errorf("vulnerabilities (-want +got):\n%s", diff)
	}
}

func TestOwnAdvisoriesWithoutDatabase(t *testing.T) {
	t.Parallel()
	cfg := config(t, write(t, "oci", lodash(repaired, imagetest.Gzip, "linux/amd64")))
	cfg.Advisories = ownAdvisories(t, `{"id": "OWN-1", "affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1.0.0"]}]}`)
	cfg.Database.Sources = []vulndb.Source{vulndb.Path(t.TempDir())}
	g, err := gate.New(t.Context(), cfg.Env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Inspect(t.Context(), cfg.Request); err == nil {
		t.Error("own advisories alone judge an image")
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(cfg.TempDir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
