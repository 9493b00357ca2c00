package ci

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/strictjson"
)

// maxEvent is how many bytes the description of an event may have; GitHub makes none of more than 25 MB.
const maxEvent = 32 << 20

// errDescribesNone says that an event lacks what it is called after.
var errDescribesNone = errors.New("it describes none")

// event is the description of an event of GitHub, as far as it tells whose commit a workflow may check out (GitHub, "Webhook events and payloads").
type event struct {
	Repository struct {
		eventRepository
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	PullRequest *pullRequest `json:"pull_request"`
	MergeGroup  *struct {
		BaseRef string `json:"base_ref"`
		BaseSHA string `json:"base_sha"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Issue *struct {
		PullRequest *struct{} `json:"pull_request"`
	} `json:"issue"`
	ClientPayload struct {
		PullRequest any `json:"pull_request"`
	} `json:"client_payload"`
	CheckSuite *checkSuite `json:"check_suite"`
	CheckRun   *struct {
		PullRequests []struct{}  `json:"pull_requests"`
		CheckSuite   *checkSuite `json:"check_suite"`
	} `json:"check_run"`
	SHA      string `json:"sha"` // of a status
	Branches []struct {
		Name string `json:"name"`
	} `json:"branches"` // of the project that have the commit of the status
	Deployment  *eventCommit `json:"deployment"`
	WorkflowRun *workflowRun `json:"workflow_run"`
}

// eventRepository is a repository as an event names it.
type eventRepository struct {
	ID       int64  `json:"id"`
	FullName string `json:"full_name"`
}

// eventCommit is a commit, and what it is called.
type eventCommit struct {
	Ref string `json:"ref"`
	SHA string `json:"sha"`
}

// pullRequest is the part of an event that describes a pull request.
type pullRequest struct {
	Number int64       `json:"number"`
	Base   eventCommit `json:"base"`
	Head   struct {
		eventCommit
		Repo eventRepository `json:"repo"` // empty once a fork is deleted
	} `json:"head"`
}

// checkSuite is what was checked. Of a commit that no branch of the project has, such as one of a fork, no branch and no pull request is told.
type checkSuite struct {
	HeadBranch   string     `json:"head_branch"`
	HeadSHA      string     `json:"head_sha"`
	PullRequests []struct{} `json:"pull_requests"`
}

// workflowRun is a run of a workflow that ended, or was asked for.
type workflowRun struct {
	Event          string           `json:"event"`
	HeadBranch     string           `json:"head_branch"`
	HeadSHA        string           `json:"head_sha"`
	HeadRepository *eventRepository `json:"head_repository"`
	PullRequests   []struct {
		Base struct {
			eventCommit
			Repo eventRepository `json:"repo"`
		} `json:"base"`
	} `json:"pull_requests"`
}

// readEvent reads the description of an event.
func readEvent(path string) (*event, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e := &event{}
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(e); err != nil {
		return nil, fmt.Errorf("%s: %w", path, strictjson.Plain(err))
	}
	return e, nil
}

// ofPullRequests are the events of GitHub that describe a pull request, or the group that a merge queue tries.
func ofPullRequests() []string {
	return []string{"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}
}

// changeOf finds the change in the description of an event whose workflow may check one out, by the name of the event. Those that are about a
// pull request describe it. The others only follow something, on whichever commit that was, and their workflow itself is from the default
// branch, whose policy decides unless the commit is known to be of another branch of the project. In all other events the reference tells.
func changeOf(name string) func(g *github, e *event) (*Change, error) {
	switch name {
	case "merge_group":
		return (*github).grouped
	case "workflow_run":
		return (*github).ran
	case "issue_comment":
		return (*github).commented
	case "repository_dispatch":
		return (*github).dispatched
	case "check_suite", "check_run":
		return (*github).checked
	case "status":
		return (*github).rated
	case "deployment", "deployment_status":
		return (*github).deployed
	}
	if slices.Contains(ofPullRequests(), name) {
		return (*github).requested
	}
	return nil
}

// Change is the pull request or the group of a merge queue that the run is about, or that its workflow may check out because the event follows
// one.
func (g *github) Change() (*Change, error) {
	name := g.env.Getenv("GITHUB_EVENT_NAME")
	find := changeOf(name)
	if find == nil {
		return changeOn(g.env.Getenv("GITHUB_REF"), g.env.Getenv("GITHUB_SHA"), g.repository()), nil
	}
	path := g.env.Getenv("GITHUB_EVENT_PATH")
	e, err := readEvent(path)
	if err != nil {
		return nil, unreadableEvent(err)
	}
	c, err := find(g, e)
	if err != nil {
		return nil, unreadableEvent(fmt.Errorf("%s is no description of the event %s: %w", path, name, err))
	}
	if c != nil {
		c.Repository = g.repository()
	}
	return c, nil
}

// repository is the address of the one that the run is of.
func (g *github) repository() string { return g.address(g.env.Getenv("GITHUB_REPOSITORY")) }

// address is where people find a repository of the system by its name OWNER/NAME; empty for one without a name.
func (g *github) address(name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimSuffix(g.env.Getenv("GITHUB_SERVER_URL"), "/") + "/" + name
}

func unreadableEvent(err error) error {
	return fault.WithHint(fmt.Errorf("reading which pull request is judged: %w", err), "let no step change the variables and files of the runner, whose names begin with GITHUB_")
}

// requested is the pull request itself. The workflow of pull_request_target runs on the target branch's own commit.
func (g *github) requested(e *event) (*Change, error) {
	if e.PullRequest == nil {
		return nil, errDescribesNone
	}
	base, head, sha := e.PullRequest.Base, e.PullRequest.Head, g.env.Getenv("GITHUB_SHA")
	c := &Change{Target: base.Ref, Base: base.SHA, Merge: sha, Head: head.SHA, Source: g.address(head.Repo.FullName)}
	if g.env.Getenv("GITHUB_EVENT_NAME") == "pull_request_target" {
		c.Base, c.Merge = cmp.Or(sha, base.SHA), ""
	}
	return c, nil
}

// grouped is the group of a merge queue. The event names the commit that it is on top of.
func (g *github) grouped(e *event) (*Change, error) {
	m := e.MergeGroup
	if m == nil {
		return nil, errDescribesNone
	}
	return &Change{Target: strings.TrimPrefix(m.BaseRef, "refs/heads/"), Base: m.BaseSHA, Head: m.HeadSHA, Source: g.repository()}, nil
}

// untold is a change whose target nothing tells: that of the default branch counts, whose last commit the workflow itself is from.
func (g *github) untold(e *event, head string) *Change {
	return &Change{Target: cmp.Or(strings.TrimPrefix(g.env.Getenv("GITHUB_REF"), "refs/heads/"), e.Repository.DefaultBranch), Base: g.env.Getenv("GITHUB_SHA"), Head: head}
}

// pulled is how the reference of a pull request is written where branches are.
var pulled = regex.New(`^(?:refs/)?pull/[0-9]+/`)

// onBranch is the change that a commit of a branch is, by its name in an event: nil for a branch of the project. Without a name, the commit may
// be of a fork.
func (g *github) onBranch(e *event, branch, commit string) *Change {
	if branch == "" || pulled.MatchString(branch) {
		return g.untold(e, commit)
	}
	return changeOn("refs/heads/"+branch, commit, g.repository())
}

// ran is the change that another workflow ran on. GitHub does not name the target of a pull request from a fork.
func (g *github) ran(e *event) (*Change, error) {
	run := e.WorkflowRun
	if run == nil || run.Event == "" {
		return nil, errDescribesNone
	}
	untold := g.untold(e, run.HeadSHA)
	if run.HeadRepository != nil {
		untold.Source = g.address(run.HeadRepository.FullName)
	}
	switch {
	case slices.Contains(ofPullRequests(), run.Event):
	case run.HeadRepository == nil || *run.HeadRepository != e.Repository.eventRepository:
		return untold, nil
	default:
		return g.onBranch(e, run.HeadBranch, run.HeadSHA), nil
	}
	var c *Change
	for _, p := range run.PullRequests {
		switch of := p.Base; {
		case of.Repo.ID != e.Repository.ID: // a fork's own, from the same commit
		case c == nil:
			c = &Change{Target: of.Ref, Base: of.SHA, Head: run.HeadSHA, Source: untold.Source}
		case c.Target != of.Ref: // nothing says which of them it is
			return untold, nil
		}
	}
	return cmp.Or(c, untold), nil
}

// commented is a pull request that somebody commented on; nil for a comment on an issue. GitHub describes it as an issue, without its branches.
func (g *github) commented(e *event) (*Change, error) {
	switch {
	case e.Issue == nil:
		return nil, errDescribesNone
	case e.Issue.PullRequest == nil:
		return nil, nil
	}
	return g.untold(e, ""), nil
}

// dispatched is a pull request that a dispatch hands on, as those for commands in comments do.
func (g *github) dispatched(e *event) (*Change, error) {
	if e.ClientPayload.PullRequest == nil {
		return nil, nil
	}
	return g.untold(e, ""), nil
}

// checked is what other tools checked.
func (g *github) checked(e *event) (*Change, error) {
	suite, requests := e.CheckSuite, 0
	if e.CheckRun != nil {
		suite, requests = e.CheckRun.CheckSuite, len(e.CheckRun.PullRequests)
	}
	switch {
	case suite == nil:
		return nil, errDescribesNone
	case requests+len(suite.PullRequests) > 0:
		return g.untold(e, suite.HeadSHA), nil
	}
	return g.onBranch(e, suite.HeadBranch, suite.HeadSHA), nil
}

// rated is the commit that another tool gave a status. One that a branch of the project has is no change, unless only the group of a merge queue has it.
func (g *github) rated(e *event) (*Change, error) {
	if e.SHA == "" {
		return nil, errDescribesNone
	}
	c := g.untold(e, e.SHA)
	for _, b := range e.Branches {
		if c = g.onBranch(e, b.Name, e.SHA); c == nil {
			break
		}
	}
	return c, nil
}

// deployed is what somebody deploys, on whose own commit the workflow runs. Where that is called by its hash, as by systems that
// deploy each pull request, nothing tells of which branch it is: the default branch's policy counts, whose commit is not known.
func (g *github) deployed(e *event) (*Change, error) {
	d := e.Deployment
	switch {
	case d == nil:
		return nil, errDescribesNone
	case pulled.MatchString(d.Ref), strings.HasPrefix(d.SHA, d.Ref):
		return &Change{Target: e.Repository.DefaultBranch, Head: d.SHA}, nil
	}
	return changeOn(cmp.Or(g.env.Getenv("GITHUB_REF"), "refs/heads/"+d.Ref), d.SHA, g.repository()), nil
}
