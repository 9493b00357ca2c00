package builder

import (
	"context"
	"io"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"

	"github.com/layergate/layergate/pkg/redact"
)

// progress shows what BuildKit does, as BuildKit shows it: line by line, or redrawn on a terminal.
type progress struct {
	out      io.Writer
	terminal bool
	hidden   redact.Values // what instructions must not print
	failed   string        // the first step that failed, when the showing has ended
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
			p.note(s)
			p.redact(s)
			shown <- s
		}
	}()
	_, err = display.UpdateFrom(context.WithoutCancel(ctx), shown)
	return err
}

// redact keeps secrets, the values of build arguments and those of addresses out of what is shown.
func (p *progress) redact(s *client.SolveStatus) {
	for _, log := range s.Logs {
		log.Data = []byte(p.hidden.Text(string(log.Data)))
	}
	for _, v := range s.Vertexes {
		v.Name, v.Error = p.hidden.Text(v.Name), p.hidden.Text(v.Error)
	}
	for _, status := range s.Statuses {
		status.ID, status.Name = p.hidden.Text(status.ID), p.hidden.Text(status.Name)
	}
	for _, w := range s.Warnings {
		w.Short = []byte(p.hidden.Text(string(w.Short)))
		for i, detail := range w.Detail {
			w.Detail[i] = []byte(p.hidden.Text(string(detail)))
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
