package project

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// Change is a pull request as the CI system describes it. Commits are hashes; one that the system does not tell is empty.
type Change struct {
	Target string // the branch that it is to be merged into, for messages; empty, as Base and Merge are, where the system does not say it
	Base   string // the commit of that branch that the system names; with neither, the end of it counts that the checkout fetched
	Merge  string // the commit that the system made of that branch and Head
	Head   string // the last commit of the change itself

	Repository string // the address of the one that the run is of
	Source     string // the address of the one that Head is of, such as a fork; empty where the system does not say it
}

// Base holds the project's files in a commit: the one that a change is to be merged into. Below a submodule they are those of the commit
// at which that is there.
type Base struct {
	Target string // the branch
	Commit string // of the branch
	root   string // of the checkout
	below  string // what the paths of all files begin with; see At
	storer storer.EncodedObjectStorer
	tree   *object.Tree
}

// ErrUnfetched is the error for a file below a submodule whose checkout does not hold the commit that counts.
var ErrUnfetched = errors.New("the commit of the submodule is not in its checkout")

const hintDepth = "let the checkout fetch the target branch's commit, too: fetch-depth: 2 of actions/checkout, fetchDepth: 2 of the checkout step on Azure Pipelines"

const hintPartial = "let the checkout fetch whole commits: actions/checkout without filter and sparse-checkout, the checkout step on Azure Pipelines without fetchFilter"

const hintMerge = "check the merge out, and the commits that it merges: actions/checkout with fetch-depth: 2 and no ref, or with fetch-depth: 0 where it needs one, the checkout step on Azure Pipelines with fetchDepth: 2"

const hintEnd = "let the checkout fetch all branches, from the repository that the run is of: fetch-depth: 0 of actions/checkout"

// errNoEnd says that nothing tells which commit of the target branch counts.
var errNoEnd = errors.New("the CI system names no commit of it, and the checkout has not fetched it from the repository that the run is of")

// errNoMerge says that the merge commit that a CI system names is not there.
var errNoMerge = errors.New("is not in the checkout")

const hintSubmodule = "let the checkout fetch submodules with their commits: submodules: true and fetch-depth: 0 of actions/checkout, submodules: true and fetchDepth: 0 of the checkout step on Azure Pipelines"

const hintUntold = "run it by an event of the pull request itself, such as pull_request or merge_group on GitHub, or a build validation on Azure Pipelines, or name a policy file outside of the checkout"

// OpenBase opens the commit that a change is to be merged into, in the Git checkout at root. That is the merge commit's
// parent that is not the change's own, since the branch may have moved on after the system named its commit; without a
// merge commit, or in a checkout without it, as of the change's head with all branches, it is the commit that the system names. Where that
// names none, it is the end of the branch as the checkout fetched it from the repository that the run is of. A checkout that does not hold it is a wrong request.
func OpenBase(root string, change Change) (*Base, error) {
	if change.Target == "" && change.Base == "" && change.Merge == "" {
		return nil, fault.Request(errors.New("the CI system does not say which branch the commit is to be merged into, or is of"), hintUntold)
	}
	b := &Base{Target: change.Target, root: root}
	repository, err := open(root)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the target branch %s: %w", change.Target, err),
			"check the project out with Git, and run from inside the checkout, or name the Dockerfile or the policy file in it: with path: app of actions/checkout that is app/Dockerfile or app/.layergate.yaml")
	}
	if b.Commit, err = baseOf(repository, change); err != nil {
		hint := hintDepth
		switch {
		case errors.Is(err, errNoMerge):
			hint = hintMerge
		case errors.Is(err, errNoEnd):
			hint = hintEnd
		}
		return nil, fault.Request(fmt.Errorf("reading the target branch %s: %w", change.Target, err), hint)
	}
	if err = b.read(repository); err != nil {
		hint := hintDepth
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			hint = hintPartial
		}
		return nil, fault.Request(fmt.Errorf("reading the target branch %s: %w", change.Target, err), hint)
	}
	return b, nil
}

// At has the same files below a directory, as those of a checkout that lies there have their paths. It has none beside it.
func (b *Base) At(dir string) *Base {
	at := *b
	if at.below = ""; dir != "." {
		at.below = dir + "/"
	}
	return &at
}

// inside is the path in the commit of what has a path here, and tells whether it can have any.
func (b *Base) inside(name string) (string, bool) {
	if b.below == "" {
		return name, true
	}
	inner, ok := strings.CutPrefix(name+"/", b.below)
	return path.Clean(inner), ok
}

// OpenHead opens the commit that is checked out at root.
func OpenHead(root string) (*Base, error) {
	b := &Base{Target: "HEAD", root: root}
	repository, err := open(root)
	if err != nil {
		return nil, err
	}
	head, err := repository.Head()
	if err != nil {
		return nil, fmt.Errorf("reading which commit is checked out: %w", err)
	}
	b.Commit = head.Hash().String()
	return b, b.read(repository)
}

// open opens the Git checkout whose root is a directory.
func open(root string) (*git.Repository, error) {
	repository, err := git.PlainOpenWithOptions(root, &git.PlainOpenOptions{EnableDotGitCommonDir: true})
	if err != nil {
		return nil, fmt.Errorf("opening the Git checkout at %s: %w", root, err)
	}
	return repository, nil
}

// read reads which files the commit has.
func (b *Base) read(repository *git.Repository) error {
	b.storer = repository.Storer
	commit, err := repository.CommitObject(plumbing.NewHash(b.Commit))
	if err != nil {
		return fmt.Errorf("its commit %s is not in the checkout: %v", b.Commit, err) // fetched whole or not
	}
	if b.tree, err = commit.Tree(); err != nil {
		return fmt.Errorf("reading which files its commit %s has: %w", b.Commit, err)
	}
	return nil
}

// baseOf is the commit that a change is to be merged into.
func baseOf(repository *git.Repository, change Change) (string, error) {
	if change.Merge == "" {
		if change.Base != "" {
			return change.Base, nil
		}
		if end, ok := change.end(repository); ok {
			return end.String(), nil
		}
		return "", errNoEnd
	}
	merge, err := repository.CommitObject(plumbing.NewHash(change.Merge))
	if errors.Is(err, plumbing.ErrObjectNotFound) && change.Base != "" && repository.Storer.HasEncodedObject(plumbing.NewHash(change.Base)) == nil {
		return change.Base, nil
	}
	if err != nil {
		return "", fmt.Errorf("the commit %s, which merges the change into it, %w: %w", change.Merge, errNoMerge, err)
	}
	parents := slices.DeleteFunc(slices.Clone(merge.ParentHashes), func(h plumbing.Hash) bool { return h.String() == change.Head })
	if len(merge.ParentHashes) != 2 || len(parents) != 1 {
		return "", fmt.Errorf("the commit %s does not merge the change %s into it", change.Merge, change.Head)
	}
	return parents[0].String(), nil
}

// ReadFile reads a file of the commit. A link is not followed: it is not regular.
func (b *Base) ReadFile(name string, limit int64) ([]byte, error) {
	holder, entry, err := b.find(name)
	switch {
	case errors.Is(err, object.ErrEntryNotFound):
		return nil, &fs.PathError{Op: "reading", Path: name, Err: fs.ErrNotExist}
	case err != nil:
		return nil, b.failed(name, err)
	case !entry.Mode.IsRegular() && entry.Mode != filemode.Executable:
		return nil, b.failed(name, regular.ErrNotRegular)
	}
	file, err := holder.tree.TreeEntryFile(entry)
	if err != nil {
		return nil, b.failed(name, err)
	}
	if file.Size > limit {
		return nil, b.failed(name, fmt.Errorf("%w: more than %d bytes", regular.ErrTooLarge, limit))
	}
	content, err := file.Contents()
	if err != nil {
		return nil, b.failed(name, err)
	}
	return []byte(content), nil
}

// Files lists the files of the commit at a path and below it, by their paths, in order: regular ones and links. It is empty for a path
// that the commit does not have.
func (b *Base) Files(path string) ([]string, error) {
	inner, ok := b.inside(path)
	if !ok {
		return nil, nil
	}
	holder, tree, prefix := b, b.tree, b.below
	if inner != "." {
		var entry *object.TreeEntry
		var err error
		holder, entry, err = b.find(path)
		if err == nil && entry.Mode == filemode.Submodule {
			if holder, err = b.submodule(inner, entry.Hash); err == nil {
				tree = holder.tree
			}
		}
		switch {
		case errors.Is(err, object.ErrEntryNotFound):
			return nil, nil
		case err != nil:
			return nil, b.failed(path, err)
		case entry.Mode == filemode.Dir:
			if tree, err = object.GetTree(holder.storer, entry.Hash); err != nil {
				return nil, b.failed(path, err)
			}
		case entry.Mode != filemode.Submodule:
			return []string{path}, nil
		}
		prefix = path + "/"
	}
	out, err := holder.list(tree, prefix)
	if err != nil {
		return nil, b.failed(path, err)
	}
	return out, nil
}

// list lists the files of a tree, whose own Files takes a directory that was not fetched for the end of the list.
func (b *Base) list(tree *object.Tree, prefix string) ([]string, error) {
	var out []string
	for _, e := range tree.Entries {
		switch e.Mode {
		case filemode.Dir:
			inner, err := object.GetTree(b.storer, e.Hash)
			if err != nil {
				return nil, err
			}
			files, err := b.list(inner, prefix+e.Name+"/")
			if err != nil {
				return nil, err
			}
			out = append(out, files...)
		case filemode.Submodule: // it has its own
		default:
			out = append(out, prefix+e.Name)
		}
	}
	return out, nil
}

// holder is the commit that has what lies at a path, which is another one below a submodule, and the path there. Below what is no directory there
// is nothing.
func (b *Base) holder(name string) (*Base, string, error) {
	for i, c := range name {
		if c != '/' {
			continue
		}
		switch above, err := b.tree.FindEntry(name[:i]); {
		case err != nil:
			return nil, "", err
		case above.Mode == filemode.Submodule:
			inner, err := b.submodule(name[:i], above.Hash)
			if err != nil {
				return nil, "", err
			}
			return inner.holder(name[i+1:])
		case above.Mode != filemode.Dir:
			return nil, "", object.ErrEntryNotFound
		}
	}
	return b, name, nil
}

// find finds what lies at a path, and the commit that has it.
func (b *Base) find(name string) (*Base, *object.TreeEntry, error) {
	name, ok := b.inside(name)
	if !ok {
		return nil, nil, object.ErrEntryNotFound
	}
	holder, name, err := b.holder(name)
	if err != nil {
		return nil, nil, err
	}
	entry, err := holder.tree.FindEntry(name)
	return holder, entry, err
}

// submodule opens a commit of the submodule at a path.
func (b *Base) submodule(at string, commit plumbing.Hash) (*Base, error) {
	inner := &Base{Target: b.Target, Commit: commit.String(), root: filepath.Join(b.root, filepath.FromSlash(at))}
	repository, err := open(inner.root)
	if err == nil {
		err = inner.read(repository)
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%w: %s at %s: %w", ErrUnfetched, commit, at, err), hintSubmodule)
	}
	return inner, nil
}

// failed says that a file of the commit could not be read.
func (b *Base) failed(name string, err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		err = fault.Request(err, hintPartial)
	}
	return fmt.Errorf("reading %s on the branch %s (%.12s): %w", name, b.Target, b.Commit, err)
}
