package gate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// database is the advisory database, which is opened once and beside whatever else is going on.
type database struct {
	ctx    context.Context // of opening it
	begin  func()          // begins to open it, the first time that it is called
	stop   func()          // gives opening up
	opened chan struct{}   // closed when db and err are set
	db     *vulndb.DB
	err    error
}

// newDatabase is the database that cfg names, with the user's own advisories, of which there may be none.
func newDatabase(ctx context.Context, cfg vulndb.Config, own *osv.Advisories) *database {
	ctx, stop := context.WithCancel(ctx)
	d := &database{ctx: ctx, stop: stop, opened: make(chan struct{})}
	d.begin = sync.OnceFunc(func() {
		go func() {
			defer close(d.opened)
			d.db, d.err = openAll(ctx, cfg, own)
		}()
	})
	return d
}

// wait returns the database when it is open. The error of opening it is every caller's.
func (d *database) wait(ctx context.Context) (*vulndb.DB, error) {
	d.begin()
	select {
	case <-d.opened:
		return d.db, d.err
	case <-ctx.Done():
	}
	if d.ctx.Err() == nil { // only this caller waits no longer
		return nil, ctx.Err()
	}
	select {
	case <-d.opened: // which says what it waited for
		return d.db, d.err
	case <-time.After(patience):
		return nil, &vulndb.PendingError{Err: ctx.Err()}
	}
}

// patience is how long opening a database may take to notice that the run has ended.
const patience = time.Second

// openAll opens the database, and the one of the own advisories beside it.
func openAll(ctx context.Context, cfg vulndb.Config, own *osv.Advisories) (*vulndb.DB, error) {
	if own.Len() == 0 {
		return vulndb.Open(ctx, cfg)
	}
	var main, second *vulndb.DB
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		main, err = vulndb.Open(ctx, cfg)
		return err
	})
	group.Go(func() (err error) {
		second, err = openOwn(ctx, cfg, own)
		return err
	})
	if err := group.Wait(); err != nil {
		for _, db := range []*vulndb.DB{main, second} {
			if db != nil {
				err = errors.Join(err, db.Close())
			}
		}
		return nil, err
	}
	main.Add(second, vulndb.Own{Advisories: own.Len(), Digest: own.Digest()})
	return main, nil
}

// openOwn opens the database of the own advisories, which an earlier run may have made.
func openOwn(ctx context.Context, cfg vulndb.Config, own *osv.Advisories) (*vulndb.DB, error) {
	made, err := own.Rows()
	if err != nil {
		return nil, err
	}
	db, err := vulndb.OpenMade(ctx, cfg, made.Digest, func(dir string) error { return made.Write(ctx, dir) })
	if err != nil {
		return nil, fmt.Errorf("opening the database of own advisories: %w", err)
	}
	return db, nil
}

func (d *database) close() error {
	d.stop()
	d.begin() // of one that nobody asked for nothing is opened now
	<-d.opened
	if d.db == nil { // why was told to whoever waited
		return nil
	}
	return d.db.Close()
}
