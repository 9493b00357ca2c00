package gate

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/vulndb"
)

// observation is what reading the layers of one platform gave.
type observation struct {
	tree     *layerfs.FS
	packages *inventory.Inventory
}

// read reads what each platform's layers hold, while the database is opened. The failure of one ends the other.
func (r *Result) read(ctx context.Context) (*vulndb.DB, []observation, error) {
	var db *vulndb.DB
	var observed []observation
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		db, err = r.gate.database.wait(ctx)
		return err
	})
	group.Go(func() error {
		for _, p := range r.image.Platforms {
			o, err := r.readPlatform(ctx, p)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			observed = append(observed, o)
		}
		return nil
	})
	err := group.Wait()
	return db, observed, err
}

func (r *Result) readPlatform(ctx context.Context, p *image.Platform) (observation, error) {
	r.step(Step{Kind: Reading, Platform: p.Name, Count: len(p.Layers)})
	tree, err := layerfs.New(ctx, p.Layers, r.spool)
	if err != nil {
		return observation{}, err
	}
	r.step(Step{Kind: Cataloguing, Platform: p.Name})
	var ids []string
	for _, l := range p.Layers {
		ids = append(ids, l.DiffID)
	}
	env := r.gate.env
	packages, err := inventory.Take(ctx, tree, ids, inventory.Options{Cache: env.Cache, Serial: env.Serial, TempDir: r.temp})
	if err != nil {
		return observation{}, err
	}
	// Catalogers pass over files that they cannot read; a layer that could not be read leaves the gate shut.
	return observation{tree: tree, packages: packages}, tree.Err()
}

// match finds the vulnerabilities of a platform's packages.
func (r *Result) match(ctx context.Context, p *image.Platform, o observation, from *origin.Platform, db *vulndb.DB) (match.Result, error) {
	r.step(Step{Kind: Matching, Platform: p.Name, Count: len(o.packages.Packages)})
	parts := runtime.GOMAXPROCS(0)
	if r.gate.env.Serial {
		parts = 1
	}
	return match.Find(ctx, o.packages, db.Provider(), match.Target{
		Platform: p.Name, Layers: from.Layers, Locate: from.Locate,
		// Ends of life are judged as of the database's build, so that the same database gives the same report.
		Now: db.Info().Built, Covers: db.Covers, Ecosystems: db.Ecosystems, Expect: db.Expect, Exploitation: db.Exploitation, Parts: parts,
	})
}
