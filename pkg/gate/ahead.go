package gate

import (
	"context"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/observe"
)

// ahead is what the packages of a platform match, worked out while layers of the platform are hashed. It counts for nothing unless those have
// the digests under which the packages are known.
type ahead struct {
	done   chan struct{} // closed when result and err are set
	result match.Result
	err    error
}

// matchAhead begins to match what is known of a platform of the image. The function that it returns gives that up, for a platform
// whose layers are others.
func (r *Result) matchAhead(ctx context.Context, platform int, known *observe.Platform) (giveUp func()) {
	ctx, cancel := context.WithCancel(ctx)
	p, from := r.image.Platforms[platform], r.from.Platforms[platform]
	a := &ahead{done: make(chan struct{})}
	go func() {
		defer close(a.done)
		db, err := r.gate.database.wait(ctx)
		if err == nil {
			a.result, err = match.Find(ctx, &known.Inventory, db.Provider(), r.target(p, from, db))
		}
		a.err = err
	}()
	if r.ahead == nil {
		r.ahead = map[*image.Platform]*ahead{}
	}
	r.ahead[p] = a
	giveUp = func() {
		delete(r.ahead, p)
		cancel()
		<-a.done
	}
	r.onClose(func() error { giveUp(); return nil }) // the database is closed then
	return giveUp
}
