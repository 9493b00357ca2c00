// Package project reads files of the project under review that decide about it, such as its lock: from the work tree, or as
// they are on the branch that a change is to be merged into, so that a change cannot decide about itself.
//
//	files, err := project.OpenBase(root, project.Change(*change)) // or project.Worktree(root)
//	path, content, err := project.Find(files, "services/web", "layergate.lock", limit)
//
// It runs no Git: the objects are read from the checkout. It must not import pkg/ci, nor look at the environment.
package project

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/layergate/layergate/pkg/regular"
)

// Files are the files of a project.
type Files interface {
	// ReadFile reads a regular file of at most limit bytes by its path relative to the root of the project, with forward
	// slashes. A file that is not there is fs.ErrNotExist.
	ReadFile(name string, limit int64) ([]byte, error)
}

// Find looks for a file in a directory and in those above it, up to the root of the project, and returns its path relative
// to the root and its content. The path is empty where there is none. dir is relative to the root; one that leads out of it
// is taken for the root. What a submodule has at a commit that was not fetched counts as not there.
func Find(files Files, dir, name string, limit int64) (string, []byte, error) {
	dir = filepath.ToSlash(dir)
	if !filepath.IsLocal(dir) {
		dir = "."
	}
	for dir = path.Clean(dir); ; dir = path.Dir(dir) {
		at := path.Join(dir, name)
		content, err := files.ReadFile(at, limit)
		if err == nil {
			return at, content, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrUnfetched) {
			return at, nil, err
		}
		if dir == "." {
			return "", nil, nil
		}
	}
}

// Worktree is a directory with the project's files. A link in it leads to no file outside of it.
type Worktree string

// ReadFile reads a file of the work tree.
func (w Worktree) ReadFile(name string, limit int64) ([]byte, error) {
	root, err := os.OpenRoot(string(w))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return regular.Read(root, filepath.FromSlash(name), limit)
}
