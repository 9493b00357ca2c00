package docker

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// DefaultPatience is how long a daemon may send nothing while it is waited for. Some pack a whole image before they
// send its first byte.
const DefaultPatience = 10 * time.Minute

// Watch ends requests to a daemon that sends nothing for too long.
type Watch struct {
	ctx      context.Context
	end      context.CancelCauseFunc
	timer    *time.Timer
	patience time.Duration
}

// Watch begins to wait for the daemon. Requests are to be made with the context that it returns, and the watch to be
// stopped.
func (d Daemon) Watch(ctx context.Context) (context.Context, *Watch) {
	w := &Watch{patience: d.Patience}
	if w.patience == 0 {
		w.patience = DefaultPatience
	}
	w.ctx, w.end = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(w.patience, func() {
		w.end(fault.WithHint(fmt.Errorf("the Docker daemon at %s sends nothing for %s", d.Address(), w.patience),
			"see whether docker info answers, and restart the daemon if it does not"))
	})
	return w.ctx, w
}

// Reader reads an answer of the daemon; whatever arrives begins the wait again.
func (w *Watch) Reader(r io.Reader) io.Reader { return watched{w, r} }

type watched struct {
	*Watch
	r io.Reader
}

// Read reads on.
func (w watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.timer.Reset(w.patience)
	}
	return n, err
}

// Explain returns why a request failed with err: that the daemon sent nothing, or err itself.
func (w *Watch) Explain(err error) error {
	if cause := context.Cause(w.ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// Stop ends the watch and its context.
func (w *Watch) Stop() {
	w.timer.Stop()
	w.end(nil)
}
