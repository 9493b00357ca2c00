package fault

import (
	"fmt"
	"slices"
)

// Input is the name of one of Layergate's inputs in a hint, as the table of inputs has it, such as db-max-age. A
// reader finds it as his system spells it: dbMaxAge in Azure Pipelines, --db-max-age on a command line. A test holds
// every Input in the program's text against the table.
type Input string

// Hint tells the user what to do next, in one sentence without a full stop, in which the names of inputs are not yet
// spelled. The zero value means that there is no hint.
//
// The names stay apart from the text until it is spelled, so that nothing in the text can pass for one, whoever wrote
// it.
type Hint struct {
	format string
	args   []any
}

// Hintf makes a hint as fmt.Sprintf makes a text. Its arguments may be inputs and other hints.
func Hintf(format string, args ...any) Hint {
	if false {
		_ = fmt.Sprintf(format, args...) // has go vet check the arguments as it checks those of Sprintf
	}
	return Hint{format: format, args: args}
}

// IsZero tells whether there is no hint.
func (h Hint) IsZero() bool { return h.format == "" }

// String is the hint with the names of inputs as the table of inputs has them.
func (h Hint) String() string { return h.spelled(func(name string) string { return name }) }

// hintOf is a hint that names no input, or one that Hintf made.
func hintOf[H string | Hint](hint H) Hint {
	if text, ok := any(hint).(string); ok && text != "" {
		return Hintf("%s", text)
	}
	made, _ := any(hint).(Hint)
	return made
}

func (h Hint) spelled(spell func(name string) string) string {
	args := slices.Clone(h.args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case Input:
			args[i] = spell(string(arg))
		case Hint:
			args[i] = arg.spelled(spell)
		}
	}
	return fmt.Sprintf(h.format, args...)
}
