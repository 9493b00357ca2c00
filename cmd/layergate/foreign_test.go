package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/fault"
)

// completeRoot is the program with the flags and commands that cobra adds when it starts.
func completeRoot(c *command) *cobra.Command {
	root := c.root()
	root.InitDefaultVersionFlag()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// commandsOf lists a command and all below it.
func commandsOf(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		out = append(out, commandsOf(sub)...)
	}
	return out
}

// find is a command by its words.
func find(t *testing.T, root *cobra.Command, words ...string) *cobra.Command {
	t.Helper()
	cmd, rest, err := root.Find(words)
	if err != nil || len(rest) > 0 {
		t.Fatalf("there is no command %q", words)
	}
	return cmd
}

// hintFor is what a command answers to a flag, by its name or letter, that it does not have; empty where it has it.
func hintFor(c *command, cmd *cobra.Command, flag string) string {
	written := "--" + flag
	if len(flag) == 1 {
		written = "-" + flag
	}
	c.args = append(strings.Fields(cmd.CommandPath())[1:], written)
	var unknown *pflag.NotExistError
	if err := cmd.ParseFlags([]string{written}); !errors.As(err, &unknown) {
		return ""
	} else if hints := fault.Hints(c.wrongFlag(cmd, err)); len(hints) > 0 {
		return hints[0]
	}
	return "no hint"
}

// What Layergate has itself needs no answer, and an answer must not be found twice.
func TestForeignWords(t *testing.T) {
	t.Parallel()
	root := completeRoot(&command{})
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

// The flags that an answer names exist, on one command together.
func TestForeignAnswers(t *testing.T) {
	t.Parallel()
	root := completeRoot(&command{})
	for _, f := range foreignFlags() {
		if hint := withCommands(root, f.answer); strings.HasPrefix(hint, "with ,") {
			t.Errorf("no command has the flags %q of the answer to %s", flagsIn(f.answer), f.names[0])
		}
	}
}

// Every flag that other tools have for images says something to a user who types it out of habit.
func TestFlagsOfOthersAreAnswered(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("testdata", "foreign.txt"))
	if err != nil {
		t.Fatal(err)
	}
	c := &command{}
	root := completeRoot(c)
	scan, gate := find(t, root, scanCommand), find(t, root, gateCommand)
	lines := 0
	for line := range strings.Lines(string(raw)) {
		tool, flags, found := strings.Cut(line, ":")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		for flag := range strings.FieldsSeq(flags) {
			for _, cmd := range []*cobra.Command{scan, gate} {
				if hint := hintFor(c, cmd, flag); strings.HasPrefix(hint, "see ") {
					t.Errorf("%s %s of %s: the hint is %q", cmd.CommandPath(), flag, tool, hint)
				}
			}
		}
	}
	if lines == 0 {
		t.Error("testdata/foreign.txt lists no flags")
	}
}

// A flag of one command that is given to another is answered with the commands that have it, or with what it means to users of other
// tools: never with a flag that looks like it.
func TestFlagsOfOtherCommands(t *testing.T) {
	t.Parallel()
	c := &command{}
	all := commandsOf(completeRoot(c))
	var flags []string
	for _, cmd := range all {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	}
	slices.Sort(flags)
	for _, cmd := range all {
		for _, flag := range slices.Compact(flags) {
			hint := hintFor(c, cmd, flag)
			if strings.Contains(hint, "did you mean") || strings.HasPrefix(hint, "see ") || hint == "no hint" {
				t.Errorf("%s --%s: the hint is %q", cmd.CommandPath(), flag, hint)
			}
		}
	}
}

func TestHintsForFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ command, flag, want string }{
		{"scan", "push", "--push is a flag of layergate gate: Scan an image and push it when it is clean"},
		{"check", "image", "--image is a flag of layergate gate, layergate scan"},
		{"report", "fail-on", "--fail-on is a flag of layergate audit, layergate check, layergate gate, layergate scan"},
		{"scan", "pin", "--pin is a flag of layergate db update: Download the newest database"},
		{"scan", "version", "--version is a flag of layergate without a command"},
		{"gate", "comment", "comment is an input of steps on CI systems, and a command line has no flag for it"},
		{"scan", "tags", "with layergate gate, --push REFERENCE names where a clean image goes"},
		{"db status", "severity", "with layergate check or layergate gate or layergate scan, --fail-on SEVERITY blocks from a severity on; reports list every finding"},
		{"check", "severity", "--fail-on SEVERITY blocks from a severity on; reports list every finding"},
		{"scan", "build-args", "did you mean --build-arg? see layergate scan --help"},
		{"scan", "xylophone", "see layergate scan --help"},
		{"fix", "o", "-o is a flag of layergate audit, layergate check, layergate gate, layergate report, layergate scan"},
		{"scan", "from", "begin the image with docker:, registry:, docker-archive:, oci-archive: or oci-dir:"},
		{"gate", "o", ""},
		{"db mirror", "cache-dir", "--cache-dir is a flag of layergate audit, layergate cache, layergate db import, layergate db pin, layergate db status, layergate db update, layergate gate, layergate scan, layergate verify"},
		{"cache status", "push", "--push is a flag of layergate gate: Scan an image and push it when it is clean"},
	} {
		t.Run(tt.command+" "+tt.flag, func(t *testing.T) {
			t.Parallel()
			c := &command{}
			cmd := find(t, completeRoot(c), strings.Fields(tt.command)...)
			if got := hintFor(c, cmd, tt.flag); got != tt.want {
				t.Errorf("the hint is %q, want %q", got, tt.want)
			}
		})
	}
}
