package docker_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/docker"
)

// slow is an answer that takes its time for each byte.
type slow struct{ left int }

func (s *slow) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(20 * time.Millisecond)
	s.left--
	return copy(p, "x"), nil
}

// What arrives begins the wait again, and what ended a request is told in its place.
func TestWatch(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	ctx, w := docker.Daemon{Host: "unix:///run/docker.sock", Patience: 500 * time.Millisecond}.Watch(context.Background())
	if n, err := io.Copy(io.Discard, w.Reader(&slow{left: 50})); n != 50 || err != nil || ctx.Err() != nil {
		t.Errorf("Copy() = %d, %v, and the context says %v, want all of it", n, err, ctx.Err())
	}
	if err := w.Explain(broken); !errors.Is(err, broken) {
		t.Errorf("Explain(%v) = %v", broken, err)
	}
	<-ctx.Done()
	if err := w.Explain(broken); err == nil || !strings.Contains(err.Error(), "at unix:///run/docker.sock sends nothing for 500ms") {
		t.Errorf("Explain(%v) = %v, want that the daemon sends nothing", broken, err)
	}
	if err := w.Explain(nil); err != nil {
		t.Errorf("Explain(nil) = %v", err)
	}
	w.Stop()
}
