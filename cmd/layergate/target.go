package main

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/project"
)

// target is what a change must be accepted by: the branch that the pull request which a run judges is to be merged into, or the
// run's own commit where something else is checked out, which the system does not say who brought.
type target struct {
	branch string
	of     string // what is judged, for messages
	root   string // of the checkout
	files  *project.Base
	err    error // why the files cannot be read; nil where they can
}

// openTarget opens the target branch of the pull request that the run judges; or that of what else the working directory's checkout
// holds. It is nil where it is what the run is of.
func (c *command) openTarget() (*target, error) {
	change, err := c.platform.Change()
	if err != nil {
		return nil, err
	}
	if change == nil {
		return c.unheld(checkout())
	}
	t := &target{branch: cmp.Or(change.Target, "the target branch"), of: "this pull request", root: rootOf()}
	t.files, t.err = project.OpenBase(t.root, project.Change(*change))
	return t, nil
}

// unheld is the target of what is checked out at a root, where that is not what the run is of: GitHub checks out a pull request, or another
// repository, wherever a workflow names it. It is nil for what the run is of, for no checkout, and on a terminal.
func (c *command) unheld(root string) (*target, error) {
	r, err := c.platform.Run()
	run := project.Run(r)
	if err != nil || len(run.Commits) == 0 || root == "" || run.Holds(root) {
		return nil, err
	}
	t := &target{branch: run.Name(), of: "what is checked out", root: cmp.Or(checkout(), root)}
	t.files, t.err = project.OpenRun(t.root, run)
	return t, nil
}

// reviewed is the target branch of a pull request, or of what else was checked out, which must not decide about itself. It is nil where the run
// judges none, and where an input lets the files of that decide. Checkouts apart from the working directory's count where one of the paths
// lies in them.
func (c *command) reviewed(in *input.Values, paths ...string) (*target, error) {
	fromBase, err := in.Bool("policy-from-base")
	if err != nil || !fromBase {
		return nil, err
	}
	t, err := c.target()
	for _, path := range paths {
		for _, root := range workTrees(path) {
			if err == nil && t == nil && root != checkout() {
				t, err = c.unheld(root)
			}
		}
	}
	return t, err
}

// notBeside leaves out the paths that lie in a checkout apart from the working directory's that was fetched by the name of a branch or tag, of the same owner:
// the workflow names it and them.
func (c *command) notBeside(paths []string) []string {
	run, err := c.platform.Run()
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		roots := workTrees(path)
		return err == nil && len(roots) > 0 && !slices.ContainsFunc(roots, func(root string) bool { return root == checkout() || !project.Run(run).Beside(root) })
	})
}

// has tells whether a file of the project is on the branch as it is in the work tree. Where the branch cannot be read nothing
// is known to be.
func (t *target) has(name string) bool {
	if t.err != nil {
		return false
	}
	was, err := t.files.ReadFile(name, vex.MaxSize)
	if err != nil {
		return false
	}
	is, err := project.Worktree(t.root).ReadFile(name, vex.MaxSize)
	return err == nil && bytes.Equal(was, is)
}

// broughtByChange tells whether a path leads to a file of the project which the pull request that is judged brings or edits.
func (c *command) broughtByChange(in *input.Values, path string) (bool, error) {
	t, err := c.reviewed(in, c.notBeside([]string{path})...)
	if err != nil || t == nil {
		return false, err
	}
	name, inside := inProject(path)
	return inside && !t.has(name), nil
}
