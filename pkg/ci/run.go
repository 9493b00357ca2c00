package ci

import (
	"slices"
	"strings"
)

// Run is what the system says that a run is of. What else its checkout holds, nobody says who brought.
type Run struct {
	Commits    []string // hashes: the run's own first, whose workflow it is, then those that it is about as well
	Branches   []string // the names of the branches that these commits are of, which may have moved on since
	Repository string   // the address of the repository
}

// Run is empty: no system started it.
func (t *terminal) Run() (Run, error) { return Run{}, nil }

// afterPush are the events of GitHub whose runs are of the last commit of a branch or tag that somebody who may write pushed, and so is their head.
func afterPush() []string { return []string{"push", "schedule", "workflow_dispatch", "release"} }

// Run is of GITHUB_SHA. What follows the run of a workflow after a push is about the commit that was pushed as well.
func (g *github) Run() (Run, error) {
	r := Run{Repository: strings.TrimSuffix(g.env.Getenv("GITHUB_SERVER_URL"), "/") + "/" + g.env.Getenv("GITHUB_REPOSITORY")}
	r.add(g.env.Getenv("GITHUB_SHA"), g.env.Getenv("GITHUB_REF"))
	if g.env.Getenv("GITHUB_EVENT_NAME") != "workflow_run" {
		return r, nil
	}
	event, err := g.follows()
	if err != nil {
		return r, unreadableEvent(err)
	}
	if of := event.WorkflowRun; of != nil && slices.Contains(afterPush(), of.Event) && !of.reviewed() {
		r.add(of.HeadSHA, of.ref())
	}
	return r, nil
}

// Run is of BUILD_SOURCEVERSION.
func (z *azure) Run() (Run, error) {
	r := Run{Repository: z.env.Getenv("BUILD_REPOSITORY_URI")}
	r.add(z.env.Getenv("BUILD_SOURCEVERSION"), z.env.Getenv("BUILD_SOURCEBRANCH"))
	return r, nil
}

// add adds a commit that the run is of, and the branch that its reference names.
func (r *Run) add(commit, ref string) {
	if commit != "" {
		r.Commits = append(r.Commits, commit)
	}
	if branch, ok := strings.CutPrefix(ref, branchRefs); ok && branch != "" {
		r.Branches = append(r.Branches, branch)
	}
}
