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
		if r.Form() == policy.FormAttestation && r.Valid() == nil {
			continue // it is looked for in the registry
		}
		if err := r.Valid(); err != nil || r.Path() == "" {
			if err == nil {
				err = fmt.Errorf("%q names no file", text)
			}
			return nil, fault.Request(fmt.Errorf("%s: %w", in.Spell("require"), err), "write junit=FILE, sarif=FILE, result=FILE or attestation=TYPE")
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

// attestations are those that an input requires. One of a type whose signers the policy does not name can never be there, which is a wrong
// request.
func attestations(in *input.Values, p policy.Policy) ([]policy.Requirement, error) {
	var out []policy.Requirement
	for _, text := range in.List("require") {
		if r := policy.Requirement(text); r.Form() == policy.FormAttestation {
			out = append(out, r)
		}
	}
	for _, r := range append(slices.Clone(p.Require), out...) {
		if t := r.PredicateType(); t != "" && len(p.AttesterKeys(t)) == 0 {
			return nil, fault.Request(fmt.Errorf("an attestation of the type %s is required, and the policy names nobody who signs any", t),
				"add the public key of whoever signs it to attesters in the policy file")
		}
	}
	return out, nil
}
