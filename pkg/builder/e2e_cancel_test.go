//go:build e2e

package builder

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// watcher cancels when the progress says something.
type watcher struct {
	mu     sync.Mutex
	text   bytes.Buffer
	word   string
	cancel func()
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.word) {
		w.cancel()
	}
	return len(p), nil
}

// A build that is interrupted ends at once and leaves nothing, also where the image is being exported already.
func TestBuildCancelled(t *testing.T) {
	for _, moment := range []string{"it runs", "exporting", "last step"} {
		t.Run(moment, func(t *testing.T) {
			onEach(t, func(t *testing.T, cfg Config) {
				word, script := moment, "echo it runs; sleep 100000" // which no build waits for
				if word == "last step" {
					word = "sending tarball"
					if classic(t, cfg) {
						word = "naming to" // and then the image is saved out of the daemon
					}
				}
				if word != "it runs" {
					script = "head -c 300000000 /dev/urandom > /large"
				}
				cfg, _ = prepare(t, cfg, `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin; `+script+`"]
`, nil)
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				cfg.NoCache = true
				cfg.Progress = &watcher{word: word, cancel: cancel}
				_, err := Build(ctx, cfg)
				if !errors.Is(err, context.Canceled) {
					t.Errorf("Build = %v, want it cancelled", err)
				}
				if left, _ := os.ReadDir(cfg.TempDir); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
				time.Sleep(2 * time.Second) // a daemon that went on would have named the image by then
			})
		})
	}
}
