package dockerfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/finding"
)

// Entry is an entry of an image's history (OCI image specification, "Image Configuration", history).
type Entry struct {
	CreatedBy string
	Empty     bool // it made no layer
}

// Attribution says where the layers of an image come from.
type Attribution struct {
	Base   Base
	Layers []LayerOrigin // of each layer, the lowest first
	// Entries are in the order of the history.
	Entries []EntryOrigin

	own   int // how many layers instructions made
	file  *File
	build Build
	chain chain
	made  map[instructions.Command]int // the layer of each instruction that made one

	instructions []Instruction
	sources      []Source
	syntax       Syntax
}

// Own returns how many layers were made by instructions of the Dockerfile. If it is 0, only the base was matched, and
// the Dockerfile fits many images.
func (a *Attribution) Own() int { return a.own }

// LayerOrigin says which instruction of a Dockerfile a layer comes from.
type LayerOrigin struct {
	Location finding.Location // of the instruction; of the FROM instruction for a layer of the base
	Base     bool             // the layer is the base image's

	copied *copied // set for files copied from another stage
}

// EntryOrigin says where an entry of the history comes from.
type EntryOrigin struct {
	Base     bool              // the entry is the base's
	Location *finding.Location // of the instruction; nil for the base's, and for one that the Dockerfile does not have
}

// MismatchError says where an image's history and a Dockerfile part.
type MismatchError struct {
	File    string
	Line    int    // of the instruction that was expected; 0 where it is the base that does not fit
	History string // the entry that is there instead; empty where there is none
}

// Error names the line and the entry.
func (e *MismatchError) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("the image does not begin as %s says", e.File)
	case e.History == "":
		return fmt.Sprintf("the image has nothing that line %d of %s would have made", e.Line, e.File)
	}
	return fmt.Sprintf("line %d of %s did not make the image's %q", e.Line, e.File, shorten(e.History))
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// Attribute matches an image's history, the lowest entry first, against the Dockerfile. Without a target the stage is
// the one that explains most layers, of equals the last one. The error is a *MismatchError where history and
// Dockerfile do not fit.
func (f *File) Attribute(history []Entry, b Build) (*Attribution, error) {
	targets, err := f.targets(b.Target)
	if err != nil {
		return nil, err
	}
	best, mismatch := f.align(f.chain(targets[0], b), history, b)
	ambiguous := false
	for _, t := range targets[1:] {
		a, err := f.align(f.chain(t, b), history, b)
		switch {
		case err != nil || a.own == 0:
			// It does not fit, or would fit anything.
		case best == nil || a.own > best.own:
			best, ambiguous = a, false
		case a.own == best.own && mismatch != nil:
			ambiguous = true
		}
	}
	if best == nil || ambiguous {
		return nil, cmp.Or(mismatch, error(&MismatchError{File: f.name}))
	}
	best.instructions, best.sources = f.follow(best.chain, b, best.made)
	best.syntax = f.syntax
	return best, nil
}

// align goes through history and instructions from their ends. What makes a layer has to match, in content; what only
// sets a property may be missing on either side, because builders differ in what they write down.
func (f *File) align(c chain, history []Entry, b Build) (*Attribution, error) {
	m := newMatcher(f, c, b)
	pairs := make([]int, len(history)) // the step of each entry, or -1
	for i := range pairs {
		pairs[i] = -1
	}
	matched := 0
	h, s := len(history)-1, len(c.steps)-1
	for s >= 0 {
		switch {
		case h >= 0 && m.matches(s, history[h].CreatedBy) && !(history[h].Empty && commitsLater(c.steps[s], history[h])):
			pairs[h] = s
			h, s, matched = h-1, s-1, matched+1
		case h >= 0 && history[h].Empty && isProperty(history[h].CreatedBy):
			h--
		case !makesLayer(c.steps[s].command):
			s--
		default:
			e := &MismatchError{File: f.name, Line: c.steps[s].location.Line}
			if h >= 0 {
				e.History = history[h].CreatedBy
			}
			return nil, e
		}
	}
	out := &Attribution{Base: c.base, file: f, build: b, chain: c, made: map[instructions.Command]int{}}
	// What is below all that the Dockerfile says is the base's; it may say things that no builder wrote down.
	first := slices.IndexFunc(pairs, func(s int) bool { return s >= 0 })
	for i, e := range history {
		out.Entries = append(out.Entries, EntryOrigin{Base: first < 0 || i < first})
		if pairs[i] >= 0 {
			out.Entries[i].Location = &c.steps[pairs[i]].location
		}
		if e.Empty {
			continue
		}
		switch {
		case pairs[i] >= 0:
			step := c.steps[pairs[i]]
			out.own++
			out.made[step.command] = len(out.Layers)
			out.Layers = append(out.Layers, LayerOrigin{Location: step.location, copied: f.copiedBy(step)})
		case i <= h:
			out.Base.Layers++
			out.Layers = append(out.Layers, LayerOrigin{Location: c.base.Location, Base: true})
		}
	}
	fromScratch := strings.EqualFold(c.base.Name, "scratch")
	if fromScratch && out.Base.Layers > 0 || !fromScratch && out.Base.Layers == 0 || matched == 0 && len(c.steps) > 0 {
		return nil, &MismatchError{File: f.name}
	}
	return out, nil
}

// commitsLater tells whether a builder left an instruction's changes for a later layer, as those do that commit once.
// BuildKit marks what changed nothing as empty, too.
func commitsLater(s step, e Entry) bool {
	return makesLayer(s.command) && !strings.HasSuffix(e.CreatedBy, buildkitMark)
}

// makesLayer tells whether an instruction makes a layer, or at least may.
func makesLayer(c instructions.Command) bool {
	switch c.(type) {
	case *instructions.RunCommand, *instructions.CopyCommand, *instructions.AddCommand:
		return true
	}
	return false
}

// isProperty tells whether a history entry is of an instruction that makes no layer.
func isProperty(entry string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(HistoryInstruction(entry)), " ")
	switch strings.ToUpper(word) {
	case "ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}
