package main

import (
	"fmt"
	"path/filepath"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/project"
	"github.com/layergate/layergate/pkg/regular"
)

// judgingPolicy reads the policy file that judges the run. On a pull request that is the target branch's: a change does not
// let itself pass. The change's own file has to be valid all the same, and what it says otherwise is kept for the reports.
// A file outside of the project is nobody's change. Where the target branch cannot be read and the change has no file either,
// the strictest policy judges, with a warning.
func (c *command) judgingPolicy(in *input.Values, dir string, fetch file.Fetch) (policy.Policy, error) {
	named := in.String("policy")
	own, err := findPolicy(named, dir, fetch)
	if err != nil {
		return own, err
	}
	t, err := c.reviewed(in)
	if err != nil || t == nil || named == noPolicy {
		return own, err
	}
	at := named
	if at == "" {
		at = filepath.Join(dir, file.Name)
	}
	at, inside := inProject(at)
	if !inside {
		return own, nil
	}
	if t.err != nil && own.File == "" {
		ci.Warn(c.platform, fmt.Sprintf("the strictest policy judges this pull request, which has no policy file: %v", t.err))
		return own, nil
	}
	if t.err != nil {
		return own, unknownBase(t.branch, t.err)
	}
	was, err := policyOf(t.files, at, named == "", fetch)
	if err != nil {
		return own, unknownBase(t.branch, err)
	}
	return was.OfBranch(t.branch, own), nil
}

// policyOf reads the policy file at a path of a branch, or also above it. A branch without one has the strictest policy.
func policyOf(base *project.Base, path string, above bool, fetch file.Fetch) (policy.Policy, error) {
	if !above {
		return file.ReadFrom(base, path, fetch)
	}
	found, _, err := project.Find(base, filepath.Dir(path), file.Name, file.MaxSize)
	if err != nil || found == "" {
		return policy.Policy{}, err
	}
	return file.ReadFrom(base, found, fetch)
}

// unknownBase is an error of reading the policy that judges a pull request.
func unknownBase(branch string, err error) error {
	return fault.Request(fmt.Errorf("which policy %s has, by which this pull request is judged, is not known: %w", branch, err),
		fault.Hintf("where only trusted people can change it, let the pull request's own policy judge it: set %s to false", fault.Input("policy-from-base")))
}

// inProject is a path relative to the root of the project, with forward slashes, and tells whether it is below that: as it
// is written, or with links followed. A run that works in no Git checkout may judge the change of any: then the project is also the
// one that the path lies in.
func inProject(path string) (name string, inside bool) {
	roots := []string{rootOf()}
	if checkout() == "" {
		roots = append(roots, workTrees(path)...)
	}
	for _, root := range roots {
		if name, inside = regular.Below(root, path); !inside {
			name, inside = regular.Below(resolve(root), resolve(path))
		}
		if inside {
			return filepath.ToSlash(name), true
		}
	}
	return "", false
}
