package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/event"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/safetext"
)

// setResult is a release set whose images are judged.
type setResult struct {
	command  string // that judged them
	file     string // that names the images
	dir      string // of the reports; empty for none
	requests []gate.Request
	results  []*gate.Result // in the order of the requests
}

// reports are the reports of the images.
func (s setResult) reports() report.Set {
	out := report.Set{File: s.file}
	for n, r := range s.results {
		out.Images = append(out.Images, report.SetImage{Name: s.requests[n].Name, Report: r.Report})
	}
	return out
}

// concludeSet shows what came of a release set, pushes its images where all of them are clean and there is where to, and tells of the verdicts.
func (c *command) concludeSet(ctx context.Context, g *gate.Gate, s setResult) error {
	set := s.reports()
	if err := c.publishSet(s, set); err != nil {
		return err
	}
	fmt.Fprintln(c.platform.LogWriter(), safetext.Escape(set.Sentence()))
	pushed, err := c.promoteSet(ctx, g, s, set)
	done := err == nil || pushed != nil
	if err == nil {
		err = c.setOutputsOfSet(s, pushed)
	}
	if err == nil {
		c.comment(ctx, report.CommentOnSet(set), set.IsNews())
	}
	if c.events != nil && done {
		c.tell(ctx, s.events(pushed != nil)...)
	}
	return err
}

// events are those of the images.
func (s setResult) events(pushed bool) []event.Event {
	var out []event.Event
	for n, r := range s.results {
		var references []string
		if pushed {
			references = r.References()
		}
		out = append(out, verdictEvent(s.command, s.requests[n], r, references))
	}
	return out
}

// promoteSet pushes the images of a release set where all of them are clean and there is where to, and returns the references that lead to them
// then, also with the error of what follows the push.
func (c *command) promoteSet(ctx context.Context, g *gate.Gate, s setResult, set report.Set) (pushed []string, err error) {
	push := len(s.requests[0].Push) > 0
	switch {
	case set.Outcome() != policy.Clean:
		c.exit = exitBlocked
		if push {
			fmt.Fprintln(c.platform.LogWriter(), "blocked: none of the images was pushed")
		}
	case push:
		if err := g.Promote(ctx, s.results...); err != nil {
			return nil, err
		}
		var all promotion
		for _, r := range s.results {
			pushed = append(pushed, r.References()...)
			all = append(all, promoted{r.References(), r.Report.Digest()})
			c.logPromotion(r.Report.Image, r.References())
		}
		return pushed, c.finish(ctx, all, func(ctx context.Context) error { return g.Lock(ctx, s.results...) })
	}
	return nil, nil
}

// publishSet writes the summary of a set, and shows it and the pages of the images on the page of the run.
func (c *command) publishSet(s setResult, set report.Set) error {
	if s.dir == "" {
		return nil
	}
	path, err := report.WriteSet(s.dir, set)
	if err != nil {
		return err
	}
	listFiles(c.platform.LogWriter(), []string{path})
	if c.platform.Name() == ci.Terminal {
		return nil
	}
	if err := c.platform.Summary(path); err != nil {
		return fmt.Errorf("publishing the summary: %w", err)
	}
	for _, r := range s.results {
		for _, f := range r.Files {
			if filepath.Base(f) != report.HTMLFile {
				continue
			}
			if err := c.platform.Page(r.Report.Series, f); err != nil {
				return fmt.Errorf("publishing the page: %w", err)
			}
		}
	}
	return nil
}
