package transport_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/transport"
)

func TestWait(t *testing.T) {
	t.Parallel()
	if err := transport.Wait(context.Background(), time.Nanosecond); err != nil {
		t.Errorf("Wait() = %v, want no error", err)
	}
	why := errors.New("the step was cancelled")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if err := transport.Wait(ctx, time.Hour); !errors.Is(err, why) {
		t.Errorf("Wait() of a run that has ended = %v, want %v", err, why)
	}
}
