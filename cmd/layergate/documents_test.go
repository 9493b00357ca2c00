package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/ci"
)

var (
	// documented is a command in a block of code: indented, or between fences.
	documented = regexp.MustCompile(`(?m)^(?: {4}|)layergate ((?:.*\\\n)*.*)$`)
	inSentence = regexp.MustCompile("`layergate ([^`]+)`")
	word       = regexp.MustCompile(`'[^']*'|[^\s']+`)
)

// TestDocumentedCommands holds that every command line of the documents is one: that the commands, flags and numbers of
// arguments in it are those that there are.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, page := range append(pages, filepath.Join("..", "..", "README.md")) {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		for _, m := range documented.FindAllStringSubmatch(text, -1) {
			lines++
			if err := checkCommandLine(m[1], true); err != nil {
				t.Errorf("%s shows layergate %s: %v", filepath.Base(page), m[1], err)
			}
		}
		for _, m := range inSentence.FindAllStringSubmatch(text, -1) {
			if err := checkCommandLine(m[1], false); err != nil {
				t.Errorf("%s speaks of layergate %s: %v", filepath.Base(page), m[1], err)
			}
		}
	}
	if lines < 15 {
		t.Errorf("%d command lines were found, want those of the documents", lines)
	}
}

// TestMirrorExamples holds that the nightly mirrors of the database call the program with what it has.
func TestMirrorExamples(t *testing.T) {
	t.Parallel()
	call := regexp.MustCompile(`(?m)^ +(db mirror .*)$`)
	for _, system := range []string{"github", "azure"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "examples", system, "database-mirror.yml"))
		if err != nil {
			t.Fatal(err)
		}
		m := call.FindSubmatch(raw)
		if m == nil {
			t.Fatalf("the example of %s mirrors nothing", system)
		}
		if err := checkCommandLine(string(m[1]), true); err != nil {
			t.Errorf("the example of %s calls layergate %s: %v", system, m[1], err)
		}
	}
}

func TestCheckCommandLine(t *testing.T) {
	t.Parallel()
	for line, ok := range map[string]bool{
		"scan --image app.tar   # a comment":                              true,
		"exception add CVE-1 --reason 'a reason of words' \\\n --owner x": true,
		"scan --imag app.tar":                                             false,
		"skan --image app.tar":                                            false,
		"exception add CVE-1 two":                                         false,
	} {
		if err := checkCommandLine(line, true); (err == nil) != ok {
			t.Errorf("checkCommandLine(%q) = %v, want one that is right: %t", line, err, ok)
		}
	}
}

// checkCommandLine reads a line as the program would, and runs nothing. One that is not whole may lack arguments.
func checkCommandLine(line string, whole bool) error {
	line, _, _ = strings.Cut(strings.ReplaceAll(line, "\\\n", " "), " # ")
	line, _, _ = strings.Cut(line, " >")
	line, _, _ = strings.Cut(line, " | ")
	var args []string
	for _, w := range word.FindAllString(line, -1) {
		args = append(args, strings.Trim(w, "'"))
	}
	env := ci.NewEnvironment(nil)
	c := command{env: env, stdout: io.Discard, stderr: io.Discard}
	c.platform, c.identity = ci.Detect(ci.Env{Getenv: env.Getenv, Named: env.Named, Stdout: io.Discard, Stderr: io.Discard})
	root := c.root()
	root.InitDefaultCompletionCmd(args...)
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); errors.Is(err, pflag.ErrHelp) {
		return nil
	} else if err != nil || !whole {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
