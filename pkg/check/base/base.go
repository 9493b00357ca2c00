// Package base holds the rules about the images that an image is built on, about ages, and about labels. Each rule stands in a
// file of its own, with fixtures that keep it and that do not, below testdata.
//
// It asks no registry: what one says of the base was read before.
package base

import (
	"fmt"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/policy"
)

// Subject is one platform of an image, and what is known of its base.
type Subject struct {
	Platform string          // os/arch[/variant]
	Layers   []finding.Layer // the lowest first
	Policy   policy.Policy   // what it asks for
	Now      time.Time       // when ages are judged

	Base    *Base               // nil where it is not known
	Sources []dockerfile.Source // the images that the Dockerfile names
	// Confirmed is what the registry holds under the base's name, where the image's layers begin with it; nil elsewhere.
	Confirmed *Confirmed
	// Unconfirmed says why there is no Confirmed, in a few words, where the policy asks for one.
	Unconfirmed string

	Created     time.Time // of the image's configuration; zero where it does not say
	BaseCreated time.Time // of the topmost layer of the base, by the image's history; zero where that does not say
	Labels      map[string]string
	EndOfLife   string            // the distribution, where it gets no more security updates
	LastLine    *finding.Location // of the last instruction of the Dockerfile; nil where it is not known
}

// Base is the image that the image is built on, by the word of the Dockerfile, the user or the image.
type Base struct {
	Name     string            // scratch for an empty one
	Location *finding.Location // of the FROM instruction; nil where it is not known
}

// Confirmed is a base image in a registry.
type Confirmed struct {
	Digests []string // of its manifest, and of the index that this is in
	Created time.Time
	// Proven tells whether it is proven as the policy asks for, and Unproven why it is not, in a few words.
	Proven   bool
	Unproven string
}

// rule is a rule and how it finds what does not keep it.
type rule struct {
	check.Rule
	find func(*Subject) []seen
}

// seen is what does not keep a rule.
type seen struct {
	field, saw string
	wants      string // where the rule's remedy is not all that is known
	at         *finding.Location
	ofBase     bool // the base image brings it
}

// rules lists all rules, by their identifiers.
func rules() []rule {
	return []rule{
		byTag(),
		latest(),
		notAllowed(),
		copiedNotAllowed(),
		notConfirmed(),
		baseTooOld(),
		imageTooOld(),
		ageUnknown(),
		endOfLife(),
		labelMissing(),
		notProven(),
	}
}

// Rules lists what is known of each rule, in the order of their identifiers.
func Rules() []check.Rule {
	var out []check.Rule
	for _, r := range rules() {
		out = append(out, r.Rule)
	}
	return out
}

// Find returns what does not keep a rule, by the rules' order.
func Find(s Subject) []finding.Finding {
	var out []finding.Finding
	for _, r := range rules() {
		for _, found := range r.find(&s) {
			out = append(out, s.finding(r.Rule, found))
		}
	}
	return out
}

func (s *Subject) finding(r check.Rule, found seen) finding.Finding {
	f := r.Finding()
	f.Platform = s.Platform
	f.Check.Field, f.Check.Saw = found.field, found.saw
	if found.wants != "" {
		f.Check.Wants = found.wants
	}
	f.Location = found.at
	if !found.ofBase {
		return f
	}
	for i := range s.Layers {
		if s.Layers[i].Base {
			f.Layer = &s.Layers[i] // the topmost one of the base
		}
	}
	return f
}

// from is the line of the FROM instruction, or nil.
func (s *Subject) from() *finding.Location {
	if s.Base == nil {
		return nil
	}
	return s.Base.Location
}

// onScratch tells whether there is no base: its layers are all the image's own.
func (s *Subject) onScratch() bool { return s.Base != nil && isScratch(s.Base.Name) }

func isScratch(name string) bool { return strings.EqualFold(name, "scratch") }

// ofSources is what images that the Dockerfile names do not keep.
func (s *Subject) ofSources(judge func(dockerfile.Source) string) []seen {
	var out []seen
	fields := map[string]int{}
	for _, source := range s.Sources {
		if isScratch(source.Name) {
			continue
		}
		saw := judge(source)
		if saw == "" {
			continue
		}
		if source.Copied {
			saw += ", in the stage " + source.Stage + ", from which files are copied"
		}
		field := source.Stage + ": " + imageref.Split(source.Name).Repository
		if fields[field]++; fields[field] > 1 {
			field += fmt.Sprintf(" (%d)", fields[field])
		}
		at := source.Location
		out = append(out, seen{field: field, saw: saw, at: &at})
	}
	return out
}

// pinned tells whether a reference names a digest.
func pinned(name string) bool { return strings.Contains(name, "@sha256:") }
