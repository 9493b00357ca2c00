// Package dockerfile tells which line of a Dockerfile made which layer of an image, by matching the image's history
// against the instructions of the Dockerfile. Where the two do not fit it says so: a wrong line is worse than none.
//
// It must not import anything that knows about images, packages or findings' sources.
package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/textfile"
)

// File is a parsed Dockerfile.
type File struct {
	name   string
	stages []*stage
	args   map[string]string // defaults of the ARGs before the first FROM
	escape rune
	lines  []string
	syntax Syntax
}

// stage is one build stage: a FROM instruction and the commands after it.
type stage struct {
	name     string
	base     string // as written, variables not expanded
	from     finding.Location
	commands []instructions.Command
	onbuild  []instructions.Command // what it makes stages that build on it do first
}

// Parse parses a Dockerfile. name is what locations call it: a path relative to the repository's root. The syntax is that
// of BuildKit's Dockerfile frontend, parser directives and heredocs included. Errors say which line is wrong and repeat
// nothing of it: the file may be another than the user believes, and hold secrets.
func Parse(name string, source []byte) (*File, error) {
	source, err := textfile.Decode(source)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", name, err)
	}
	ast, err := parser.Parse(bytes.NewReader(source))
	if err != nil {
		return nil, invalid(name, err)
	}
	stages, args, err := instructions.Parse(ast.AST, nil)
	if err != nil {
		return nil, invalid(name, err)
	}
	if len(stages) == 0 {
		return nil, fmt.Errorf("parsing %s: it has no FROM instruction", name)
	}
	if len(stages) > maxStages {
		return nil, fmt.Errorf("parsing %s: it has more than %d stages", name, maxStages)
	}
	f := &File{name: name, args: map[string]string{}, escape: ast.EscapeToken, lines: strings.Split(string(source), "\n")}
	f.syntax = f.readSyntax(source)
	for _, s := range stages {
		st := &stage{name: s.Name, base: s.BaseName, from: f.location(s.Location), commands: s.Commands}
		for _, c := range s.Commands {
			if trigger, ok := c.(*instructions.OnbuildCommand); ok {
				st.onbuild = append(st.onbuild, parseTrigger(trigger)...)
			}
		}
		f.stages = append(f.stages, st)
	}
	for _, a := range args {
		for _, kv := range a.Args {
			if kv.Value != nil {
				f.args[kv.Key] = f.expand(*kv.Value, f.args)
			}
		}
	}
	return f, nil
}

// invalid is the error for a file that err, which quotes the file, says does not parse.
func invalid(name string, err error) error {
	what := "is not valid"
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		what = "has an instruction that does not exist"
	}
	var at *parser.LocationError
	if errors.As(err, &at) && len(at.Locations) > 0 && len(at.Locations[0]) > 0 {
		if line := at.Locations[0][0].Start.Line; line > 0 {
			return fmt.Errorf("parsing %s: line %d %s", name, line, what)
		}
	}
	return fmt.Errorf("parsing %s: it %s", name, what)
}

// parseTrigger parses what an ONBUILD instruction puts off. One that does not parse would have failed the build.
func parseTrigger(c *instructions.OnbuildCommand) []instructions.Command {
	ast, err := parser.Parse(strings.NewReader(c.Expression))
	if err != nil {
		return nil
	}
	var out []instructions.Command
	for _, n := range ast.AST.Children {
		parsed, err := instructions.ParseInstruction(n)
		if cmd, ok := parsed.(instructions.Command); ok && err == nil {
			out = append(out, cmd)
		}
	}
	return out
}

func (f *File) location(ranges []parser.Range) finding.Location {
	if len(ranges) == 0 {
		return finding.Location{File: f.name, Line: 1, EndLine: 1}
	}
	l := finding.Location{File: f.name, Line: ranges[0].Start.Line, EndLine: ranges[0].End.Line}
	for _, r := range ranges {
		l.Line, l.EndLine = min(l.Line, r.Start.Line), max(l.EndLine, r.End.Line)
	}
	return l
}

// maxStages is how many stages a Dockerfile may have.
const maxStages = 500

// maxValue is the length in bytes of a word, and of a value, from which on it is not expanded: variables of variables
// grow without bound, and nobody names an image so.
const maxValue = 4 << 10

// expand replaces variables by their values, and those without one by nothing, as a build does.
func (f *File) expand(word string, vars map[string]string) string {
	if len(word) > maxValue {
		return word
	}
	out, _, err := shell.NewLex(f.escape).ProcessWord(word, shell.EnvsFromSlice(envOf(vars)))
	if err != nil || len(out) > maxValue {
		return word
	}
	return out
}

func envOf(vars map[string]string) []string {
	out := make([]string, 0, len(vars))
	for k, v := range vars {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return out
}

// Build is how the image was built, as far as that is known.
type Build struct {
	Target string            // the stage that was built; empty means the last one
	Args   map[string]string // --build-arg
	Shell  []string          // the shell of the image's configuration, which a base may have set
}

// step is an instruction on the way to the final stage.
type step struct {
	command  instructions.Command
	location finding.Location
	stage    int
}

// chain is everything that makes a stage: the instructions of all stages below it, and the image that they begin with.
type chain struct {
	steps  []step
	base   Base
	stages []int // the lowest first
}

// Base is the image that a Dockerfile's stage begins with.
type Base struct {
	Name     string           // as the FROM instruction names it, variables expanded; "scratch" for an empty image
	Location finding.Location // of the FROM instruction
	Layers   int              // how many of the image's layers are the base's
}

// chain follows a stage down to the image that it begins with.
func (f *File) chain(i int, b Build) chain {
	s := f.stages[i]
	name := f.expand(s.base, f.arguments(b))
	out := chain{base: Base{Name: name, Location: s.from}}
	if below := f.stage(name, i); below >= 0 {
		out = f.chain(below, b)
		for _, c := range f.stages[below].onbuild {
			out.steps = append(out.steps, step{c, s.from, i})
		}
	}
	for _, c := range s.commands {
		out.steps = append(out.steps, step{c, f.location(c.Location()), i})
	}
	out.stages = append(out.stages, i)
	return out
}

// arguments are the values of the ARGs before the first FROM.
func (f *File) arguments(b Build) map[string]string {
	vars := map[string]string{}
	for k, v := range f.args {
		vars[k] = v
		if given, ok := b.Args[k]; ok {
			vars[k] = given
		}
	}
	return vars
}

// stage is the index of a stage before another one, or -1.
func (f *File) stage(name string, before int) int {
	for i := before - 1; i >= 0; i-- {
		if f.stages[i].name != "" && strings.EqualFold(f.stages[i].name, name) {
			return i
		}
	}
	return -1
}

// targets lists the stages that an image may be: the one that is named, else the last one and then all others.
func (f *File) targets(name string) ([]int, error) {
	last := len(f.stages) - 1
	if name == "" {
		out := []int{last}
		for i := range last {
			out = append(out, i)
		}
		return out, nil
	}
	if i := f.stage(name, len(f.stages)); i >= 0 {
		return []int{i}, nil
	}
	for i := range f.stages {
		if name == fmt.Sprint(i) {
			return []int{i}, nil
		}
	}
	return nil, errors.New("there is no stage " + name + " in " + f.name)
}
