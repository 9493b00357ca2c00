package vulndb

import (
	"context"
	"errors"
	"fmt"
)

// PendingError says that a run was made to end before it had an advisory database.
type PendingError struct {
	Source string // that it waited for, as it may be shown; empty where that is not known
	Err    error  // why the run ended
}

// Error names the source.
func (e *PendingError) Error() string { return fmt.Sprintf("waiting for %s: %v", e.Awaited(), e.Err) }

// Awaited is what the run waited for.
func (e *PendingError) Awaited() string {
	if e.Source == "" {
		return "the advisory database"
	}
	return "the advisory database of " + e.Source
}

// Unwrap returns why the run ended.
func (e *PendingError) Unwrap() error { return e.Err }

// pending is the error of a source whose database was awaited when ctx ended. What failed for another reason stays as it is.
func pending(ctx context.Context, s Source, err error) error {
	if errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)) {
		return &PendingError{Source: s.String(), Err: ctx.Err()}
	}
	return err
}
