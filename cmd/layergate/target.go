package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

// target is the branch that the pull request which a run judges is to be merged into.
type target struct {
	branch string
	change project.Change
	opened map[string]opened // by the root of the checkout; see base
}

// opened are the files of the branch as a checkout has them, or why they cannot be read there.
type opened struct {
	files *project.Base
	err   error
}

// openTarget opens the target branch of the pull request that the run judges; nil where it judges none.
func (c *command) openTarget() (*target, error) {
	change, err := c.platform.Change()
	if err != nil || change == nil {
		return nil, err
	}
	return &target{branch: cmp.Or(change.Target, "the target branch"), change: project.Change(*change), opened: map[string]opened{}}, nil
}

// base has the files of the branch, by their paths relative to the root of the project. A run that works in no Git checkout judges the
// change of the one that a file lies in, as actions/checkout makes it at a path of its own.
func (t *target) base(name string) (*project.Base, error) {
	root, below := changeRoot(name)
	o, ok := t.opened[root]
	if !ok {
		o.files, o.err = project.OpenBase(root, t.change)
		t.opened[root] = o
	}
	if o.err != nil {
		return nil, o.err
	}
	return o.files.At(below), nil
}

// changeRoot is the root of the outermost checkout that a file of the project lies in, and its path relative to that of the project.
func changeRoot(name string) (root, below string) {
	root = rootOf()
	at, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil || checkout() != "" {
		return root, "."
	}
	outermost := ""
	for at = workTree(at); at != ""; at = workTree(filepath.Dir(at)) {
		outermost = at
	}
	if below, inside := regular.Below(root, outermost); inside && outermost != "" {
		return outermost, filepath.ToSlash(below)
	}
	return root, "."
}

// reviewed is the target branch of a pull request that must not decide about itself. It is nil where the run judges none, and
// where an input lets the pull request's own files decide.
func (c *command) reviewed(in *input.Values) (*target, error) {
	fromBase, err := in.Bool("policy-from-base")
	if err != nil || !fromBase {
		return nil, err
	}
	return c.target()
}

// has tells whether a file of the project is on the branch as it is in the work tree. Where the branch cannot be read nothing
// is known to be.
func (t *target) has(name string) bool {
	base, err := t.base(name)
	if err != nil {
		return false
	}
	was, err := base.ReadFile(name, vex.MaxSize)
	if err != nil {
		return false
	}
	is, err := project.Worktree(rootOf()).ReadFile(name, vex.MaxSize)
	return err == nil && bytes.Equal(was, is)
}

// broughtByChange tells whether a path leads to a file of the project which the pull request that is judged brings or edits.
func (c *command) broughtByChange(in *input.Values, path string) (bool, error) {
	t, err := c.reviewed(in)
	if err != nil || t == nil {
		return false, err
	}
	name, inside := inProject(path)
	if !inside {
		return false, nil
	}
	if apart, err := t.apart(path); apart {
		return err != nil, nil
	}
	return !t.has(name), nil
}

// apart tells whether a file of the project that inputs name lies in a Git checkout of its own, such as a second one for policies, which
// decides by itself; and why it is not known that the change has no part in that. What lies in a submodule the change decides about. Where the
// run works in no checkout, the project is the one that has the change.
func (t *target) apart(path string) (bool, error) {
	roots := workTrees(path)
	for i, root := range roots {
		roots[i] = ofSubmodule(root)
		if within(roots[i], checkout()) {
			return false, nil
		}
	}
	for _, root := range roots {
		if name, inside := regular.Below(rootOf(), root); inside && resolve(root) != filepath.Join(resolve(rootOf()), name) {
			return true, fault.Request(fmt.Errorf("%s leads through a link of the project", root), "name the file by the path at which it is checked out")
		}
		switch err := t.change.Apart(root); {
		case checkout() == "" && errors.Is(err, project.ErrOwn):
			return false, nil // it is the project
		case err != nil:
			return true, err
		}
	}
	return len(roots) > 0, nil
}
