// Package track keeps one issue of GitHub, or one work item of Azure Boards, for each repository of which an audit found images that the
// policy blocks: it opens one, writes it anew where something else blocks, and closes it when nothing does.
//
// It changes what it opened itself and nothing else: what carries its marker and is by the identity of the token. Texts of images are
// hostile; they stand in code elements only, where neither system looks for people, issues or keywords.
package track

import (
	"context"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/transport"
)

// Tracker is where issues or work items are kept.
type Tracker interface {
	// find returns what the token's own identity wrote with a marker, by repository.
	find(ctx context.Context) (map[string]written, error)
	// create returns the number of what it opened.
	create(ctx context.Context, t ticket) (int64, error)
	// update writes what is there anew, opens it again if it is closed, and adds a note unless that is empty.
	update(ctx context.Context, w written, t ticket, note string) error
	// close closes what is open, and adds a note.
	close(ctx context.Context, w written, note string) error
}

// label marks all issues and work items that Layergate keeps, so that they are found.
const label = "layergate-audit"

// written is an issue or work item that is there.
type written struct {
	number      int64
	open        bool
	fingerprint string // of the text that was written
	body        string // as the system has it
	revision    int64  // of Azure Boards
	kind        string // of Azure Boards: the type of the work item
}

// ticket is what an issue or work item is to say.
type ticket struct {
	repository, title string
	body              string // HTML, which GitHub takes in Markdown, too
	fingerprint       string // of the body
}

// Change is something that was written, or would be.
type Change struct {
	Repository string // of the images; may be hostile
	Number     int64  // of the issue or work item; 0 for one that is not opened yet
	Did        string // "open", "update" or "close"
	Note       string // what is said beside; may be hostile
}

// Config says how what is there is brought up to date.
type Config struct {
	Tracker Tracker
	// Preview writes nothing.
	Preview bool
	// Pause is called between two changes, since servers refuse those who write too fast; nil waits a second.
	Pause func(context.Context) error
	// Told is called with each change once it is made, or would be.
	Told func(Change)
}

// Update brings issues or work items up to date with a whole audit. An error leaves what is not done to the next audit.
func Update(ctx context.Context, cfg Config, r *audit.Result) error {
	if cfg.Pause == nil {
		cfg.Pause = func(ctx context.Context) error { return transport.Wait(ctx, time.Second) }
	}
	before, err := cfg.Tracker.find(ctx)
	if err != nil {
		return fmt.Errorf("looking for what earlier audits opened: %w", err)
	}
	for i, s := range plan(r, before) {
		if i > 0 && !cfg.Preview {
			if err := cfg.Pause(ctx); err != nil {
				return err
			}
		}
		change := Change{s.ticket.repository, s.before.number, s.do, s.note}
		if !cfg.Preview {
			if change.Number, err = s.write(ctx, cfg.Tracker); err != nil {
				return fmt.Errorf("keeping track of %s: %w", s.ticket.repository, err)
			}
		}
		cfg.Told(change)
	}
	return nil
}

// write makes a change, and returns the number of what was changed.
func (s step) write(ctx context.Context, to Tracker) (int64, error) {
	switch s.do {
	case opens:
		return to.create(ctx, s.ticket)
	case updates:
		return s.before.number, to.update(ctx, s.before, s.ticket, s.note)
	default:
		return s.before.number, to.close(ctx, s.before, s.note)
	}
}
