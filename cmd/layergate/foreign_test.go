package main

import (
	"testing"

	"github.com/spf13/pflag"
)

// What Layergate has itself needs no answer, and an answer must not be found twice.
func TestForeignWords(t *testing.T) {
	t.Parallel()
	root := (&command{}).root()
	root.InitDefaultVersionFlag()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	flags, commands := map[string]bool{}, map[string]bool{}
	note := func(f *pflag.Flag) { flags[f.Name], flags[f.Shorthand] = true, true }
	root.Flags().VisitAll(note)
	root.PersistentFlags().VisitAll(note)
	for _, cmd := range root.Commands() {
		commands[cmd.Name()] = true
		if cmd.Name() == gateCommand || cmd.Name() == scanCommand {
			cmd.Flags().VisitAll(note)
		}
	}
	for _, list := range []struct {
		what   string
		words  []foreign
		exists map[string]bool
	}{{"flag", foreignFlags(), flags}, {"command", foreignCommands(), commands}} {
		seen := map[string]bool{}
		for _, f := range list.words {
			for _, name := range f.names {
				if list.exists[name] {
					t.Errorf("the %s %s is one of Layergate's own", list.what, name)
				}
				if seen[name] || f.answer == "" {
					t.Errorf("the %s %s is answered twice, or not at all", list.what, name)
				}
				seen[name] = true
			}
		}
	}
}
