package ci

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
)

// Change is the pull request that a run judges. Commits are hashes; one that the system does not tell is empty.
type Change struct {
	Target string // the branch that it is to be merged into, for messages; empty, as Base and Merge are, where the run does not say it
	Base   string // the commit of that branch that the system names
	Merge  string // the commit that the system made of that branch and Head, which the checkout has
	Head   string // the last commit of the change itself

	Repository string // the address of the one that the run is of
	Source     string // the address of the one that Head is of, such as a fork; empty where the run does not say it
}

// Change is nil: nobody reviews what a person runs.
func (t *terminal) Change() (*Change, error) { return nil, nil }

// maxEvent is how many bytes the description of an event may have; GitHub makes none of more than 25 MB.
const maxEvent = 32 << 20

// ofPullRequests are the events of GitHub that describe a pull request, or the group that a merge queue tries.
func ofPullRequests() []string {
	return []string{"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}
}

// mayFollow are the events of GitHub that may follow a pull request, and then say so.
func mayFollow() []string {
	return []string{"workflow_run", "issue_comment", "repository_dispatch", "check_suite", "check_run"}
}

// Change is the pull request of the events about one, or the group that a merge queue tries. The workflow of
// pull_request_target runs on the target branch's own commit. Events that only follow a pull request, such as the end of another workflow's
// run, let a workflow check it out as well.
func (g *github) Change() (*Change, error) {
	c, err := g.change()
	if c != nil {
		c.Repository = g.address(g.env.Getenv("GITHUB_REPOSITORY"))
	}
	return c, err
}

// address is where people find a repository of the system by its name OWNER/NAME; empty for one without a name.
func (g *github) address(name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimSuffix(g.env.Getenv("GITHUB_SERVER_URL"), "/") + "/" + name
}

// change is the pull request, without the repository that the run is of.
func (g *github) change() (*Change, error) {
	name := g.env.Getenv("GITHUB_EVENT_NAME")
	switch {
	case slices.Contains(mayFollow(), name):
		c, err := g.followed(name)
		if err != nil {
			return nil, unreadableEvent(err)
		}
		return c, nil
	case !slices.Contains(ofPullRequests(), name):
		switch ref := g.env.Getenv("GITHUB_REF"); {
		case strings.HasPrefix(ref, queueRefs):
			c := &Change{}
			if of := queued.FindStringSubmatch(ref); of != nil {
				c.Target, c.Base, c.Head = of[1], of[2], g.env.Getenv("GITHUB_SHA")
				c.Source = g.address(g.env.Getenv("GITHUB_REPOSITORY"))
			}
			return c, nil
		case strings.HasPrefix(ref, pullRefs):
			return &Change{}, nil
		}
		return nil, nil
	}
	event, err := readEvent(g.env.Getenv("GITHUB_EVENT_PATH"))
	if err != nil {
		return nil, unreadableEvent(err)
	}
	c := &Change{Target: event.Base.Ref, Base: event.Base.SHA, Head: event.Head.SHA, Source: g.address(event.Head.Repo.FullName)}
	switch sha := g.env.Getenv("GITHUB_SHA"); {
	case name == "merge_group": // the event names the commit that the group is on top of
		c.Source = g.address(g.env.Getenv("GITHUB_REPOSITORY"))
	case name != "pull_request_target":
		c.Merge = sha
	case sha != "":
		c.Base = sha
	}
	return c, nil
}

// pullRefs and queueRefs begin the references of pull requests, on both systems, and of what a merge queue tries.
const (
	pullRefs  = "refs/pull/"
	queueRefs = "refs/heads/gh-readonly-queue/"
)

// queued is the branch that a merge queue makes for a group. Its name says what the event merge_group does: the target branch, and the
// commit that the group is on top of. Whoever could make one of another name could as well push a branch that is no change.
var queued = regex.New(`^` + queueRefs + `(.+)/pr-[0-9]+-([0-9a-f]{40})$`)

func unreadableEvent(err error) error {
	return fault.WithHint(fmt.Errorf("reading which pull request is judged: %w", err), "let no step change the variables and files of the runner, whose names begin with GITHUB_")
}

// followed is the pull request that an event follows: one whose workflow ended, that somebody commented on, that was checked, or that a dispatch hands
// on, as those for commands in comments do. It is nil for other runs and for comments on issues. GitHub does not name the target of a pull request
// from a fork, or of one that has a comment: that of the default branch counts then, whose last commit the workflow itself is from (GitHub, "Events that trigger workflows").
func (g *github) followed(name string) (*Change, error) {
	type checked struct {
		PullRequests []struct{} `json:"pull_requests"`
	}
	var event struct {
		Repository struct{ ID int64 }
		Issue      *struct {
			PullRequest *struct{} `json:"pull_request"`
		}
		ClientPayload struct {
			PullRequest any `json:"pull_request"`
		} `json:"client_payload"`
		CheckSuite  checked `json:"check_suite"`
		CheckRun    checked `json:"check_run"`
		WorkflowRun struct {
			Event        string
			HeadSHA      string     `json:"head_sha"`
			Head         repository `json:"head_repository"`
			PullRequests []struct {
				Base struct {
					Ref, SHA string
					Repo     struct{ ID int64 }
				}
			} `json:"pull_requests"`
		} `json:"workflow_run"`
	}
	if err := readJSON(g.env.Getenv("GITHUB_EVENT_PATH"), &event); err != nil {
		return nil, err
	}
	run := event.WorkflowRun
	if name == "workflow_run" && run.Event == "" || name == "issue_comment" && event.Issue == nil {
		return nil, fmt.Errorf("%s does not describe the %s", g.env.Getenv("GITHUB_EVENT_PATH"), name)
	}
	commented := event.Issue != nil && event.Issue.PullRequest != nil
	checks := len(event.CheckSuite.PullRequests)+len(event.CheckRun.PullRequests) > 0
	if !commented && !checks && event.ClientPayload.PullRequest == nil && !slices.Contains(ofPullRequests(), run.Event) {
		return nil, nil
	}
	untold := &Change{Target: strings.TrimPrefix(g.env.Getenv("GITHUB_REF"), "refs/heads/"), Base: g.env.Getenv("GITHUB_SHA"), Head: run.HeadSHA, Source: g.address(run.Head.FullName)}
	var c *Change
	for _, p := range run.PullRequests {
		switch of := p.Base; {
		case of.Repo.ID != event.Repository.ID: // a fork's own, from the same commit
		case c == nil:
			c = &Change{Target: of.Ref, Base: of.SHA, Head: run.HeadSHA, Source: untold.Source}
		case c.Target != of.Ref: // nothing says which of them it is
			return untold, nil
		}
	}
	return cmp.Or(c, untold), nil
}

// readJSON reads the description of an event.
func readJSON(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// pullRequest is the part of an event that describes a pull request.
type pullRequest struct {
	Number     int64
	Base, Head struct {
		Ref, SHA string
		Repo     repository // empty once a fork is deleted
	}
}

// repository is the part of an event that describes a repository.
type repository struct {
	FullName string `json:"full_name"`
}

func readEvent(path string) (*pullRequest, error) {
	var event struct {
		PullRequest *pullRequest `json:"pull_request"`
		MergeGroup  *struct {
			BaseRef string `json:"base_ref"`
			BaseSHA string `json:"base_sha"`
			HeadSHA string `json:"head_sha"`
		} `json:"merge_group"`
	}
	if err := readJSON(path, &event); err != nil {
		return nil, err
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

// Change is the pull request of a build for one. Azure Pipelines names no commit of the target branch, only the merge, and nothing of
// either to a build that a person or a schedule starts on a pull request's reference.
func (z *azure) Change() (*Change, error) {
	repository := z.env.Getenv("BUILD_REPOSITORY_URI")
	if !strings.EqualFold(z.env.Getenv("BUILD_REASON"), "PullRequest") {
		if strings.HasPrefix(z.env.Getenv("BUILD_SOURCEBRANCH"), pullRefs) {
			return &Change{Repository: repository}, nil
		}
		return nil, nil
	}
	return &Change{
		Target: strings.TrimPrefix(z.env.Getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"), "refs/heads/"),
		Merge:  z.env.Getenv("BUILD_SOURCEVERSION"),
		Head:   z.env.Getenv("SYSTEM_PULLREQUEST_SOURCECOMMITID"),

		Repository: repository,
		Source:     z.env.Getenv("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI"),
	}, nil
}
