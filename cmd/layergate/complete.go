package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// addCompletion adds the command that prints scripts for shells, which takes no words that are no shell, and has shells complete the
// values of all flags.
func (c *command) addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Args, cmd.RunE = c.noArguments, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		for _, shell := range cmd.Commands() {
			shell.Args = c.noArguments
		}
	}
	completeFlags(root, completers())
}

// completeFlags has a shell complete the values of the flags of a command and of those below it.
func completeFlags(cmd *cobra.Command, by map[string]cobra.CompletionFunc) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		complete, found := by[cmd.Name()+" "+f.Name]
		if !found {
			complete, found = by[f.Name]
		}
		if found {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails for a flag that does not exist, or has one already
		}
	})
	for _, sub := range cmd.Commands() {
		completeFlags(sub, by)
	}
}

// completers complete the values of flags by their names, behind the name of a command where they have another meaning there. The words
// are from the tables that the values are checked against. Flags that are not listed take files.
func completers() map[string]cobra.CompletionFunc {
	nothing := cobra.NoFileCompletions
	directories := func(words ...string) cobra.CompletionFunc { return wordsOr(cobra.ShellCompDirectiveFilterDirs, words) }
	files := func(words ...string) cobra.CompletionFunc { return wordsOr(cobra.ShellCompDirectiveDefault, words) }
	out := map[string]cobra.CompletionFunc{
		"add layer": fixed("base", "own"), "add until": fixed("fixed"), "add status": fixed(string(policy.StatusNotAffected)),
		"add justification": fixed(policy.Justifications()...), "add image": nothing, "author": nothing,
		"report output": completeOutput, "build output": directories(), "export output": files(), "output": completeOutput, "format": fixed(formatWords(anyFormat)...),
	}
	for _, name := range []string{"reason", "owner", "expires", "package", "versions", "path"} {
		out["add "+name] = nothing
	}
	for _, in := range input.Table() {
		switch in.Kind {
		case input.Choice:
			out[in.Name] = fixed(in.Choices...)
		case input.Bool:
			out[in.Name] = fixed("true", "false")
		default:
			out[in.Name] = nothing
		}
	}
	for _, name := range []string{"dockerfile", releaseSet, "vex", "manifests", "cleared", "key", "db", "advisories", "ca-file", "db-ca-file", "docker-config"} {
		out[name] = files()
	}
	for _, name := range []string{"context", "docker-cert-path", "temp-dir"} {
		out[name] = directories()
	}
	for _, name := range []string{"image", "base-image", "baseline"} {
		out[name] = completeImage
	}
	out["policy"], out["verdict-policy"] = files(noPolicy), files(noPolicy)
	out["output-dir"], out["cache-dir"] = directories(noDirectory), directories(noCache)
	out["proxy"], out["db-pin"] = fixed(noProxy), fixed(noPin)
	out["base-candidates"] = list("auto")
	out["formats"] = list(formatWords(onDemand)...)
	out["set"] = list(workload.Sets()...)
	out["platform"] = list(commonPlatforms()...)
	return out
}

// commonPlatforms are those that images are mostly built for; others are taken, too.
func commonPlatforms() []string {
	return []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x"}
}

func anyFormat(report.Format) bool { return true }

// onDemand tells whether a report is written only where it is asked for.
func onDemand(f report.Format) bool { return f.File != "" && !f.Always }

// formatWords are the formats of some kind, each with its description behind a tab.
func formatWords(some func(report.Format) bool) []string {
	var out []string
	for _, f := range report.Formats() {
		if some(f) {
			out = append(out, cobra.CompletionWithDesc(f.Name, f.Description))
		}
	}
	return out
}

// fixed completes one of some words.
func fixed(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// wordsOr completes words that are begun, and what a shell does by itself where none is.
func wordsOr(otherwise cobra.ShellCompDirective, words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		if found := beginning(words, begun); begun != "" && len(found) > 0 {
			return found, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, otherwise
	}
}

// list completes the last of several words between commas, by one that is not yet among them.
func list(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		before := begun[:strings.LastIndexByte(begun, ',')+1]
		given := strings.Split(before, ",")
		var out []string
		for _, word := range words {
			if name, _, _ := strings.Cut(word, "\t"); !slices.Contains(given, name) {
				out = append(out, before+word)
			}
		}
		return beginning(out, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeOutput completes FORMAT, and behind FORMAT= a file.
func completeOutput(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return beginning(formatWords(anyFormat), begun), cobra.ShellCompDirectiveNoFileComp
}

// completeSource completes the image behind a command, of which there is one.
func completeSource(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeImage(cmd, args, begun)
}

// completeImage completes what a source may begin with, or a path.
func completeImage(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	if out := beginning(image.Schemes(), begun); begun != "" && len(out) > 0 {
		return out, cobra.ShellCompDirectiveNoSpace
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// completeFiles completes one file with a suffix.
func completeFiles(suffix string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return []string{suffix}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// beginning are the words that begin as a user did.
func beginning(words []string, begun string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !strings.HasPrefix(word, begun) })
}
