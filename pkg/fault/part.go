package fault

import (
	"crypto/rand"
	"strings"
)

// Part is a piece of a hint: a text, or the name of an input.
type Part struct {
	Text  string
	Input Input // empty for a text
}

// HintParts takes the hints that err and the errors it wraps carry to pieces, the outermost first, so that another process
// can put them together again.
func HintParts(err error) [][]Part {
	var out [][]Part
	for _, e := range withRemedies(err) {
		if parts := e.Hint.parts(); len(parts) > 0 {
			out = append(out, parts)
		}
	}
	return out
}

// parts tells names of inputs from text by what stands around them, which nobody who wrote the text can know.
func (h Hint) parts() []Part {
	quote := rand.Text()
	text := h.spelled(func(name string) string { return quote + name + quote })
	var out []Part
	for i, piece := range strings.Split(text, quote) {
		switch {
		case i%2 == 1:
			out = append(out, Part{Input: Input(piece)})
		case piece != "":
			out = append(out, Part{Text: piece})
		}
	}
	return out
}

// JoinParts is the hint of which HintParts made the parts.
func JoinParts(parts []Part) Hint {
	args := make([]any, len(parts))
	for i, p := range parts {
		args[i] = p.Text
		if p.Input != "" {
			args[i] = p.Input
		}
	}
	return Hint{format: strings.Repeat("%s", len(parts)), args: args}
}
