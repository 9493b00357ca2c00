package main

import (
	"path/filepath"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
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
	t, err := c.reviewed(in)
	if err != nil || t == nil {
		return documents, err
	}
	for i, d := range documents {
		if filepath.IsLocal(filepath.FromSlash(d.Name)) && !t.has(d.Name) {
			documents[i].Origin = policy.OriginChange
		}
	}
	return documents, nil
}
