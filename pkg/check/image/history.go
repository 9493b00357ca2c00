package image

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/origin"
)

// instruction is an instruction of the history.
type instruction struct {
	*origin.Entry
	Args string // what stands behind the instruction's name
}

// instructions lists those of a name, such as USER, in the order of the history.
func (s *Subject) instructions(name string) []instruction {
	var out []instruction
	for i := range s.From.Entries {
		if word, args := s.From.Entries[i].Instruction(); word == name {
			out = append(out, instruction{&s.From.Entries[i], args})
		}
	}
	return out
}

// last is the entry of the last instruction of a name; nil where the history has none.
func (s *Subject) last(name string) *origin.Entry {
	list := s.instructions(name)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Entry
}

// naming is the entry of the last instruction of a name that has one of some words; nil where the history has none.
func (s *Subject) naming(name string, words ...string) *origin.Entry {
	for _, in := range slices.Backward(s.instructions(name)) {
		has := strings.FieldsFunc(in.Args, func(r rune) bool { return strings.ContainsRune(" \t[]\",{}", r) })
		for _, w := range has {
			// The classic builder wrote map[22/tcp:{}], which becomes map and 22/tcp:.
			if slices.Contains(words, strings.TrimSuffix(w, ":")) {
				return in.Entry
			}
		}
	}
	return nil
}
