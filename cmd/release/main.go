// Command release does the steps of release.yml that are more than a line of shell: what it asks of GitHub, of the
// registry and of the packed extension. Each step can be repeated: it finds what an earlier run has done, and refuses
// what does not fit.
//
// It reads GITHUB_REPOSITORY, GITHUB_REF, GITHUB_SHA, GITHUB_API_URL and GITHUB_GRAPHQL_URL, as GitHub sets them, the
// token GH_TOKEN, and for the registry LAYERGATE_REGISTRY_USERNAME and LAYERGATE_REGISTRY_PASSWORD. The working directory is the
// repository's root.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// command is one call, with what it is given of the process.
type command struct {
	getenv func(string) string
	stdout io.Writer
	http   *http.Client
	root   string // of the repository
}

// step is one of the things that the command can do.
type step struct {
	name, arguments, help string
	run                   func(ctx context.Context, args []string) error
}

func (c *command) steps() []step {
	return []step{
		{"check", "VERSION", "refuses a version that may not be released from this commit", c.check},
		{"registry", "IMAGE LAYOUT", "refuses a tag of the registry that has another digest than the image of the OCI layout", c.checkRegistry},
		{"extension", "VSIX DIRECTORY", "refuses a package that holds anything but the files of the directory", c.checkExtension},
		{"commit", "VERSION DIGEST", "makes the release commit and its tag, and prints the commit", c.commit},
		{"major", "VERSION", "moves vMAJOR to the version where it is published and the highest", c.moveMajor},
		{"pin", "VERSION COMMIT", "writes the released commit into the documents and the examples of this checkout", c.pin},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := &command{getenv: os.Getenv, stdout: os.Stdout, http: &http.Client{Timeout: time.Minute}, root: "."}
	if err := c.run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		for _, hint := range fault.Hints(err) {
			fmt.Fprintln(os.Stderr, "hint:", hint)
		}
		os.Exit(1)
	}
}

func (c *command) run(ctx context.Context, args []string) error {
	var usage strings.Builder
	for _, s := range c.steps() {
		if len(args) > 0 && args[0] == s.name && len(args)-1 == len(strings.Fields(s.arguments)) {
			return s.run(ctx, args[1:])
		}
		fmt.Fprintf(&usage, "\n  release %-9s %-14s %s", s.name, s.arguments, s.help)
	}
	return fmt.Errorf("the arguments %q are none of:%s", args, usage.String())
}
