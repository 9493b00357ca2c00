package audit

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
)

// Outcome is what came of an image.
type Outcome string

// The outcomes, as policy.Judge gives them, and that of an image that could not be looked at.
const (
	Clean     = Outcome(policy.Clean)
	Blocked   = Outcome(policy.Blocked)
	Undecided = Outcome("undecided")
)

// Entry is what is known of one image.
type Entry struct {
	Image
	// At is when the audit began that looked at it, or the part of one, as RFC 3339, UTC; empty outside of an audit.
	At        string   `json:"at,omitempty"`
	Outcome   Outcome  `json:"outcome"`
	Problem   string   `json:"problem,omitempty"`  // why it is undecided
	Platforms []string `json:"platforms"`          // digests of the manifests of its platforms
	Base      *Base    `json:"base,omitempty"`     // nil where the image names none
	Created   string   `json:"created,omitempty"`  // RFC 3339, UTC, by the image's own word
	Stale     bool     `json:"stale"`              // it was built longer ago than the audit allows
	Kept      *Kept    `json:"registry,omitempty"` // nil where the registry does not tell
	// EndOfLife are the distributions that get no more security updates.
	EndOfLife []string `json:"endOfLife"`
	// Remedy is what it takes to remove what blocks, as the output remedy of a run has it.
	Remedy   remedy.Outcome `json:"remedy,omitempty"`
	Rebuild  int            `json:"rebuildRemoves"`    // items that block and that building again, with the base image pulled, removes
	Counts   finding.Counts `json:"counts"`            // of the items that block, by severity
	New      int            `json:"new"`               // how many of them are new
	Blocking []Blocker      `json:"blocking"`          // each item once, the worst first
	Matches  []string       `json:"matches"`           // what of the query is in the image, sorted
	Verdict  *Verdict       `json:"verdict,omitempty"` // nil where none was looked for
}

// Blocker is a finding that blocks: of one package, or of one rule.
type Blocker struct {
	ID        string           `json:"id"`
	Kind      finding.Kind     `json:"kind"`
	Severity  finding.Severity `json:"severity"`
	Subject   string           `json:"subject"`             // the package and its version, or what is wrong
	Fix       string           `json:"fix,omitempty"`       // the first version that repairs it
	Published string           `json:"published,omitempty"` // the day on which the advisory appeared, as YYYY-MM-DD
	New       bool             `json:"new"`
	InBase    bool             `json:"inBase"`
}

// BaseState says whether the name of a base image still leads to the one that an image is built on.
type BaseState string

// The states.
const (
	BaseCurrent  BaseState = "current"
	BaseOutdated BaseState = "outdated"
	BaseUnknown  BaseState = "unknown"
)

// Base is the image that another is built on.
type Base struct {
	Name   string    `json:"name"`
	Digest string    `json:"digest,omitempty"` // as the image has it
	State  BaseState `json:"state"`
	Why    string    `json:"why,omitempty"` // the state is not known
}

// NewEntry says what was seen of an image outside of an audit.
func NewEntry(img Image, seen Seen, now time.Time) Entry {
	e := newEntry(img, seen, Config{Now: now})
	e.normalize()
	return e
}

// newEntry says what was seen of an image.
func newEntry(img Image, seen Seen, cfg Config) Entry {
	rep := seen.Report
	e := Entry{Image: img, Outcome: Outcome(rep.Verdict.Outcome), Remedy: rep.Remedies.Remedy, Matches: cfg.Where.find(rep)}
	if CredibleDate(seen.Created, cfg.Now) {
		e.Created = seen.Created.UTC().Format(time.RFC3339)
		e.Stale = cfg.StaleAfter > 0 && cfg.Now.Sub(seen.Created) > cfg.StaleAfter
	}
	for _, p := range rep.Platforms {
		if p.Digest != "" && p.Digest != img.Digest {
			e.Platforms = append(e.Platforms, p.Digest)
		}
		if d := p.Distro; d.EndOfLife {
			e.EndOfLife = append(e.EndOfLife, cmp.Or(d.Name, d.ID+" "+d.Version))
		}
	}
	for _, s := range rep.Remedies.Steps {
		if s.Kind == remedy.KindRebuild {
			e.Rebuild += s.Removes.Count
		}
	}
	since := cmp.Or(day(cfg.Since), day(seen.Created))
	counted := map[finding.Item]bool{}
	for _, f := range rep.Blocking() {
		if counted[f.Item()] {
			continue
		}
		counted[f.Item()] = true
		b := newBlocker(f)
		b.New = since != "" && b.Published >= since
		if b.New {
			e.New++
		}
		e.Counts.Add(f.Severity)
		e.Blocking = append(e.Blocking, b)
	}
	return e
}

// CredibleDate tells whether the time by which an image was built can be one: reproducible builds write a fixed one, such as 1970.
func CredibleDate(t, now time.Time) bool {
	return t.After(time.Date(1980, time.January, 2, 0, 0, 0, 0, time.UTC)) && t.Before(now.Add(24*time.Hour))
}

// day is the day of a time, as advisories have it; empty for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func newBlocker(f finding.Finding) Blocker {
	b := Blocker{ID: f.ID, Kind: f.Kind, Severity: f.Severity, Subject: f.Title, InBase: f.Layer != nil && f.Layer.Base}
	if v := f.Vulnerability; v != nil {
		b.Subject, b.Published = v.Package.Name+" "+v.Package.Version, v.Published
		if names := v.Fix.Names(); len(names) > 0 {
			b.Fix = names[0]
		}
	}
	return b
}

// baseOf asks the registry whether the name of the base image leads to the one that the image is built on.
func baseOf(ctx context.Context, registry Registry, rep *report.Report) *Base {
	of := rep.Image.Base
	if of == nil || of.Name == "" || of.Name == "scratch" {
		return nil
	}
	b := &Base{Name: of.Name, Digest: of.Digest, State: BaseUnknown}
	if imageref.Split(of.Name).Digest != "" && imageref.Split(of.Name).Tag == "" {
		b.Why = "it is named by its digest, without a tag that could lead to another one"
		return b
	}
	tag, _, _ := strings.Cut(of.Name, "@")
	p := rep.Platforms[0]
	layers, digests, err := registry.Layers(ctx, tag, p.Platform)
	switch {
	case err != nil:
		b.Why = redact.Text(err.Error())
	case slices.Contains(digests, of.Digest), of.Layers > 0 && beginsWith(p.Layers[:min(of.Layers, len(p.Layers))], layers):
		b.State = BaseCurrent
	case of.Digest == "" && of.Layers == 0:
		b.Why = "the image names no digest of it, and does not begin with the layers that the name leads to"
	default:
		b.State = BaseOutdated
	}
	return b
}

// beginsWith tells whether layers are those with the diff IDs, and no others.
func beginsWith(layers []report.Layer, diffIDs []string) bool {
	return slices.EqualFunc(layers, diffIDs, func(l report.Layer, id string) bool { return l.DiffID == id })
}

// compareRisk is positive for the image with more to do: one that is undecided before one that is blocked, and of those the worse.
func (e Entry) compareRisk(o Entry) int {
	rank := map[Outcome]int{Undecided: 2, Blocked: 1}
	worse := []int{rank[e.Outcome] - rank[o.Outcome]}
	for _, s := range finding.Severities() {
		worse = append(worse, e.Counts.Of(s)-o.Counts.Of(s))
	}
	return cmp.Or(worse...)
}

func (e *Entry) normalize() {
	e.Image = e.sorted()
	slices.Sort(e.Platforms)
	slices.Sort(e.EndOfLife)
	e.EndOfLife = slices.Compact(e.EndOfLife)
	slices.SortFunc(e.Blocking, func(a, b Blocker) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Subject, b.Subject))
	})
	if e.Blocking == nil {
		e.Blocking = []Blocker{}
	}
	for _, list := range []*[]string{&e.Platforms, &e.EndOfLife, &e.Names, &e.Matches} {
		if *list == nil {
			*list = []string{}
		}
	}
}
