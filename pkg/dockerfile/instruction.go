package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/finding"
)

// Instruction is an instruction that an image was built by.
type Instruction struct {
	Command  instructions.Command
	Location finding.Location // of the instruction; the zero value where only the history tells
	Stage    string           // by its name, or else its number; empty where only the history tells
	// Earlier is set for a stage that is not part of the image, and that files are copied from.
	Earlier bool
	// Deferred is set for what ONBUILD puts off to the builds of other images.
	Deferred bool
	Layer    int      // that it made, or whose history entry comes before; -1 where that is not known
	Sources  []string // of ADD and COPY, variables expanded as far as they are known
	Checksum string   // of ADD, likewise
	Script   Script   // of RUN

	workdir string  // that it begins in, absolute
	taken   []Taken // out of the build context
	stages  []int   // that it takes files from
}

// Source is another image that has a part in an image.
type Source struct {
	Name     string // as the Dockerfile names it, variables expanded; scratch for an empty image
	Location finding.Location
	Stage    string // that it is in, by its name, or else its number
	// Copied is set where the image is not built on it: files of it are copied, or of a stage that is built on it.
	Copied bool
}

// Instructions lists the instructions behind the image in the order of the file: those of its own stages, and of the stages
// that files are copied from.
func (a *Attribution) Instructions() []Instruction { return a.instructions }

// Sources lists the images behind the image, in the order of the file.
func (a *Attribution) Sources() []Source { return a.sources }

// flow follows the stages that have a part in an image.
type flow struct {
	file   *File
	build  Build
	layers map[instructions.Command]int // that the instructions made
	own    map[int]bool                 // the stages that the image is built on
	seen   map[int]bool
	// workdirs are those that the stages end with.
	workdirs map[int]string
	out      Attribution
}

// follow lists the instructions of the chain of stages, and of all that files are copied from.
func (f *File) follow(c chain, b Build, layers map[instructions.Command]int) ([]Instruction, []Source) {
	w := &flow{file: f, build: b, layers: layers, own: map[int]bool{}, seen: map[int]bool{}, workdirs: map[int]string{}}
	for _, stage := range c.stages {
		w.own[stage] = true
	}
	for _, stage := range c.stages {
		w.add(stage)
	}
	slices.SortStableFunc(w.out.instructions, func(a, b Instruction) int { return a.Location.Line - b.Location.Line })
	slices.SortStableFunc(w.out.sources, func(a, b Source) int { return a.Location.Line - b.Location.Line })
	return w.out.instructions, w.out.sources
}

// add adds a stage that has a part in the image.
func (w *flow) add(stage int) {
	if w.seen[stage] {
		return
	}
	w.seen[stage] = true
	s := w.file.stages[stage]
	c := w.file.chain(stage, w.build)
	workdir := "/" // or what the base image sets, which nobody tells
	if below := c.stages[:len(c.stages)-1]; len(below) > 0 {
		w.add(below[len(below)-1])
		workdir = w.workdirs[below[len(below)-1]]
	} else {
		w.out.sources = append(w.out.sources, Source{Name: c.base.Name, Location: s.from, Stage: s.title(stage), Copied: !w.own[stage]})
	}
	vars := w.file.arguments(w.build)
	shell := w.build.Shell
	if len(shell) == 0 || !w.own[stage] {
		shell = defaultShell()
	}
	known := variables{}
	for _, command := range s.commands {
		at := Instruction{Command: command, Location: w.file.location(command.Location()), Stage: s.title(stage), Earlier: !w.own[stage], Layer: -1, workdir: workdir}
		if layer, ok := w.layers[command]; ok {
			at.Layer = layer
		}
		if sh, ok := command.(*instructions.ShellCommand); ok {
			shell = sh.Shell
		}
		if in, ok := command.(*instructions.WorkdirCommand); ok {
			workdir = resolve(workdir, w.file.expand(in.Path, known))
		}
		known.learn(command, vars, w.build.Args, w.file)
		if trigger, ok := command.(*instructions.OnbuildCommand); ok {
			for _, put := range parseTrigger(trigger) {
				at.Command, at.Deferred = put, true
				w.take(at, stage, shell, known)
			}
			continue
		}
		w.take(at, stage, shell, known)
	}
	w.workdirs[stage] = workdir
}

// take adds an instruction, and the stages and images that it takes files from.
func (w *flow) take(at Instruction, stage int, shell []string, known variables) {
	var from []string
	switch c := at.Command.(type) {
	case *instructions.RunCommand:
		at.Script = w.file.script(c, at.Location, shell)
		for _, mount := range instructions.GetMounts(c) {
			from = append(from, mount.From)
		}
		at.taken = mounted(c, at.workdir, func(word string) (string, error) { return known.expandKnown(word, w.file), nil })
	case *instructions.CopyCommand:
		at.Sources = known.expandAll(c.SourcePaths, w.file)
		from = append(from, c.From)
		if c.From == "" {
			at.taken = taken(at, w.file.expand(c.DestPath, known), c.ExcludePatterns, c.Parents)
		}
	case *instructions.AddCommand:
		at.Sources = known.expandAll(c.SourcePaths, w.file)
		at.Checksum = known.expandKnown(c.Checksum, w.file)
		at.taken = taken(at, w.file.expand(c.DestPath, known), c.ExcludePatterns, false)
	}
	defer func() { w.out.instructions = append(w.out.instructions, at) }()
	for _, name := range from {
		if name == "" || at.Deferred {
			continue
		}
		name = w.file.expand(name, known)
		if below := w.file.stageOf(name, stage); below >= 0 {
			at.stages = append(at.stages, below)
			w.add(below)
			continue
		}
		w.out.sources = append(w.out.sources, Source{Name: name, Location: at.Location, Stage: at.Stage, Copied: true})
	}
}

// stageOf is the stage before another one that a name or a number means, or -1.
func (f *File) stageOf(name string, before int) int {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < before {
		return n
	}
	return f.stage(name, before)
}

// title is how people call a stage.
func (s *stage) title(i int) string {
	if s.name != "" {
		return s.name
	}
	return strconv.Itoa(i)
}

// variables are what is known of the build arguments and the environment at an instruction.
type variables map[string]string

// learn takes in what an instruction sets. An ARG takes its value from the build, else its default, else that of the ARG of
// the same name before the first FROM.
func (v variables) learn(c instructions.Command, global, args map[string]string, f *File) {
	switch c := c.(type) {
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			v[kv.Key] = f.expand(kv.Value, v)
		}
	case *instructions.ArgCommand:
		for _, kv := range c.Args {
			given, ok := args[kv.Key]
			switch {
			case ok:
				v[kv.Key] = given
			case kv.Value != nil:
				v[kv.Key] = f.expand(*kv.Value, v)
			case global[kv.Key] != "":
				v[kv.Key] = global[kv.Key]
			}
		}
	}
}

// expandAll takes the quotes off words, and expands those whose variables are known. Others stay as they are written.
func (v variables) expandAll(words []string, f *File) []string {
	var out []string
	for _, word := range words {
		out = append(out, v.expandKnown(word, f))
	}
	return out
}

// expandKnown replaces the variables of a word, if all of them have a value.
func (v variables) expandKnown(word string, f *File) string {
	if strings.ContainsAny(word, `$"'`+string(f.escape)) && v.knows(word) {
		return f.expand(word, v)
	}
	return word
}

// knows tells whether all variables of a word have a value.
func (v variables) knows(word string) bool {
	for _, name := range variableName.FindAllStringSubmatch(word, -1) {
		if _, ok := v[name[1]]; !ok {
			return false
		}
	}
	return true
}
