package vulndb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
)

// turnFile is what runs that update the database of one cache hold in turn. It stays, since another run may be waiting for it.
const turnFile = ".layergate-update.lock"

// errDirectory says that the directory of a cache cannot be made.
var errDirectory = errors.New("making the directory of the advisory database")

// turn waits until no other run updates the database in a cache, so that what one fetches serves all. The caller calls done.
// Nobody waits for a cache that cannot be written to, which no run changes; one that cannot be made is an error.
func turn(ctx context.Context, cfg Config, cache string) (done func(), err error) {
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return nil, fault.WithHint(fmt.Errorf("%w: %w", errDirectory, err), hintWrite(cfg, err, hintOtherDirectory()))
	}
	lock := flock.New(filepath.Join(cache, turnFile))
	mine, err := lock.TryLock()
	if err != nil {
		return func() {}, nil
	}
	if !mine {
		waiting := progress.Wait(cfg.Meters, "waiting for another run that fetches the advisory database")
		defer waiting.End()
		if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
			return nil, fmt.Errorf("waiting for another run that fetches the advisory database: %w", err)
		}
	}
	return func() { _ = lock.Unlock() }, nil
}
