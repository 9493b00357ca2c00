package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// readVEX reads the VEX documents of a run: those that are named, and the project's own. What a pull request brings or edits
// is told apart.
func (c *command) readVEX(in *input.Values, trust policy.VEX) ([]vex.Document, error) {
	root, keys := rootOf(), vex.NewKeys(trust.Trust)
	named := in.List("vex")
	documents, err := vex.ReadFiles(root, named, keys)
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
		brought := i >= len(named) && !t.has(d.Name)
		if i < len(named) {
			if brought, err = c.broughtByChange(in, named[i]); err != nil {
				return nil, err
			}
		}
		if brought {
			documents[i].Origin = policy.OriginChange
		}
	}
	return documents, c.warnOfRemovedVEX(t, own)
}

// warnOfRemovedVEX names the documents of the target branch's project that the pull request takes away. They count for nothing
// from then on, which lets nothing pass.
func (c *command) warnOfRemovedVEX(t *target, own []vex.Document) error {
	base, err := t.base(vex.Dir)
	if err != nil {
		return nil // nothing is known of the branch, and nothing of it counts
	}
	files, err := base.Files(vex.Dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		kept := func(d vex.Document) bool { return d.Name == file }
		if path.Dir(file) == vex.Dir && strings.HasSuffix(file, vex.Suffix) && !slices.ContainsFunc(own, kept) {
			ci.Warn(c.platform, fmt.Sprintf("this change removes the VEX document %s of %s, which no longer counts", file, t.branch))
		}
	}
	return nil
}
