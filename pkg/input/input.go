// Package input is the one table of what a user can tell Layergate, whatever the system: the flags of the command
// line, the inputs of action.yml and task.json, and the tables of docs/inputs.md, which are written from it. It also reads the
// values.
//
// It sees no environment: whoever knows the system looks the values up. It must not import gate, image, registry or any
// other package of the way from an image to its verdict.
package input

import (
	"slices"
	"strings"
)

// Kind says what the words of an input mean.
type Kind int

// The kinds of input.
const (
	Text       Kind = iota // any text
	Choice                 // one of Input.Choices
	List                   // several values, one per line or separated by commas
	Lines                  // several values that may hold commas, one per line
	Bool                   // true or false
	Duration               // days, such as 5d, or a Go duration, such as 120h; never negative
	Size                   // bytes, such as 512MiB or 2GB
	Secret                 // text that must not be shown
	Connection             // the id of a service connection of Azure Pipelines; other systems have no such input
)

// System is a set of the systems through which a user gives inputs: the command line, GitHub Actions, Azure Pipelines.
type System uint8

// The systems.
const (
	CommandLine System = 1 << iota
	GitHubActions
	AzurePipelines
)

// Spell is how a user of the system writes the name of an input: --fail-on, input fail-on, or input failOn.
func (s System) Spell(name string) string {
	switch s {
	case AzurePipelines:
		return "input " + TaskName(name)
	case GitHubActions:
		return "input " + name
	default:
		return "--" + name
	}
}

// Group is a section of the inputs: in the editor of Azure Pipelines and in docs/inputs.md.
type Group struct {
	Name     string // in task.json
	Title    string
	Expanded bool // whether the editor shows its inputs without being asked
}

// Input is one setting of Layergate, whatever the system it is given through.
type Input struct {
	Name    string // in kebab case: the flag without its dashes and the input of action.yml
	Label   string // in the editor of Azure Pipelines
	Help    string // one sentence
	Kind    Kind
	Default string   // in the spelling of a user; empty where there is none
	Choices []string // of a Choice, in the order to list them
	Service string   // of a Connection: its type as task.json names it, such as dockerregistry
	Env     string   // an environment variable that is read on a terminal where the input itself is not given; may be empty
	Group   string   // the name of its Group
	// Commands are the commands that the input belongs to.
	Commands []string
	// Only are the systems that have the input; none means all.
	Only System
	// VisibleRule says when the editor of Azure Pipelines shows the input, in that editor's language; empty means
	// always.
	VisibleRule string
}

// Output is one value that Layergate hands to later steps of a CI system.
type Output struct {
	Name        string
	Description string // one sentence
}

// Outputs lists every output in the order of the documentation. The slice is the caller's.
func Outputs() []Output {
	return []Output{
		{Name: "verdict", Description: "What came of the run: clean, blocked, undecided where it could not decide or not finish, or invalid where the request was wrong."},
		{Name: "digest", Description: "The digest of the image that was scanned, which is the digest that was pushed; empty for an archive of uncompressed layers (docker save) that was not pushed, since only a push makes its manifest, and for manifests alone."},
		{Name: "image-id", Description: "The ID of the image, which is the digest of its configuration, where there is a digest or not; empty for an image of several platforms, which digest names."},
		{Name: "pushed", Description: "The references that point to the image now, separated by commas: all, none of an image that is not clean, or some where a push failed on its way."},
		{Name: "images", Description: "The images of a release set, as a JSON object: of each, by its name, verdict, digest and references pushed."},
		{Name: "findings", Description: "The number of findings, those that do not block included."},
		{Name: "blocking", Description: "The number of findings that block."},
		{Name: "remedy", Description: "What it takes to remove all that blocks and can be removed: rebuild where building again without a cache and with the base image pulled is enough, base where it takes another base image or newer packages in it, source where files of the project have to change, none where nothing blocks or nobody can remove what does."},
		{Name: "reports", Description: "The directory of the reports, relative to the working directory."},
		{Name: "sarif", Description: "The path of the SARIF report, relative to the working directory."},
	}
}

// On tells whether a system has the input.
func (in Input) On(system System) bool { return in.Only == 0 || in.Only&system != 0 }

// Of tells whether the input belongs to a command.
func (in Input) Of(command string) bool { return slices.Contains(in.Commands, command) }

// Several tells whether the input takes more than one value, each by a flag of its own on a command line.
func (in Input) Several() bool { return in.Kind == List || in.Kind == Lines }

// TaskName is the spelling of an input's or output's name in task.json, such as failOn.
func TaskName(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
