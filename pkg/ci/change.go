package ci

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Change is the pull request that a run judges. Commits are hashes; one that the system does not tell is empty.
type Change struct {
	Target string // the branch that it is to be merged into, for messages
	Base   string // the commit of that branch that the system names
	Merge  string // the commit that the system made of that branch and Head, which the checkout has
	Head   string // the last commit of the change itself
}

// Change is nil: nobody reviews what a person runs.
func (t *terminal) Change() (*Change, error) { return nil, nil }

// maxEvent is how many bytes the description of an event may have; GitHub makes none of more than 25 MB.
const maxEvent = 32 << 20

// Change is the pull request of the events about one, or the group that a merge queue tries. The workflow of
// pull_request_target runs on the target branch's own commit.
func (g *github) Change() (*Change, error) {
	name := g.env.Getenv("GITHUB_EVENT_NAME")
	if !slices.Contains([]string{"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}, name) {
		return nil, nil
	}
	event, err := readEvent(g.env.Getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return nil, fault.WithHint(fmt.Errorf("reading which pull request is judged: %w", err), "let no step change the variables and files of the runner, whose names begin with GITHUB_")
	}
	c := &Change{Target: event.Base.Ref, Base: event.Base.SHA, Head: event.Head.SHA}
	switch sha := g.env.Getenv("GITHUB_SHA"); {
	case name == "merge_group": // the event names the commit that the group is on top of
	case name != "pull_request_target":
		c.Merge = sha
	case sha != "":
		c.Base = sha
	}
	return c, nil
}

// pullRequest is the part of an event that describes a pull request.
type pullRequest struct {
	Number     int64
	Base, Head struct{ Ref, SHA string }
}

func readEvent(path string) (*pullRequest, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var event struct {
		PullRequest *pullRequest `json:"pull_request"`
		MergeGroup  *struct {
			BaseRef string `json:"base_ref"`
			BaseSHA string `json:"base_sha"`
			HeadSHA string `json:"head_sha"`
		} `json:"merge_group"`
	}
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(&event); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if g := event.MergeGroup; g != nil {
		p := &pullRequest{}
		p.Base.Ref, p.Base.SHA, p.Head.SHA = strings.TrimPrefix(g.BaseRef, "refs/heads/"), g.BaseSHA, g.HeadSHA
		return p, nil
	}
	if event.PullRequest == nil {
		return nil, fmt.Errorf("%s describes none", path)
	}
	return event.PullRequest, nil
}

// Change is the pull request of a build for one. Azure Pipelines names no commit of the target branch, only the merge.
func (z *azure) Change() (*Change, error) {
	if !strings.EqualFold(z.env.Getenv("BUILD_REASON"), "PullRequest") {
		return nil, nil
	}
	return &Change{
		Target: strings.TrimPrefix(z.env.Getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"), "refs/heads/"),
		Merge:  z.env.Getenv("BUILD_SOURCEVERSION"),
		Head:   z.env.Getenv("SYSTEM_PULLREQUEST_SOURCECOMMITID"),
	}, nil
}
