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
	case "ADD":
		ast, err := parser.Parse(strings.NewReader(strings.ReplaceAll(text, "\n", " ")))
		if err != nil || len(ast.AST.Children) != 1 {
			return Instruction{}, false
		}
		parsed, err := instructions.ParseInstruction(ast.AST.Children[0])
		add, ok := parsed.(*instructions.AddCommand)
		if err != nil || !ok {
			return Instruction{}, false
		}
		return Instruction{Command: add, Sources: add.SourcePaths}, true
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
