package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/registry"
)

// fullDisk fails every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A log that cannot be written does not hide that the image was pushed.
func TestFlush(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		promoted *promotion
		exit     int
		stdout   io.Writer
		want     string
		wantExit int
	}{
		{"written", nil, exitClean, io.Discard, "", exitClean},
		{"not pushed", nil, exitClean, fullDisk{}, "error: writing the log: no space left on device\n", exitUndecided},
		{"blocked", nil, exitBlocked, fullDisk{}, "error: writing the log: no space left on device\n", exitBlocked},
		{
			"pushed", &promotion{{[]string{"a.example/app:1", "b.example/app:1"}, "sha256:abc"}}, exitClean, fullDisk{},
			"error: the image was pushed: a.example/app:1@sha256:abc, b.example/app:1@sha256:abc; what failed came after that: writing the log: no space left on device\n", exitUndecided,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stderr strings.Builder
			c := command{stderr: &stderr, exit: tt.exit}
			c.promoted.Store(tt.promoted)
			c.platform, _ = ci.Detect(ci.Env{Getenv: func(name string) string {
				return map[string]string{"GITHUB_ACTIONS": "true"}[name]
			}, Stdout: tt.stdout, Stderr: io.Discard})
			io.WriteString(c.platform.LogWriter(), "pushed\n")
			if c.flush(); stderr.String() != tt.want || c.exit != tt.wantExit {
				t.Errorf("flush() wrote %q and exits with %d, want %q and %d", stderr.String(), c.exit, tt.want, tt.wantExit)
			}
		})
	}
}

// A run that is made to end between the push and the locks says what was pushed, and what is not locked.
func TestEndedBeforeAllIsLocked(t *testing.T) {
	t.Parallel()
	var c command
	c.promoted.Store(&promotion{{[]string{"a.azurecr.io/app:1"}, "sha256:abc"}})
	got := c.failure(&endedError{errInterrupted, &registry.UnlockedError{Unlocked: []string{"a.azurecr.io/app:1"}, Err: context.Canceled}})
	want := "the image was pushed: a.azurecr.io/app:1@sha256:abc; what failed came after that: " + errInterrupted.Error() + "; not locked: a.azurecr.io/app:1"
	if got.Message != want {
		t.Errorf("failure() = %q, want %q", got.Message, want)
	}
}
