package transport

import (
	"context"
	"time"
)

// Wait waits, and no longer than ctx lasts: then it returns why that ended.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
