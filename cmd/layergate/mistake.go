package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
)

// noArguments refuses words that are no flags, and names the commands.
func (c *command) noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case strings.TrimSpace(args[0]) == "":
		return noEmptyWord(cmd, args)
	case cmd.HasSubCommands():
		return noCommand(cmd, args[0])
	}
	return fault.Request(fmt.Errorf("unexpected argument %q", args[0]), "see "+cmd.CommandPath()+" --help")
}

// noEmptyWord refuses words behind a command that are nothing: most likely a variable of the shell that has no value.
func noEmptyWord(cmd *cobra.Command, args []string) error {
	isEmpty := func(arg string) bool { return strings.TrimSpace(arg) == "" }
	if cmd.Hidden || !slices.ContainsFunc(args, isEmpty) { // a shell that completes an empty word gives that to a hidden command
		return nil
	}
	return fault.Request(fmt.Errorf("a word behind %s is empty", cmd.CommandPath()), "a variable of the shell may have no value; the form is "+cmd.UseLine())
}

// noCommand says that a word is none of the commands below cmd, and what was most likely meant.
func noCommand(cmd *cobra.Command, word string) error {
	return fault.Request(fmt.Errorf("%s has no command %q", cmd.CommandPath(), word), commandHint(cmd, word, commandNames(cmd)))
}

// commandNames are the commands below cmd, sorted.
func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	slices.Sort(names)
	return names
}

// commandHint says what to type in place of a word that is no command.
func commandHint(cmd *cobra.Command, word string, names []string) string {
	all := "the commands are " + strings.Join(names, ", ")
	if !cmd.HasParent() {
		if answer := answerTo(foreignCommands(), word); answer != "" {
			return answer
		}
		if looksLikeSource(word) {
			return "to scan that, write layergate scan " + word
		}
	}
	if near := fault.Nearest(word, names); near != "" {
		return "did you mean " + near + "? " + all
	}
	return all
}

// looksLikeSource tells whether a word in place of a command is more likely an image, as grype takes one there.
func looksLikeSource(word string) bool {
	return word == image.Pipe || image.HasScheme(word) || strings.ContainsAny(word, "/.:")
}

// wrongFlag says which flag was most likely meant. Where the command itself was mistyped, the flags behind it are not to blame.
func (c *command) wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	flag := ""
	if errors.As(err, &unknown) {
		flag = unknown.GetSpecifiedName()
	}
	if word := c.wordFor(cmd, flag); cmd.HasSubCommands() && word != "" && cmd.Args(cmd, []string{word}) != nil {
		return noCommand(cmd, word)
	}
	help := "see " + cmd.CommandPath() + " --help"
	if unknown == nil {
		return fault.Request(err, help)
	}
	return fault.Request(err, cmp.Or(flagHint(cmd, unknown), help))
}

// flagHint says what to type in place of a flag that a command does not have; empty where nothing is near. What the very word means
// elsewhere comes before a word that looks like it.
func flagHint(cmd *cobra.Command, unknown *pflag.NotExistError) string {
	name, group := unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()
	if len(group) > 1 && (flagOf(cmd, group) != nil || answerTo(foreignFlags(), group) != "") {
		name = group // -severity for --severity
	}
	answer := answerTo(foreignFlags(), name)
	if answer != "" && fits(cmd, answer) {
		return answer
	}
	if hint := cmp.Or(commandOfFlag(cmd, name), systemOfFlag(name)); hint != "" {
		return hint
	}
	if answer != "" {
		return withCommands(cmd.Root(), answer)
	}
	var names []string
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
	}
	if near := fault.Nearest(name, names); near != "" {
		return "did you mean --" + near + "? see " + cmd.CommandPath() + " --help"
	}
	return ""
}

// commandOfFlag says which commands have a flag; empty where none has it.
func commandOfFlag(cmd *cobra.Command, flag string) string {
	written := "--" + flag
	if len(flag) == 1 {
		written = "-" + flag
	}
	if below := commandsWith(cmd, flag); len(below) > 0 {
		return "write the command before its flags: " + written + " is one of " + pathsOf(below)
	}
	having := commandsWith(cmd.Root(), flag)
	if group := cmd.Parent(); group != nil && group.HasParent() && flagOf(group, flag) == nil {
		having = append(having, commandsWith(group, flag)...) // its neighbours
		slices.SortFunc(having, func(a, b *cobra.Command) int { return strings.Compare(a.CommandPath(), b.CommandPath()) })
		having = slices.Compact(having)
	}
	switch {
	case flagOf(cmd.Root(), flag) != nil:
		return written + " is a flag of " + cmd.Root().Name() + " without a command"
	case len(having) == 0:
		return ""
	case len(having) == 1:
		return written + " is a flag of " + pathsOf(having) + ": " + having[0].Short
	}
	return written + " is a flag of " + pathsOf(having)
}

// commandsWith lists the commands below one that show a flag: its own commands, or else theirs.
func commandsWith(cmd *cobra.Command, flag string) (out []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		if f := flagOf(sub, flag); sub.IsAvailableCommand() && f != nil && !f.Hidden {
			out = append(out, sub)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, sub := range cmd.Commands() {
		out = append(out, commandsWith(sub, flag)...)
	}
	return out
}

// pathsOf are commands as they are typed.
func pathsOf(list []*cobra.Command) string {
	var paths []string
	for _, cmd := range list {
		paths = append(paths, cmd.CommandPath())
	}
	slices.Sort(paths)
	return strings.Join(paths, ", ")
}

// systemOfFlag says that a flag is an input which command lines do not have; empty for any other word.
func systemOfFlag(flag string) string {
	for _, in := range input.Table() {
		if in.Name == flag && !in.On(input.CommandLine) {
			return flag + " is an input of steps on CI systems, and a command line has no flag for it"
		}
	}
	return ""
}

// wordFor is the word that was given in the place of a command below cmd; empty where there is none. What follows a flag may be
// the flag's value.
func (c *command) wordFor(cmd *cobra.Command, flag string) string {
	args := c.args
	if i := slices.IndexFunc(args, func(arg string) bool { return arg == "--"+flag }); i >= 0 {
		args = args[:i]
	}
	words := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, "-") && arg != image.Pipe })
	if depth := strings.Count(cmd.CommandPath(), " "); depth < len(words) {
		return words[depth]
	}
	return ""
}
