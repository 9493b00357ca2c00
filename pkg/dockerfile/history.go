package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/layergate/layergate/pkg/regex"
)

// ran matches how builders write down a RUN instruction: what they put before it, the shell, and the command.
var ran = regex.New(`(?s)^(?:RUN )?(?:\|\d+ .*? ?)?(/[\w/.-]*\b(?:ba|da|a|k|z)?sh)((?: -[a-z]+| -o \w+)*? -[a-z]*c) (.*)$`)

// FromHistory reads what an image's history tells of the instructions that made the layers from a number on. What it does not
// tell reliably is left out: entries of other instructions than RUN, ADD and ENV, and those that do not parse.
func FromHistory(history []Entry, from int) []Instruction {
	var out []Instruction
	layer := -1
	for _, e := range history {
		if !e.Empty {
			layer++
		}
		if layer < from {
			continue
		}
		if i, ok := fromEntry(e.CreatedBy); ok {
			i.Layer = layer
			out = append(out, i)
		}
	}
	return out
}

// fromEntry reads an entry of a history as an instruction.
func fromEntry(entry string) (Instruction, bool) {
	text := HistoryInstruction(entry)
	if m := ran.FindStringSubmatch(text); m != nil && !strings.Contains(entry, nop) {
		shell := append([]string{m[1]}, strings.Fields(m[2])...)
		return Instruction{Command: &instructions.RunCommand{}, Script: Script{Text: m[3], Shell: shell}}, true
	}
	word, rest, _ := strings.Cut(text, " ")
	switch strings.ToUpper(word) {
	case "RUN": // as the Dockerfile has it: by kaniko, since others name the shell or leave a mark
		run, ok := instructionOf(text).(*instructions.RunCommand)
		if !ok || !run.PrependShell || text != entry {
			return Instruction{}, false
		}
		return Instruction{Command: run, Script: Script{Text: strings.Join(run.CmdLine, " "), Shell: defaultShell()}}, true
	case "ADD":
		add, ok := instructionOf(text).(*instructions.AddCommand)
		if !ok {
			return Instruction{}, false
		}
		return Instruction{Command: add, Sources: add.SourcePaths, Checksum: add.Checksum}, true
	case "ARG":
		arg, ok := instructionOf(text).(*instructions.ArgCommand)
		return Instruction{Command: arg}, ok
	case "ENV":
		env := &instructions.EnvCommand{}
		for _, pair := range strings.Fields(rest) {
			if key, value, ok := strings.Cut(pair, "="); ok {
				env.Env = append(env.Env, instructions.KeyValuePair{Key: key, Value: strings.Trim(value, `"'`)})
			}
		}
		return Instruction{Command: env}, true
	}
	return Instruction{}, false
}

// instructionOf parses an entry of a history that is written as an instruction; nil where it is none.
func instructionOf(text string) any {
	ast, err := parser.Parse(strings.NewReader(strings.ReplaceAll(text, "\n", " ")))
	if err != nil || len(ast.AST.Children) != 1 {
		return nil
	}
	parsed, err := instructions.ParseInstruction(ast.AST.Children[0])
	if err != nil {
		return nil
	}
	return parsed
}
