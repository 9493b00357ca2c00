package main

import (
	"cmp"
	"errors"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// readVEX reads the VEX documents of a run: those that are named, and the project's own.
func readVEX(named []string, trust policy.VEX) ([]vex.Document, error) {
	root, keys := cmp.Or(checkout(), "."), vex.NewKeys(trust.Trust)
	files, err := vex.ReadFiles(root, named, keys)
	if err != nil {
		return nil, err
	}
	own, err := vex.ReadProject(root, keys)
	return append(files, own...), err
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
