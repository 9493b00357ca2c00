package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// usage writes how a command is called: its flags in the groups of the table of inputs, within the width of the terminal.
func (c *command) usage(cmd *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if cmd.Runnable() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(&b, "  %-*s  %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	width := textWidth(c.stdout)
	for _, g := range flagGroups(cmd) {
		fmt.Fprintf(&b, "\n%s:\n", g.title)
		g.flags.VisitAll(func(f *pflag.Flag) { b.WriteString(flagUsage(f, width)) })
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s COMMAND --help says more about a command.\n", cmd.CommandPath())
	}
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}

// setHelp has help be given to commands that exist. Asked about others it says so, as the command itself would.
func (c *command) setHelp(root *cobra.Command) {
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 && (cmd.Args == nil || cmd.Args(cmd, words) != nil) {
			c.wrongHelp = noCommand(cmd, words[0])
			return
		}
		show(cmd, nil)
	})
	root.SetHelpCommand(&cobra.Command{
		Use: "help [COMMAND]...", Short: "Say how a command is used",
		ValidArgsFunction: func(_ *cobra.Command, words []string, _ string) ([]string, cobra.ShellCompDirective) {
			cmd, err := commandAt(root, words)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, words []string) error {
			cmd, err := commandAt(root, words)
			if err != nil {
				return err
			}
			return cmd.Help()
		},
	})
}

// commandAt is the command that words lead to from the root.
func commandAt(root *cobra.Command, words []string) (*cobra.Command, error) {
	cmd := root
	for _, word := range words {
		i := slices.IndexFunc(cmd.Commands(), func(sub *cobra.Command) bool { return sub.Name() == word })
		switch {
		case i >= 0:
			cmd = cmd.Commands()[i]
		case cmd.HasSubCommands():
			return nil, noCommand(cmd, word)
		default:
			return nil, fault.Request(fmt.Errorf("%s has no commands, and %q is none", cmd.CommandPath(), word), "see "+cmd.CommandPath()+" --help")
		}
	}
	return cmd, nil
}

// helpIndent is the margin of the help of a flag, which stands below its name: the help is sentences, for which a second column
// would be too narrow.
const helpIndent = 8

// flagUsage is a flag with its help.
func flagUsage(f *pflag.Flag, width int) string {
	if f.Hidden {
		return ""
	}
	value, help := pflag.UnquoteUsage(f)
	line := "  "
	if f.Shorthand != "" {
		line += "-" + f.Shorthand + ", "
	}
	line += "--" + f.Name
	if value != "" {
		line += " " + value
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
		help += " (default " + f.DefValue + ")"
	}
	return line + "\n" + paragraph(help, helpIndent, width)
}

// paragraph breaks a text into lines of at most width columns, where no word is longer, behind a margin.
func paragraph(text string, indent, width int) string {
	var b strings.Builder
	margin := strings.Repeat(" ", indent)
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && indent+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(margin + line + "\n")
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return b.String() + margin + line + "\n"
}

// flagGroup is a section of a command's flags.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// flagGroups sorts the flags of a command: first those that are of no group of inputs, then those of the groups that the editors of
// CI systems show without being asked, then the rest.
func flagGroups(cmd *cobra.Command) []flagGroup {
	cmd.InitDefaultHelpFlag()
	groups := input.Groups()
	slices.SortStableFunc(groups, func(a, b input.Group) int {
		switch {
		case a.Expanded == b.Expanded:
			return 0
		case a.Expanded:
			return -1
		}
		return 1
	})
	groupOf := map[string]string{}
	for _, in := range input.Table() {
		groupOf[in.Name] = in.Group
	}
	sets := map[string]*pflag.FlagSet{}
	add := func(f *pflag.Flag) {
		group := groupOf[f.Name]
		if sets[group] == nil {
			sets[group] = pflag.NewFlagSet(group, pflag.ContinueOnError)
			sets[group].SortFlags = false
		}
		sets[group].AddFlag(f)
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	var out []flagGroup
	for _, g := range append([]input.Group{{Title: "Flags"}}, groups...) {
		if sets[g.Name] != nil && sets[g.Name].HasAvailableFlags() {
			out = append(out, flagGroup{g.Title, sets[g.Name]})
		}
	}
	return out
}
