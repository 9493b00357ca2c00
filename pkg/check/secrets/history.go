package secrets

import (
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/secret"
)

// entry is an entry of the history as an instruction.
type entry struct {
	*origin.Entry
	name string // of the instruction, in upper case
	rest string // what stands behind the name
}

func newEntry(e *origin.Entry) entry {
	name, rest := e.Instruction()
	return entry{Entry: e, name: name, rest: rest}
}

// argument is a build argument and its value.
type argument struct{ name, value string }

// argumentName matches where an argument begins. A value may hold blanks, which nothing sets off.
var argumentName = regex.New(`(?:^| )([A-Za-z_][A-Za-z0-9_]*)=`)

// split takes the build arguments, which builders write before the command that they reach, from an entry of the history.
func (s *Subject) split(e *origin.Entry) (arguments []argument, rest string) {
	head, text, command := redact.BuildArguments(e.CreatedBy, s.Image.Config.Config.Shell)
	begins := argumentName.FindAllStringSubmatchIndex(text, -1)
	for i, at := range begins {
		end := len(text)
		if i+1 < len(begins) {
			end = begins[i+1][0]
		}
		arguments = append(arguments, argument{text[at[2]:at[3]], text[at[1]:end]})
	}
	return arguments, head + command
}

// same tells whether two secrets are one, as far as they may be shown.
func same(a, b secret.Secret) bool {
	return a.Type == b.Type && a.Shown == b.Shown && a.Hash == b.Hash && a.Name == b.Name
}
