package gate_test

import (
	"cmp"
	"context"
	"errors"
	"os"
	"testing"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/vulndb"
)

// BenchmarkInspect inspects the archive that LAYERGATE_BENCH_IMAGE names with the database that LAYERGATE_BENCH_DB
// names, or else a small image with the project's own advisories: with nothing cached, and with all layers known.
func BenchmarkInspect(b *testing.B) {
	cfg := setup{
		Env:     gate.Env{Observe: observe.InProcess, Memory: 256 << 20, TempDir: b.TempDir()},
		Request: gate.Request{Image: os.Getenv("LAYERGATE_BENCH_IMAGE"), OutputDir: b.TempDir()},
	}
	cfg.Database = vulndb.Config{Sources: []vulndb.Source{vulndb.Path(cmp.Or(os.Getenv("LAYERGATE_BENCH_DB"), advisories))}, Now: clock}
	if cfg.Image == "" {
		files, err := imagetest.Docker([]string{"app:1"}, lodash(vulnerable, imagetest.Gzip, ""))
		if err != nil {
			b.Fatal(err)
		}
		cfg.Image = b.TempDir() + "/image.tar"
		if err := files.WriteArchive(cfg.Image, imagetest.None); err != nil {
			b.Fatal(err)
		}
	}
	inspect := func(b *testing.B, cfg setup) {
		g, err := gate.New(context.Background(), cfg.Env)
		if err != nil {
			b.Fatal(err)
		}
		result, err := g.Inspect(context.Background(), cfg.Request)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(result.Report.Findings)), "findings")
		if err := errors.Join(result.Close(), g.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("cold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			inspect(b, cfg)
		}
	})
	b.Run("cached", func(b *testing.B) {
		cfg := cfg
		cfg.Cache = newStore()
		inspect(b, cfg)
		b.ReportAllocs()
		b.ResetTimer()
		for b.Loop() {
			inspect(b, cfg)
		}
	})
}
