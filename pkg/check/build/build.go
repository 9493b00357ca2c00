// Package build holds the rules about how an image was built: the lines of its Dockerfile, or else what its history tells of
// them. Each rule stands in a file of its own, with fixtures that keep it and that do not, below testdata.
//
// It reads no file: the instructions were read before, and their commands are read by a parser of the shell's language.
package build

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/secret"
)

// Subject is how one platform of an image was built.
type Subject struct {
	Platform string          // os/arch[/variant]
	Layers   []finding.Layer // the lowest first
	// Instructions are those behind the image, by its Dockerfile or else its history.
	Instructions []dockerfile.Instruction
	Syntax       dockerfile.Syntax // of the Dockerfile
}

// step is an instruction, with the commands of a RUN.
type step struct {
	dockerfile.Instruction
	script script
}

// seen is something in an instruction that does not keep a rule.
type seen struct {
	*step
	excerpt
	saw string // a sentence without a full stop, which the excerpt follows
	// wants is what to do, where the rule's remedy is not all that is known.
	wants string
}

// rule is a rule and how it finds what does not keep it.
type rule struct {
	check.Rule
	find func(*Subject, []*step) []seen
}

// rules lists all rules, by their identifiers.
func rules() []rule {
	return []rule{
		addURL(),
		addForCopy(),
		downloadToShell(),
		uncheckedScript(),
		tlsOff(),
		signatureOff(),
		updateAlone(),
		severalCommands(),
		worldWritable(),
		sudo(),
		insecureRun(),
		hostNetwork(),
		foreignSyntax(),
		unreadCommand(),
		distributionUpgrade(),
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

// Find returns what does not keep a rule, by the rules' order and then by the instructions'.
func Find(s Subject) []finding.Finding {
	var steps []*step
	for _, i := range s.Instructions {
		steps = append(steps, &step{Instruction: i, script: parse(i.Script)})
	}
	var out []finding.Finding
	for _, r := range rules() {
		fields := map[string]int{}
		for _, found := range r.find(&s, steps) {
			f := s.finding(r.Rule, found)
			if n := fields[f.Check.Field]; n > 0 {
				fields[f.Check.Field]++
				f.Check.Field += fmt.Sprintf(" (%d)", n+1)
			} else {
				fields[f.Check.Field] = 1
			}
			out = append(out, f)
		}
	}
	return out
}

// finding is what does not keep a rule, with its place.
func (s *Subject) finding(r check.Rule, found seen) finding.Finding {
	f := r.Finding()
	f.Platform = s.Platform
	text := found.line()
	f.Check.Field = strings.TrimPrefix(found.Stage+": "+text, ": ")
	f.Check.Saw = found.saw
	if text != "" {
		f.Check.Saw += ": " + text
	}
	if found.Earlier {
		f.Check.Saw += ", in the stage " + found.Stage + ", from which files are copied"
	}
	if found.Deferred {
		f.Check.Saw += ", in the builds of images that are based on this one"
	}
	if found.wants != "" {
		f.Check.Wants = found.wants
	}
	f.Location = found.location()
	if l := found.Layer; l >= 0 && l < len(s.Layers) {
		layer := s.Layers[l]
		f.Layer = &layer
	}
	return f
}

// location is the lines of the command that was seen, else those of the instruction; nil where only the history tells.
func (s seen) location() *finding.Location {
	if s.Location.Line == 0 {
		return nil
	}
	at := s.Location
	if s.to > 0 {
		begin, end := s.Script.Line(s.from), s.Script.Line(s.to-1)
		if begin != nil && end != nil && end.Line >= begin.Line {
			at.Line, at.EndLine = begin.Line, end.Line
		}
	}
	return &at
}

// maxExcerpt is how many characters of a command a finding repeats.
const maxExcerpt = 120

// line is the text that was seen, in one line, without secrets.
func (s seen) line() string {
	text := redact.Code([]string{secret.Redact(strings.Join(strings.Fields(s.text), " "))})[0]
	if r := []rune(text); len(r) > maxExcerpt {
		return string(r[:maxExcerpt-1]) + "…"
	}
	return text
}

// own are the steps of the image's own stages.
func own(steps []*step) []*step {
	var out []*step
	for _, s := range steps {
		if !s.Earlier {
			out = append(out, s)
		}
	}
	return out
}

// ofCommands is what commands of RUN instructions do not keep: judge tells what it saw of one, and nothing where it keeps
// the rule.
func ofCommands(steps []*step, judge func(command) string) []seen {
	var out []seen
	for _, s := range steps {
		for _, c := range s.script.commands {
			if saw := judge(c); saw != "" {
				out = append(out, seen{step: s, excerpt: c.excerpt, saw: saw})
			}
		}
	}
	return out
}

// ofVariables is what variables of ENV and ARG instructions do not keep, as NAME=VALUE, and ofEnv and ofArg what is said of each.
func ofVariables(steps []*step, breaks func(assignment string) bool, ofEnv, ofArg string) []seen {
	var out []seen
	judge := func(s *step, name, key, value, saw string) {
		if text := key + "=" + strings.Trim(value, `"'`); breaks(text) {
			out = append(out, seen{step: s, excerpt: excerpt{text: name + " " + text}, saw: saw})
		}
	}
	for _, s := range steps {
		switch c := s.Command.(type) {
		case *instructions.EnvCommand:
			for _, kv := range c.Env {
				judge(s, "ENV", kv.Key, kv.Value, ofEnv)
			}
		case *instructions.ArgCommand:
			for _, kv := range c.Args {
				if kv.Value != nil {
					judge(s, "ARG", kv.Key, *kv.Value, ofArg)
				}
			}
		}
	}
	return out
}
