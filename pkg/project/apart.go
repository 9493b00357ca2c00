package project

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"

	"github.com/layergate/layergate/pkg/fault"
)

// ErrOwn is the error for a checkout of the change's own repository.
var ErrOwn = errors.New("it is of the repository of the change, and not at the end of the target branch")

const hintOwn = "check the target branch out beside it, and name the file there"

const hintApart = "copy it out of all checkouts in a step before, such as to $RUNNER_TEMP on GitHub or $(Agent.TempDirectory) on Azure Pipelines, and name it there"

// Apart tells whether the change has no part in the Git checkout at root: it is of another repository, such as one of policies, at whatever
// commit, or at the end of the target branch. Then it is nil, and else a wrong request that says why that is not known.
//
// A submodule is not apart: which commit of which repository it is at, the change says.
func (c Change) Apart(root string) error {
	err := c.apart(root)
	if err == nil {
		return nil
	}
	hint := hintApart
	if errors.Is(err, ErrOwn) {
		hint = hintOwn
	}
	return fault.Request(fmt.Errorf("nothing says that the change has no part in the Git checkout at %s: %w", root, err), hint)
}

func (c Change) apart(root string) error {
	repository, err := open(root)
	if err != nil {
		return err
	}
	head, err := repository.Head()
	if err != nil {
		return fmt.Errorf("reading which commit is checked out: %w", err)
	}
	from, own, source := publicURL(originOf(repository)), publicURL(c.Repository), publicURL(c.Source)
	if end, ok := c.end(repository); head.Hash().String() == c.Base || ok && head.Hash() == end {
		return nil
	}
	switch {
	case c.isIn(repository), from != "" && (strings.EqualFold(from, own) || strings.EqualFold(from, source)):
		return ErrOwn
	case from == "":
		return errors.New("it has no remote origin on a server")
	case own == "":
		return errors.New("the CI system does not say of which repository the run is")
	case source == "" && !strings.EqualFold(path.Dir(from), path.Dir(own)):
		return fmt.Errorf("the CI system does not say from which repository the change comes, and %s is of another owner than %s", from, own)
	}
	return nil
}

// end is the commit at the end of the target branch, as a checkout fetched it; false where that is of another repository, or has not.
func (c Change) end(repository *git.Repository) (plumbing.Hash, bool) {
	from := publicURL(originOf(repository))
	ref, err := repository.Reference(plumbing.NewRemoteReferenceName(git.DefaultRemoteName, c.Target), true)
	if err != nil || from == "" || !strings.EqualFold(from, publicURL(c.Repository)) {
		return plumbing.ZeroHash, false
	}
	return ref.Hash(), true
}

// isIn tells whether a checkout has a commit of the change: it is of that repository or of a fork, by whatever address it was fetched.
func (c Change) isIn(repository *git.Repository) bool {
	return slices.ContainsFunc([]string{c.Base, c.Merge, c.Head}, func(hash string) bool {
		_, err := repository.CommitObject(plumbing.NewHash(hash))
		return err == nil
	})
}
