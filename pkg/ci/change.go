package ci

import (
	"strings"

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

// pullRefs and queueRefs begin the references of pull requests, on both systems, and of what a merge queue tries.
const (
	pullRefs  = "refs/pull/"
	queueRefs = "refs/heads/gh-readonly-queue/"
)

// queued is the branch that a merge queue makes for a group. Its name says what the event merge_group does: the target branch, and the
// commit that the group is on top of. Whoever could make one of another name could as well push a branch that is no change.
var queued = regex.New(`^` + queueRefs + `(.+)/pr-[0-9]+-([0-9a-f]{40})$`)

// changeOn is the change that a run on a reference judges: the group of a merge queue, or a pull request of which nothing else is known. It is
// nil where the reference is a branch or a tag of the project, whose address is that of repository.
func changeOn(ref, commit, repository string) *Change {
	switch {
	case strings.HasPrefix(ref, queueRefs):
		c := &Change{Repository: repository}
		if of := queued.FindStringSubmatch(ref); of != nil {
			c.Target, c.Base, c.Head, c.Source = of[1], of[2], commit, repository
		}
		return c
	case strings.HasPrefix(ref, pullRefs):
		return &Change{Repository: repository}
	}
	return nil
}

// Change is the pull request of a build for one. Azure Pipelines names no commit of the target branch, only the merge, and nothing of
// either to a build that a person or a schedule starts on a pull request's reference. The merge queue is GitHub's: a build of its branch is one
// of a push.
func (z *azure) Change() (*Change, error) {
	repository := z.env.Getenv("BUILD_REPOSITORY_URI")
	if !strings.EqualFold(z.env.Getenv("BUILD_REASON"), "PullRequest") {
		return changeOn(z.env.Getenv("BUILD_SOURCEBRANCH"), z.env.Getenv("BUILD_SOURCEVERSION"), repository), nil
	}
	return &Change{
		Target: strings.TrimPrefix(z.env.Getenv("SYSTEM_PULLREQUEST_TARGETBRANCH"), "refs/heads/"),
		Merge:  z.env.Getenv("BUILD_SOURCEVERSION"),
		Head:   z.env.Getenv("SYSTEM_PULLREQUEST_SOURCECOMMITID"),

		Repository: repository,
		Source:     z.env.Getenv("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI"),
	}, nil
}
