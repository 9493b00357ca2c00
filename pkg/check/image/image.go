// Package image holds the rules about images: their configuration, their files, the lines of the Dockerfile and the base. Each
// rule stands in a file of its own, with fixtures that keep it and that do not, below testdata.
//
// It reads no image and no file: what it judges was observed before. Texts may hold what an image says, so that every sink
// escapes them.
package image

import (
	"cmp"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
)

// Subject is one platform of an image, as rules look at it.
type Subject struct {
	Platform string           // os/arch[/variant]
	Image    v1.ConfigFile    // the configuration
	From     *origin.Platform // the layers, the history, and the lines that made them
	Base     *origin.Base     // nil where it is not known
	Facts    []facts.Layer    // of each layer
}

// user is whom a USER of the image names.
func (s *Subject) user(text string) account.Identity { return facts.Accounts(s.Facts).Resolve(text) }

// New puts together what is known of a platform.
func New(p *image.Platform, seen observe.Platform, from *origin.Platform, base *origin.Base) Subject {
	return Subject{Platform: p.Name, Image: p.Config, From: from, Base: base, Facts: seen.Facts}
}

// rule is a rule and how it finds what does not keep it.
type rule struct {
	check.Rule
	find func(check.Rule, *Subject) []finding.Finding
}

// rules lists all rules, by their identifiers.
func rules() []rule {
	return []rule{
		rootUser(), namedUser(), rootGroup(), systemVolume(), sshPort(), invalidPort(), healthCheck(), sshStarted(), shellForm(),
		unsetUser(),
		setuid(), setgid(), capabilities(), writableFile(), writableDirectory(), emptyPassword(), secondRoot(), sharedID(),
		sshDaemon(), packageCache(), compiler(), sudo(), hiddenBytes(), device(),
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
		for _, f := range r.find(r.Rule, &s) {
			f.Platform = s.Platform
			out = append(out, f)
		}
	}
	return out
}

// inConfiguration is a finding of a rule about the configuration: field names what was judged, and saw what it says. The
// entry of the history that set it tells whose it is and which line to change; nil stands for none, which is never the base's.
func (s *Subject) inConfiguration(r check.Rule, field, saw string, by *origin.Entry) finding.Finding {
	f := r.Finding()
	f.Check.Field, f.Check.Saw = field, saw
	if by == nil {
		return f
	}
	f.Location = by.Location
	if by.Base {
		f.Location = cmp.Or(by.Location, s.from())
	}
	f.Layer = s.From.LayerOf(by)
	return f
}

// from is the line of the FROM instruction that names the base, or nil.
func (s *Subject) from() *finding.Location {
	if s.Base == nil {
		return nil
	}
	return s.Base.Location
}

// lastLine is the line of the last instruction that is known, where one adds another behind: else that of the FROM, or nil.
func (s *Subject) lastLine() *finding.Location {
	for _, e := range slices.Backward(s.From.Entries) {
		if e.Location != nil {
			return e.Location
		}
	}
	return s.from()
}
