// Package remedy works out the fewest changes that remove what blocks: another base image, a rebuild, upgrades of packages.
// It says for each what it removes, and what remains after all of them.
//
// A remedy is never wrong: it names no version that an advisory does not name as fixed, and where something is not certain
// its Note says so. The package reads no files and no images; it works on findings. Texts may hold what an image says, so
// that every sink escapes them.
package remedy

import "github.com/layergate/layergate/pkg/finding"

// Plan is what to do about the findings that block.
type Plan struct {
	Remedy    Outcome   `json:"remedy"`
	Steps     []Step    `json:"steps"` // those that remove most of the worst first
	Remaining Remaining `json:"remaining"`
}

// Outcome says what it takes to remove all that blocks and can be removed.
type Outcome string

// The outcomes, from the one that takes least.
const (
	// OutcomeNone means that nothing blocks, or that nobody can remove what does.
	OutcomeNone Outcome = "none"
	// OutcomeRebuild means that building the same sources again, without a cache and with the base image pulled again, is
	// enough.
	OutcomeRebuild Outcome = "rebuild"
	// OutcomeBase means that it takes another base image, or newer packages in it, and perhaps a rebuild, but no other change.
	OutcomeBase Outcome = "base"
	// OutcomeSource means that the project's own files have to change, such as a version in a lock file, or that somebody has to
	// look whether a rebuild is enough.
	OutcomeSource Outcome = "source"
)

// Kind is the kind of a step.
type Kind string

// The kinds of steps.
const (
	// KindRebuild builds the image again without a cache, from unchanged sources.
	KindRebuild Kind = "rebuild"
	// KindBase changes what the image is built on: the FROM instruction, or packages of the base image.
	KindBase Kind = "base"
	// KindUpgrade changes the version of a package that the project chose.
	KindUpgrade Kind = "upgrade"
	// KindCorrect does what a failed check wants, or closes a coverage gap.
	KindCorrect Kind = "correct"
)

// Kinds lists every kind of step.
func Kinds() []Kind { return []Kind{KindRebuild, KindBase, KindUpgrade, KindCorrect} }

// Step is one change and what it removes.
type Step struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title"` // what to do, in one line without a full stop
	// Changes are the packages or the image that get another version, by name; none for a correction.
	Changes  []Change          `json:"changes"`
	Location *finding.Location `json:"location,omitempty"` // the line to edit, where it is known
	// Command does it, in the spelling of the project's package manager, ready for a shell. It is empty where no command does
	// it, the package manager is not known, or a name has characters that no package manager allows; Note says which.
	Command string `json:"command,omitempty"`
	// Edit is the change of the line of Location that does it; nil where that is not of one line, or where what the line says is
	// not known.
	Edit *Edit `json:"edit,omitempty"`
	// Via are the packages that bring this one: the project's own dependencies, by its lock file or by the manifests installed
	// in the image, or packages in the image that no other needs. There are none where it is such a one itself, and where that
	// is not known.
	Via []string `json:"via"`
	// Sure tells whether the step is known to remove what it says. Note says why not, or what else to know: one sentence
	// without a full stop, or empty.
	Sure    bool   `json:"sure"`
	Note    string `json:"note,omitempty"`
	Removes Tally  `json:"removes"`
	// Adds is how many items would block that are new with another base image, or with another version of the package.
	// Brings names their advisories and rules, sorted.
	Adds   int      `json:"adds,omitempty"`
	Brings []string `json:"brings,omitempty"`
	// Further is set for the upgrade to another major version that removes what the one within the major version leaves. It
	// takes the place of that one.
	Further bool `json:"further,omitempty"`
}

// TypeImage is the type of a Change of the base image.
const TypeImage = "image"

// Change is a package, or a base image, that gets another version.
type Change struct {
	Type string   `json:"type"` // of the package, as finding.Package has it, or TypeImage
	Name string   `json:"name"`
	From []string `json:"from"` // the versions that are there
	// To is the version to take. They are several where the order of versions is not known and the reader has to choose, and
	// none where any later one will do.
	To []string `json:"to"`
}

// IsZero tells whether nobody worked the plan out.
func (p Plan) IsZero() bool { return p.Remedy == "" }

// WithLists is the plan with an empty list wherever it has none; the original is not touched.
func (p Plan) WithLists() Plan {
	if p.IsZero() {
		return p
	}
	steps := make([]Step, 0, len(p.Steps))
	for _, s := range p.Steps {
		s.Via, s.Removes.Findings = list(s.Via), list(s.Removes.Findings)
		changes := make([]Change, 0, len(s.Changes))
		for _, c := range s.Changes {
			c.From, c.To = list(c.From), list(c.To)
			changes = append(changes, c)
		}
		s.Changes = changes
		if s.Edit != nil {
			s.Edit = &Edit{s.Edit.Old, list(s.Edit.New)}
		}
		steps = append(steps, s)
	}
	p.Steps = steps
	p.Remaining.Findings, p.Remaining.Commands = list(p.Remaining.Findings), list(p.Remaining.Commands)
	return p
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// Tally counts findings, each finding.Item once.
type Tally struct {
	Count      int            `json:"count"`
	Severities finding.Counts `json:"severities"` // of those that have one; a coverage gap has none
	Findings   []int          `json:"findings"`   // all of them, by their index in the report, ascending
}

// Remaining is what blocks after all steps: nobody can remove it today. Each finding that blocks is removed by exactly one
// step or remains; an item counts for the last step that removes findings of it, or remains if one of them does.
type Remaining struct {
	Tally
	Base int `json:"base"` // how many of Count are the base image's
	// Commands accept the rest in writing, one for each advisory, the most severe first. Reason and owner are for the reader to fill in.
	Commands []string `json:"commands"`
}
