package main

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"

	"github.com/layergate/layergate/pkg/fault"
)

const (
	actionFile  = "action.yml"
	actionImage = "ghcr.io/layergate/layergate"
)

// commit makes the release commit on releases/vMAJOR, and the version's tag on it. The commit has the sources, and
// nothing else but an action.yml that names the released image. The API makes it, so that GitHub signs it.
//
// What an earlier run has done is found and kept, where it is exactly that; anything else ends the run.
func (c *command) commit(ctx context.Context, args []string) error {
	v, g, err := c.versionOn(args[0])
	if err != nil {
		return err
	}
	sources, err := c.sources()
	if err != nil {
		return err
	}
	action, err := c.pinnedAction(args[1])
	if err != nil {
		return err
	}
	r := &releaseCommit{github: g, version: v, sources: sources, action: action}
	sha, err := r.make(ctx)
	if err != nil {
		return fmt.Errorf("releasing %s: %w", v, err)
	}
	_, err = fmt.Fprintln(c.stdout, sha)
	return err
}

// releaseCommit is the commit of one release.
type releaseCommit struct {
	github  *github
	version version
	sources string // the commit of main that was built
	action  []byte // action.yml of the release
}

func (r *releaseCommit) make(ctx context.Context) (string, error) {
	tag := "tags/" + r.version.tag()
	tagged, err := r.github.ref(ctx, tag)
	if err != nil {
		return "", err
	}
	if tagged != "" {
		if err := r.check(ctx, tagged); err != nil {
			return "", fault.WithHint(fmt.Errorf("%s exists: %w", r.version.tag(), err), "a version is released once, from one commit; release the next one")
		}
		return tagged, nil
	}
	sha, err := r.onBranch(ctx)
	if err != nil {
		return "", err
	}
	if err := r.check(ctx, sha); err != nil {
		return "", err
	}
	return sha, r.github.createRef(ctx, tag, sha)
}

// onBranch returns the head of the branch, once that is the release commit.
func (r *releaseCommit) onBranch(ctx context.Context) (string, error) {
	branch := r.version.branch()
	head, err := r.github.ref(ctx, "heads/"+branch)
	if err != nil {
		return "", err
	}
	switch {
	case head == "":
		head, err = r.sources, r.github.createRef(ctx, "heads/"+branch, r.sources)
	case r.check(ctx, head) == nil:
		return head, nil // an earlier run ended before it set the tag
	default:
		head, err = r.merged(ctx, branch, head)
	}
	if err != nil {
		return "", err
	}
	return r.github.commit(ctx, change{
		branch: branch, head: head, path: actionFile, content: r.action,
		message: fmt.Sprintf("Release %s: run the image that was built of %s", r.version, r.sources),
	})
}

// merged brings the sources into the branch and returns its head.
func (r *releaseCommit) merged(ctx context.Context, branch, head string) (string, error) {
	merged, err := r.github.merge(ctx, branch, r.sources, fmt.Sprintf("Merge %s for %s", r.sources, r.version))
	if answered(err, http.StatusConflict) {
		return "", fault.WithHint(fmt.Errorf("merging %s into %s: %w", r.sources, branch, err), "merge it by hand, in a pull request to "+branch+", and run this job again")
	}
	if merged == "" {
		return head, err
	}
	return merged, err
}

// check makes sure that a commit is this release's, and signed.
func (r *releaseCommit) check(ctx context.Context, commit string) error {
	content, err := r.github.follows(ctx, r.sources, commit)
	if err != nil {
		return err
	}
	if content != blobName(r.action) {
		return fmt.Errorf("%s of the commit %s does not name the image of this release", actionFile, commit)
	}
	signed, err := r.github.signed(ctx, commit)
	if err == nil && !signed {
		err = fmt.Errorf("the commit %s has no signature that GitHub verifies", commit)
	}
	return err
}

// follows makes sure that a commit has everything that the sources have, and differs from them in action.yml alone. It
// returns the name of that file's content.
func (g *github) follows(ctx context.Context, sources, commit string) (string, error) {
	over, err := g.compare(ctx, sources, commit)
	if err != nil {
		return "", err
	}
	if over.BehindBy > 0 || over.AheadBy == 0 {
		return "", fmt.Errorf("the commit %s does not follow the sources, %s", commit, sources)
	}
	if len(over.Files) != 1 || over.Files[0].Filename != actionFile {
		return "", fmt.Errorf("the commit %s changes more of the sources %s than %s", commit, sources, actionFile)
	}
	return over.Files[0].SHA, nil
}

var (
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	builtImage = []byte("\n  image: Dockerfile\n")
)

// pinnedAction is action.yml of the release: its action is the released image instead of being built on the runner.
func (c *command) pinnedAction(digest string) ([]byte, error) {
	if !digestForm.MatchString(digest) {
		return nil, fmt.Errorf("%q is not a digest of the form sha256:…", digest)
	}
	action, err := os.ReadFile(filepath.Join(c.root, actionFile))
	if err != nil {
		return nil, err
	}
	if bytes.Count(action, builtImage) != 1 {
		return nil, fmt.Errorf("%s does not say once that the Dockerfile is built", actionFile)
	}
	return bytes.Replace(action, builtImage, []byte("\n  image: docker://"+actionImage+"@"+digest+"\n"), 1), nil
}

// blobName is git's name of a file's content.
func blobName(content []byte) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	return hex.EncodeToString(sum[:])
}
