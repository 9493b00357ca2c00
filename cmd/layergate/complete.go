package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/report"
)

// completeWords has a shell complete the words that the flags of a command take: the choices of inputs, and formats.
func completeWords(cmd *cobra.Command) {
	words := map[string][]string{}
	for _, f := range report.Formats() {
		words["output"] = append(words["output"], f.Name)
	}
	for _, in := range input.Table() {
		if in.Kind == input.Choice {
			words[in.Name] = in.Choices
		}
	}
	for name, choices := range words {
		if cmd.Flags().Lookup(name) == nil {
			continue
		}
		// It fails for a flag that does not exist, or has words already.
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp))
	}
}

// completeSource has a shell complete the image behind a command: what a source may begin with, or a path.
func completeSource(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, scheme := range image.Schemes() {
		if begun != "" && strings.HasPrefix(scheme, begun) {
			out = append(out, scheme)
		}
	}
	if len(out) > 0 {
		return out, cobra.ShellCompDirectiveNoSpace
	}
	return nil, cobra.ShellCompDirectiveDefault
}
