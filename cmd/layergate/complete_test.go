package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/input"
)

// What completes the values of flags is for flags that exist.
func TestCompletersHaveFlags(t *testing.T) {
	t.Parallel()
	flags := map[string]bool{}
	for _, cmd := range commandsOf(completeRoot(&command{})) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { flags[f.Name], flags[cmd.Name()+" "+f.Name] = true, true })
	}
	for _, in := range input.Table() {
		flags[in.Name] = true // some are of CI systems only
	}
	for _, name := range slices.Sorted(maps.Keys(completers())) {
		if !flags[name] {
			t.Errorf("no command has the flag %q", name)
		}
	}
}

// The words that the help of an input names, beside what else it takes, are completed.
func TestCompletersKnowWords(t *testing.T) {
	t.Parallel()
	by := completers()
	for _, in := range input.Table() {
		if !in.On(input.CommandLine) {
			continue
		}
		for word, sign := range map[string]string{"off": "; off ", "auto": " or auto "} {
			got, _ := by[in.Name](&cobra.Command{}, nil, word[:1])
			if strings.Contains(in.Help, sign) && !slices.Contains(got, word) {
				t.Errorf("--%s takes %s, and %s is completed as %q", in.Name, word, word[:1], got)
			}
		}
	}
}
