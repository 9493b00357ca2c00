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
)

// noArguments refuses words that are no flags, and names the commands.
func (c *command) noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return noCommand(cmd, args[0])
	}
	return fault.Request(fmt.Errorf("unexpected argument %q", args[0]), "see "+cmd.CommandPath()+" --help")
}

// noCommand says that a word is none of the commands below cmd, and what was most likely meant.
func noCommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	slices.Sort(names)
	return fault.Request(fmt.Errorf("%s has no command %q", cmd.CommandPath(), word), commandHint(cmd, word, names))
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
	if word := c.wordFor(cmd, flag); cmd.HasSubCommands() && word != "" {
		return noCommand(cmd, word)
	}
	help := "see " + cmd.CommandPath() + " --help"
	if unknown == nil {
		return fault.Request(err, help)
	}
	return fault.Request(err, cmp.Or(commandOfFlag(cmd, flag), flagHint(cmd, unknown), help))
}

// commandOfFlag says which command to write before a flag; empty for a flag that no command below cmd has.
func commandOfFlag(cmd *cobra.Command, flag string) string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Flags().Lookup(flag) != nil {
			names = append(names, cmd.CommandPath()+" "+sub.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return fmt.Sprintf("write the command before its flags: --%s is one of %s", flag, strings.Join(names, ", "))
}

// flagHint says what to type in place of a flag that a command does not have; empty where nothing is near.
func flagHint(cmd *cobra.Command, unknown *pflag.NotExistError) string {
	name, group := unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()
	if len(group) > 1 && (cmd.Flags().Lookup(group) != nil || answerTo(foreignFlags(), group) != "") {
		name = group // -severity for --severity
	}
	if answer := answerTo(foreignFlags(), name); answer != "" {
		return answer
	}
	if len(name) == 1 {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := fault.Nearest(name, names); near != "" {
		return "did you mean --" + near + "? see " + cmd.CommandPath() + " --help"
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
