package main

import (
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
)

// evidence reads the results of other tools that the push depends on: those that an input names, and those that the policy names.
func (c *command) evidence(in *input.Values, required []policy.Requirement) ([]*evidence.Document, error) {
	var named []policy.Requirement
	for _, text := range in.List("require") {
		r := policy.Requirement(text)
		if err := r.Valid(); err != nil || r.Path() == "" {
			if err == nil {
				err = fmt.Errorf("%q names no file", text)
			}
			return nil, fault.Request(fmt.Errorf("%s: %w", in.Spell("require"), err), "write junit=FILE, sarif=FILE or result=FILE; signed attestations are not read here")
		}
		named = append(named, r)
	}
	for _, r := range required {
		if r.Path() != "" && !slices.Contains(named, r) {
			named = append(named, r)
		}
	}
	var out []*evidence.Document
	for _, r := range named {
		d, err := evidence.Read(rootOf(), r)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
