package builder

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
)

// progress shows what BuildKit does, as BuildKit shows it: line by line, or redrawn on a terminal.
type progress struct {
	out      io.Writer
	terminal bool
	secrets  [][]byte // what instructions must not print
	failed   string   // the first step that failed, when the showing has ended
}

// The shortest secret that is looked for in the progress: a shorter one would be found in innocent words.
const shortestHidden = 4

// hide keeps the secrets' values out of the progress, each line of them for itself, because a log is read by lines.
func (p *progress) hide(secrets map[string][]byte) {
	for _, value := range secrets {
		for line := range bytes.Lines(value) {
			if line = bytes.TrimSpace(line); len(line) >= shortestHidden {
				p.secrets = append(p.secrets, line)
			}
		}
	}
	slices.SortFunc(p.secrets, func(a, b []byte) int { return len(b) - len(a) }) // a secret may be a part of another
}

// show takes states of the build until the channel is closed, also when ctx has ended: the last ones tell why.
func (p *progress) show(ctx context.Context, states <-chan *client.SolveStatus) error {
	defer func() {
		for range states { // a display that failed must not stop the build
		}
	}()
	mode := progressui.PlainMode
	switch {
	case p.out == nil:
		mode = progressui.QuietMode
	case p.terminal:
		mode = progressui.AutoMode
	}
	display, err := progressui.NewDisplay(p.out, mode)
	if err != nil {
		return err
	}
	shown := make(chan *client.SolveStatus)
	go func() {
		defer close(shown)
		for s := range states {
			p.redact(s)
			p.note(s)
			shown <- s
		}
	}()
	_, err = display.UpdateFrom(context.WithoutCancel(ctx), shown)
	return err
}

func (p *progress) redact(s *client.SolveStatus) {
	for _, log := range s.Logs {
		for _, secret := range p.secrets {
			log.Data = bytes.ReplaceAll(log.Data, secret, []byte("***"))
		}
	}
}

// note remembers the step that failed; those that were stopped because of it come later.
func (p *progress) note(s *client.SolveStatus) {
	for _, v := range s.Vertexes {
		if v.Error != "" && p.failed == "" && !strings.HasSuffix(v.Error, context.Canceled.Error()) {
			p.failed = v.Name
		}
	}
}
