package image

import (
	"strings"

	"github.com/layergate/layergate/pkg/dockerfile"
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
	for i := range s.Entries {
		word, rest, _ := strings.Cut(dockerfile.HistoryInstruction(s.Entries[i].CreatedBy), " ")
		if strings.EqualFold(word, name) {
			out = append(out, instruction{&s.Entries[i], strings.TrimSpace(rest)})
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
