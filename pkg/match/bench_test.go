package match

import (
	"context"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/anchore/grype/grype"
	"github.com/anchore/grype/grype/db/v6"
	grypepkg "github.com/anchore/grype/grype/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
	"github.com/layergate/layergate/pkg/vulndb"
)

// BenchmarkFind matches the packages of the archive that LAYERGATE_BENCH_IMAGE names against the database directory
// that LAYERGATE_BENCH_DB names, as Layergate does it and as grype does it with the same packages.
func BenchmarkFind(b *testing.B) {
	archive, path := os.Getenv("LAYERGATE_BENCH_IMAGE"), os.Getenv("LAYERGATE_BENCH_DB")
	if archive == "" || path == "" {
		b.Skip("LAYERGATE_BENCH_IMAGE and LAYERGATE_BENCH_DB name no image and no database")
	}
	ctx := context.Background()
	sp := spool.New(spool.Config{Dir: b.TempDir(), Memory: 1 << 30})
	defer sp.Close()
	img, err := image.Open(ctx, archive, image.Options{Spool: sp})
	if err != nil {
		b.Fatal(err)
	}
	defer img.Close()
	tree, err := layerfs.New(ctx, img.Platforms[0].Layers, sp)
	if err != nil {
		b.Fatal(err)
	}
	var ids []string
	var layers []finding.Layer
	for _, l := range img.Platforms[0].Layers {
		ids, layers = append(ids, l.DiffID), append(layers, l.Layer)
	}
	inv, err := inventory.Take(ctx, tree, ids, inventory.Options{})
	if err != nil {
		b.Fatal(err)
	}

	b.Run("layergate", func(b *testing.B) {
		for b.Loop() {
			db, err := vulndb.Open(ctx, vulndb.Config{Sources: []vulndb.Source{vulndb.Path(path)}, Now: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			result, err := Find(ctx, inv, db.Provider(), Target{
				Platform: "linux/amd64", Layers: layers, Now: time.Now(), Covers: db.Covers, Ecosystems: db.Ecosystems, CPEs: db.CPEs, Coordinates: db.Coordinates, Expect: db.Expect, Exploitation: db.Exploitation, Parts: runtime.GOMAXPROCS(0),
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(result.Findings)), "findings")
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("grype", func(b *testing.B) {
		all := inv.Matchables()
		d := newDistros(inv, all).of(inv.Release)
		m, whole := &matching{inv: inv, packages: all}, &part{}
		for i := range all {
			whole.packages = append(whole.packages, i)
		}
		packages := append(m.matchable(whole, finding.Visible), m.matchable(whole, finding.Shadowed)...)
		for b.Loop() {
			reader, err := v6.NewReader(v6.Config{DBDirPath: path})
			if err != nil {
				b.Fatal(err)
			}
			of := grype.VulnerabilityMatcher{
				VulnerabilityProvider: v6.NewVulnerabilityProvider(reader),
				Matchers:              matchers(),
				IgnoreRules:           kernelHeaders(),
			}
			matches, _, err := of.FindMatchesContext(ctx, slices.Clone(packages), grypepkg.Context{Distro: d})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(matches.Count()), "findings")
			if err := reader.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
