package gate_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// A distribution whose end of life lies before the database's build blocks, as what the base image brings.
func TestEndOfLife(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(advisories, "6", "vulnerability.db"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "vulnerability.db")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	for version, end := range map[string]time.Time{"11": clock().AddDate(0, -1, 0), "12": clock().AddDate(1, 0, 0)} {
		done, err := db.Exec("UPDATE operating_systems SET eol_date = ? WHERE name = 'debian' AND major_version = ?", end, version)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := done.RowsAffected(); n == 0 {
			t.Fatalf("the database does not know Debian %s", version)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		version string
		ended   bool
	}{{"11", true}, {"12", false}}
	for _, tt := range tests {
		t.Run("Debian "+tt.version, func(t *testing.T) {
			image := imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{
				{Name: "etc/os-release", Body: "ID=debian\nVERSION_ID=\"" + tt.version + "\"\nPRETTY_NAME=\"Debian " + tt.version + "\"\n"},
				{Name: "var/lib/dpkg/status", Body: "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + tt.version + ".4\n\n"},
			}}}}
			cfg := config(t, write(t, "oci", image))
			cfg.Database.Sources = databaseAt(file)
			ctx := context.Background()
			g := open(ctx, t, cfg.Env)
			result, err := g.Inspect(ctx, cfg.Request)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			rep := result.Report
			ended := func(f finding.Finding) bool {
				return f.ID == "LG-BASE-009" && f.Check.Saw == "Debian 11 has reached its end of life"
			}
			var sbom bytes.Buffer
			if err := report.CycloneDX(&sbom, rep); err != nil {
				t.Fatal(err)
			}
			again, err := g.Rematch(ctx, gate.Rematch{SBOM: sbom.Bytes(), Policy: cfg.Policy})
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(again.Findings, ended); got != tt.ended || again.Platforms[0].Distro.EndOfLife != tt.ended {
				t.Errorf("in the SBOM there are the findings %+v, want an end of life: %t", again.Findings, tt.ended)
			}
			found := slices.ContainsFunc(rep.Findings, ended)
			if found != tt.ended || rep.Platforms[0].Distro.EndOfLife != tt.ended {
				t.Errorf("findings %+v, end of life %t, want %t", rep.Findings, rep.Platforms[0].Distro.EndOfLife, tt.ended)
			}
			if blocked := rep.Verdict.Outcome == policy.Blocked; blocked != tt.ended {
				t.Errorf("the verdict is %s, with an end of life: %t", rep.Verdict.Outcome, tt.ended)
			}
		})
	}
}
