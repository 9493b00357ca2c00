package gate

import (
	"context"
	"sync"

	"github.com/layergate/layergate/pkg/vulndb"
)

// database is the advisory database, which is opened once and beside whatever else is going on.
type database struct {
	begin  func()        // begins to open it, the first time that it is called
	stop   func()        // gives opening up
	opened chan struct{} // closed when db and err are set
	db     *vulndb.DB
	err    error
}

func newDatabase(ctx context.Context, cfg vulndb.Config) *database {
	ctx, stop := context.WithCancel(ctx)
	d := &database{stop: stop, opened: make(chan struct{})}
	d.begin = sync.OnceFunc(func() {
		go func() {
			defer close(d.opened)
			d.db, d.err = vulndb.Open(ctx, cfg)
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
		return nil, ctx.Err()
	}
}

func (d *database) close() error {
	d.stop()
	d.begin() // of one that nobody asked for nothing is opened now
	<-d.opened
	if d.db == nil {
		return nil // why was told to whoever waited
	}
	return d.db.Close()
}
