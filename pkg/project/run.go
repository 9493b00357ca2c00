package project

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// Run is what the CI system says that a run is of.
type Run struct {
	Commits    []string // hashes: the run's own first, whose workflow it is, then those that it is about as well
	Branches   []string // the names of the branches that these commits are of, which may have moved on since
	Repository string   // the address of the repository
}

const hintRun = "check out the commit that the run is of, or let the checkout fetch that as well: fetch-depth: 0 of actions/checkout, fetchDepth: 0 of the checkout step on Azure Pipelines"

// Holds tells whether the Git checkout at root is at what the run is of: at one of its commits, at the end of one of its branches, at a tag of
// its repository, or, as a submodule, at the commit that a checkout above it says which is. Whoever made those may write to the
// repository; everything else, such as the head of a pull request that a workflow looks up itself, anybody may have brought. What cannot be read holds nothing.
func (r Run) Holds(root string) bool {
	repository, err := openCheckout(root)
	if err != nil {
		return false
	}
	ref, err := repository.Head()
	if err != nil {
		return false
	}
	head := ref.Hash()
	return slices.Contains(r.Commits, head.String()) || r.named(repository, head) || r.submodule(root, head)
}

// named tells whether one of the run's branches or a tag of its repository is at a commit.
func (r Run) named(repository *git.Repository, head plumbing.Hash) bool {
	return slices.Contains(r.ends(repository), head) || sameAddress(originOf(repository), r.Repository) && anyAt(repository, head, tagRefs)
}

const tagRefs = "refs/tags/"

// anyAt tells whether a reference whose name begins in one of some ways is at a commit.
func anyAt(repository *git.Repository, commit plumbing.Hash, prefixes ...string) bool {
	refs, err := repository.References()
	if err != nil {
		return false
	}
	found := false
	err = refs.ForEach(func(ref *plumbing.Reference) error {
		hash := ref.Hash()
		if !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(ref.Name().String(), prefix) }) {
			return nil
		}
		if tag, err := repository.TagObject(hash); err == nil {
			hash = tag.Target
		}
		found = found || hash == commit
		return nil
	})
	return err == nil && found
}

// ends are the last commits of the run's branches, as far as they were fetched from its repository.
func (r Run) ends(repository *git.Repository) []plumbing.Hash {
	if !sameAddress(originOf(repository), r.Repository) {
		return nil
	}
	var out []plumbing.Hash
	for _, branch := range r.Branches {
		if ref, err := repository.Reference(plumbing.NewRemoteReferenceName(git.DefaultRemoteName, branch), true); err == nil {
			out = append(out, ref.Hash())
		}
	}
	return out
}

// submodule tells whether the checkout at root is a submodule, at the commit that one above it which the run is of has there.
func (r Run) submodule(root string, head plumbing.Hash) bool {
	for above := filepath.Dir(root); ; above = filepath.Dir(above) {
		if _, err := os.Lstat(filepath.Join(above, git.GitDirName)); err == nil {
			at, _ := regular.Below(above, root)
			return hasSubmodule(above, filepath.ToSlash(at), head) && r.Holds(above)
		}
		if above == filepath.Dir(above) {
			return false
		}
	}
}

// hasSubmodule tells whether what is checked out at root has a submodule at a path, and which commit of that.
func hasSubmodule(root, at string, commit plumbing.Hash) bool {
	repository, err := openCheckout(root)
	if err != nil {
		return false
	}
	ref, err := repository.Head()
	if err != nil {
		return false
	}
	b := &Base{Commit: ref.Hash().String()}
	if b.open(repository) != nil {
		return false
	}
	entry, err := b.find(at)
	return err == nil && entry.Mode == filemode.Submodule && entry.Hash == commit
}

// OpenRun opens the run's own commit in the Git checkout at root, which is at another one, or else the end of its branch. A checkout that holds
// neither is a wrong request.
func OpenRun(root string, run Run) (*Base, error) {
	b := &Base{Target: run.Name(), Commit: run.Commits[0]}
	repository, err := openCheckout(root)
	if err == nil {
		err = b.open(repository)
	}
	if err != nil && repository != nil {
		for _, end := range run.ends(repository) {
			if other := (&Base{Target: b.Target, Commit: end.String()}); other.open(repository) == nil {
				return other, nil
			}
		}
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the checkout at %s is not at the commit that the run is of: reading %s: %w", root, b.Target, err), hintRun)
	}
	return b, nil
}

// Name is what the run's own commit is called in messages: the name of its branch, where it has one.
func (r Run) Name() string {
	if len(r.Branches) > 0 {
		return r.Branches[0]
	}
	return "the run's commit"
}

// Beside tells whether the checkout at root is at the end of a branch, or at a tag, of a repository whose owner is that of the run's: of one that a
// workflow fetches by its name for what it keeps there, such as policies. The head of a pull request from a fork, or one that is fetched by its hash, is not.
func (r Run) Beside(root string) bool {
	repository, err := openCheckout(root)
	if err != nil {
		return false
	}
	head, err := repository.Head()
	origin := publicURL(originOf(repository))
	if err != nil || origin == "" || !strings.EqualFold(path.Dir(origin), path.Dir(publicURL(r.Repository))) {
		return false
	}
	return anyAt(repository, head.Hash(), "refs/remotes/"+git.DefaultRemoteName+"/", tagRefs)
}

// sameAddress tells whether two addresses are of the same repository. An empty one is of none.
func sameAddress(a, b string) bool {
	a, b = publicURL(a), publicURL(b)
	return a != "" && strings.EqualFold(a, b)
}

// originOf is the address from which a checkout was fetched; empty where it has none.
func originOf(repository *git.Repository) string {
	origin, err := repository.Remote(git.DefaultRemoteName)
	if err != nil || len(origin.Config().URLs) == 0 {
		return ""
	}
	return origin.Config().URLs[0]
}
