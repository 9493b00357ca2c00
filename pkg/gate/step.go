package gate

import "github.com/dustin/go-humanize/english"

// StepKind is what begins with a step.
type StepKind string

// The steps, in the order in which an image takes them.
const (
	Building    StepKind = "building"    // the image, in the directory Subject
	Opening     StepKind = "opening"     // the image Subject
	Reading     StepKind = "reading"     // Count layers of a platform
	Cataloguing StepKind = "cataloguing" // what a platform's layers hold
	Searching   StepKind = "searching"   // what a platform's layers hold for secrets
	Matching    StepKind = "matching"    // Count packages of a platform against the advisories
	Compressing StepKind = "compressing" // the layers of a clean image that are not compressed
	Collecting  StepKind = "collecting"  // what refers to the image, where it was read from
	Pushing     StepKind = "pushing"     // to the reference Subject
	Locking     StepKind = "locking"     // the tag Subject, and the image that it leads to
)

// Step is a step that begins.
type Step struct {
	Kind     StepKind
	Platform string // os/arch[/variant]; empty for a step of the whole image
	Subject  string // what the kind says; may be empty
	Count    int    // of what the kind says
}

// String is the step in words.
func (s Step) String() string {
	words := s.words()
	if s.Platform == "" {
		return words
	}
	return s.Platform + ": " + words
}

func (s Step) words() string {
	switch s.Kind {
	case Reading:
		return "reading " + english.Plural(s.Count, "layer", "")
	case Cataloguing:
		return "looking for packages"
	case Searching:
		return "looking for secrets"
	case Matching:
		return "matching " + english.Plural(s.Count, "package", "")
	case Compressing:
		return "compressing layers"
	case Collecting:
		return "reading what refers to the image"
	}
	return string(s.Kind) + " " + s.Subject
}
