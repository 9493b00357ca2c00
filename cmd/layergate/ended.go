package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/vulndb"
)

// errInterrupted is why a run ends at a signal.
var errInterrupted = errors.New("interrupted before the run finished")

// grace is how long a run that is to end may take to do so by itself.
const grace = 4 * time.Second

// endedError is the failure of a run that was made to end.
type endedError struct {
	cause error // of the end
	err   error // what came of it
}

// Error is the cause: that something was cancelled on the way follows from it.
func (e *endedError) Error() string { return e.cause.Error() }

// Unwrap returns both.
func (e *endedError) Unwrap() []error { return []error{e.cause, e.err} }

// ended says why a run ended, where its context made it end.
func ended(ctx context.Context, err error) error {
	var already *endedError
	if err == nil || ctx.Err() == nil || errors.As(err, &already) {
		return err
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	cause := context.Cause(ctx)
	var pending *vulndb.PendingError
	if errors.As(err, &pending) {
		cause = fault.WithHint(fmt.Errorf("%w, while it waited for %s", cause, pending.Awaited()),
			fault.Hintf("check that the database can be reached, or name another with %s", fault.Input("db")))
	}
	return &endedError{cause, err}
}

// limitTime ends a run after the input timeout.
func limitTime(ctx context.Context, in *input.Values) (context.Context, context.CancelFunc, error) {
	limit, err := in.Duration("timeout")
	if err != nil {
		return nil, nil, err
	}
	if limit == 0 {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fault.WithHint(
		fmt.Errorf("the run took longer than the %s that it may", limit), fault.Hintf("if it needs more, raise %s", fault.Input("timeout"))))
	return ctx, cancel, nil
}

// inTime does work within the input timeout, and says why it ended where it was made to end.
func inTime(ctx context.Context, in *input.Values, work func(context.Context) error) error {
	ctx, cancel, err := limitTime(ctx, in)
	if err != nil {
		return err
	}
	defer cancel()
	return ended(ctx, withGrace(ctx, grace, func() error { return work(ctx) }))
}

// withGrace returns what work returns, or that it ended once ctx has ended and the grace is over: not all that other people
// wrote looks at a context, and the process is about to end.
func withGrace(ctx context.Context, grace time.Duration, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return ctx.Err()
	}
}
