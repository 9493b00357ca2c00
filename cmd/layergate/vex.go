package main

import (
	"bytes"
	"errors"
	"path/filepath"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

// readVEX reads the VEX documents of a run: those that are named, and the project's own. What a pull request brings or edits
// is told apart.
func (c *command) readVEX(in *input.Values, trust policy.VEX) ([]vex.Document, error) {
	root, keys := rootOf(), vex.NewKeys(trust.Trust)
	documents, err := vex.ReadFiles(root, in.List("vex"), keys)
	if err != nil {
		return nil, err
	}
	own, err := vex.ReadProject(root, keys)
	if err != nil {
		return nil, err
	}
	documents = append(documents, own...)
	change, err := c.reviewed(in)
	if err != nil || change == nil || len(documents) == 0 {
		return documents, err
	}
	base, err := project.OpenBase(root, project.Change(*change))
	if err != nil {
		base = nil // then nothing is known to be older than the change
	}
	for i, d := range documents {
		if filepath.IsLocal(filepath.FromSlash(d.Name)) && !unchanged(base, project.Worktree(root), d.Name) {
			documents[i].Origin = policy.OriginChange
		}
	}
	return documents, nil
}

// broughtByChange tells whether a path is that of a file of the project which the pull request that is judged brings or edits.
func (c *command) broughtByChange(in *input.Values, path string) (bool, error) {
	change, err := c.reviewed(in)
	if err != nil || change == nil {
		return false, err
	}
	root := rootOf()
	name, inside := regular.Below(resolve(root), resolve(path))
	if !inside {
		return false, nil
	}
	base, err := project.OpenBase(root, project.Change(*change))
	if err != nil {
		base = nil // then nothing is known to be older than the change
	}
	return !unchanged(base, project.Worktree(root), filepath.ToSlash(name)), nil
}

// unchanged tells whether a file of the work tree is that of the branch that a change is to be merged into. base is nil where
// the checkout does not hold that branch.
func unchanged(base *project.Base, own project.Worktree, name string) bool {
	if base == nil {
		return false
	}
	was, err := base.ReadFile(name, vex.MaxSize)
	if err != nil {
		return false
	}
	is, err := own.ReadFile(name, vex.MaxSize)
	return err == nil && bytes.Equal(was, is)
}

// annotateVEXError shows reviewers the line of the VEX document that is wrong. It returns false where err names none, or the platform
// shows no annotations.
func (c *command) annotateVEXError(err error) bool {
	var wrong *vex.Error
	if !errors.As(err, &wrong) || c.platform.Name() == ci.Terminal {
		return false
	}
	c.platform.Annotate(ci.Annotation{
		Level: ci.LevelError, Title: "The VEX document is wrong here", Message: wrong.Error(), File: wrong.Document, Line: wrong.Line, EndLine: wrong.Line,
	})
	return true
}
