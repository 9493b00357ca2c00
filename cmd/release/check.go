package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/layergate/layergate/pkg/fault"
)

const mainBranch = "main"

// check refuses a version that may not be released from this commit: the workflow runs for main, main has the commit, the
// changelog names the version, and the version is not that of other sources already.
func (c *command) check(ctx context.Context, args []string) error {
	v, g, err := c.versionOn(args[0])
	if err != nil {
		return err
	}
	sources, err := c.sources()
	if err != nil {
		return err
	}
	if ref := c.getenv("GITHUB_REF"); ref != "refs/heads/"+mainBranch {
		return fault.WithHint(fmt.Errorf("the workflow runs for %q, and releases are made of %s", ref, mainBranch), "start it on "+mainBranch)
	}
	over, err := g.compare(ctx, mainBranch, sources)
	if err != nil {
		return err
	}
	if over.AheadBy > 0 {
		return fault.WithHint(fmt.Errorf("%s does not have the commit %s", mainBranch, sources), "start the workflow anew, on what "+mainBranch+" has now")
	}
	if err := c.checkChangelog(v); err != nil {
		return err
	}
	tagged, err := g.ref(ctx, "tags/"+v.tag())
	if err != nil || tagged == "" {
		return err
	}
	if _, err := g.follows(ctx, sources, tagged); err != nil {
		return fault.WithHint(fmt.Errorf("%s is another commit's: %w", v.tag(), err), "a version is released once; release the next one")
	}
	return nil
}

var commitForm = regexp.MustCompile(`^[0-9a-f]{40}$`)

// sources is the commit that is released.
func (c *command) sources() (string, error) {
	sha := c.getenv("GITHUB_SHA")
	if !commitForm.MatchString(sha) {
		return "", fmt.Errorf("GITHUB_SHA is %q, want a commit", sha)
	}
	return sha, nil
}

func (c *command) checkChangelog(v version) error {
	changelog, err := os.ReadFile(filepath.Join(c.root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`(?m)^## \[` + regexp.QuoteMeta(v.String()) + `\] - \d{4}-\d{2}-\d{2}$`).Match(changelog) {
		return fault.WithHint(fmt.Errorf("the changelog has no section of %s with a date", v), "give its section Unreleased the version and the date, in a commit to "+mainBranch)
	}
	return nil
}
