package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/vulndb"
)

// What ends a run is told in the place of what came of it, and nothing else is.
func TestEnded(t *testing.T) {
	t.Parallel()
	interrupted, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	other := errors.New("no space left on device")
	tests := []struct {
		name string
		ctx  context.Context
		err  error
		want string
	}{
		{name: "interrupted", ctx: interrupted, err: fmt.Errorf("reading: %w", context.Canceled), want: errInterrupted.Error()},
		{name: "waiting for the database", ctx: interrupted, err: fmt.Errorf("reading: %w", &vulndb.PendingError{Source: "https://mirror.example", Err: context.Canceled}),
			want: errInterrupted.Error() + ", while it waited for the advisory database of https://mirror.example"},
		{name: "another error meanwhile", ctx: interrupted, err: other, want: other.Error()},
		{name: "a request of its own that was cancelled", ctx: t.Context(), err: context.Canceled, want: context.Canceled.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ended(tt.ctx, tt.err)
			if got == nil || got.Error() != tt.want || !errors.Is(got, tt.err) {
				t.Errorf("ended(%v) = %v, want %s that is also the first", tt.err, got, tt.want)
			}
			if again := ended(tt.ctx, got); again != got {
				t.Errorf("ended() of it again = %v", again)
			}
		})
	}
	if got := ended(interrupted, nil); got != nil {
		t.Errorf("ended(nil) = %v", got)
	}
}

// Work that does not notice its context is given up.
func TestWithGrace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	forever := make(chan struct{})
	defer close(forever)
	if err := withGrace(ctx, time.Millisecond, func() error { <-forever; return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("withGrace() = %v, want that it was cancelled", err)
	}
	want := errors.New("pushed in part")
	if err := withGrace(ctx, time.Hour, func() error { return want }); !errors.Is(err, want) {
		t.Errorf("withGrace() = %v, want what the work says in time", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	values := input.Read(input.CommandLine, none, none)
	// Every machine that runs this has at least this much, and none has no memory.
	if n, err := memoryLimit(values); err != nil || n < 64<<20 {
		t.Errorf("memoryLimit() = %d, %v, want most of the machine's", n, err)
	}
	for value, want := range map[string]int64{"0": 0, "2GiB": 2 << 30} {
		values.Set("memory-limit", value)
		if n, err := memoryLimit(values); err != nil || n != want {
			t.Errorf("memoryLimit(%s) = %d, %v, want %d", value, n, err, want)
		}
	}
}
