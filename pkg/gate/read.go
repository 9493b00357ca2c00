package gate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/vulndb"
)

// read reads what each platform's layers hold, while the database is opened. The failure of one ends the other.
func (r *Result) read(ctx context.Context) (*vulndb.DB, *observe.Observation, error) {
	var db *vulndb.DB
	var seen *observe.Observation
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		db, err = r.gate.database.wait(reading)
		return err
	})
	var use use
	if !r.gate.env.Serial {
		use = func(platform int, known *observe.Platform) (giveUp func()) { return r.matchAhead(ctx, platform, known) }
	}
	group.Go(func() (err error) {
		seen, err = r.observe(reading, r.image, "scratch", use)
		return err
	})
	err := group.Wait()
	return db, seen, err
}

// readLayers has the layers of platforms read. What is unpacked for that goes into a directory with a name of its own.
func (r *Result) readLayers(ctx context.Context, platforms []*image.Platform, directory string) (*observe.Observation, error) {
	scratch := filepath.Join(r.temp, directory)
	if err := os.Mkdir(scratch, 0o700); err != nil {
		return nil, fmt.Errorf("making a directory for unpacked layers: %w", err)
	}
	env := r.gate.env
	req := observe.Request{
		Platforms: platforms, Scratch: scratch, Memory: env.Memory, MemoryLimit: env.MemoryLimit, Serial: env.Serial,
		NoSecrets: r.request.Policy.IgnoresSecrets(), KeepLayers: r.cache != nil,
	}
	if left, limited := r.spool.Left(); limited {
		req.MaxUnpacked = max(left, 1) // 0 would be no limit
	}
	var meter *progress.Meter // of the platform whose layers are read
	defer func() { meter.End() }()
	host := observe.Host{
		Debug: r.request.Debug,
		Progress: func(e observe.Event) {
			p := platforms[e.Platform]
			step := Step{Kind: StepKind(e.Stage), Platform: p.Name}
			if step.Kind == Reading {
				step.Count = len(p.Layers)
			}
			r.step(step)
			meter.End()
			if meter = nil; step.Kind == Reading {
				meter = progress.Begin(r.request.Meters, step.String(), stored(p))
			}
		},
		Read: func(n int64) { meter.Set(n) },
	}
	if r.cache != nil {
		host.Cache = r.cache
	}
	return env.Observe(ctx, req, host)
}

// stored is the size of a platform's layers as they are stored, in bytes.
func stored(p *image.Platform) int64 {
	var n int64
	for _, l := range p.Layers {
		n += l.Stored().Size()
	}
	return n
}

// match finds the vulnerabilities of a platform's packages.
func (r *Result) match(ctx context.Context, p *image.Platform, o observe.Platform, from *origin.Platform, db *vulndb.DB) (match.Result, error) {
	r.debugPackages(p, &o.Inventory)
	r.step(Step{Kind: Matching, Platform: p.Name, Count: len(o.Inventory.Packages)})
	if a := r.ahead[p]; a != nil {
		<-a.done
		return a.result, a.err
	}
	return match.Find(ctx, &o.Inventory, db.Provider(), r.target(p, from, db))
}

// target says what the vulnerabilities of a platform's packages are about.
func (r *Result) target(p *image.Platform, from *origin.Platform, db *vulndb.DB) match.Target {
	out := r.gate.newTarget(p.Name, from.Layers, db)
	out.Locate = from.Locate
	return out
}

// newTarget is the target of a platform of which no project is known.
func (g *Gate) newTarget(platform string, layers []finding.Layer, db *vulndb.DB) match.Target {
	return match.Target{
		Platform: platform, Layers: layers,
		// Ends of life are judged as of the database's build, so that the same database gives the same report.
		Now: db.Info().Built, Covers: db.Covers, Ecosystems: db.Ecosystems, CPEs: db.CPEs, Coordinates: db.Coordinates, Expect: db.Expect, Exploitation: db.Exploitation, Parts: g.parallel(),
		Kept: g.env.Cache, Database: db.Identity(),
	}
}

// parallel is how many things are done at the same time.
func (g *Gate) parallel() int {
	if g.env.Serial {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}
