package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// foreign is what users of trivy, grype, syft, docker and crane type, and Layergate does not have.
type foreign struct {
	names  []string // flags without their hyphens, or commands
	answer string   // what does the same here, as a hint
}

// answerTo is the hint for a word of a list; empty where the list does not have it.
func answerTo(list []foreign, word string) string {
	for _, f := range list {
		if slices.Contains(f.names, word) {
			return f.answer
		}
	}
	return ""
}

// fits tells whether an answer to a flag can be followed on a command as it is: the command judges something, and has the flags that the
// answer names. An answer that names none is about images.
func fits(cmd *cobra.Command, answer string) bool {
	flags := flagsIn(answer)
	switch cmd.Name() {
	case gateCommand, scanCommand:
		return hasFlags(cmd, flags)
	case checkCommand, "report":
		return len(flags) > 0 && hasFlags(cmd, flags)
	}
	return false
}

// withCommands is an answer with the commands that it is about before it.
func withCommands(root *cobra.Command, answer string) string {
	var names []string
	for _, cmd := range root.Commands() {
		if fits(cmd, answer) {
			names = append(names, cmd.CommandPath())
		}
	}
	return "with " + strings.Join(names, " or ") + ", " + answer
}

// flagsIn lists the flags that a text names, as they are written there.
func flagsIn(text string) []string {
	var out []string
	for word := range strings.FieldsSeq(text) {
		if name, _, _ := strings.Cut(strings.TrimRight(word, ",;:"), "="); len(name) > 1 && name[0] == '-' {
			out = append(out, name)
		}
	}
	return out
}

// hasFlags tells whether a command has all flags of a list.
func hasFlags(cmd *cobra.Command, flags []string) bool {
	return !slices.ContainsFunc(flags, func(written string) bool { return flagOf(cmd, strings.TrimLeft(written, "-")) == nil })
}

// flagOf is the flag of a command with a name or a letter; nil where there is none.
func flagOf(cmd *cobra.Command, name string) *pflag.Flag {
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		if f := flags.Lookup(name); f != nil {
			return f
		}
		if len(name) == 1 && flags.ShorthandLookup(name) != nil {
			return flags.ShorthandLookup(name)
		}
	}
	return nil
}
