package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

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
// A file outside of the project is nobody's change, and nor is one that is named in another checkout, in which the change has no part.
// Where the target branch cannot be read and the change has no file either, the strictest policy judges, with a warning.
func (c *command) judgingPolicy(in *input.Values, dir string, fetch file.Fetch) (policy.Policy, error) {
	named := in.String("policy")
	path, passedOver, err := policyPath(named, dir)
	if err != nil {
		return policy.Policy{}, err
	}
	own, err := findPolicy(cmp.Or(path, noPolicy), dir, fetch)
	if err != nil {
		return own, err
	}
	if passedOver != "" {
		ci.Warn(c.platform, fmt.Sprintf("%s judges %s, and %s does not count: name the file with %s", path, dir, passedOver, in.Spell("policy")))
	}
	t, err := c.reviewed(in)
	if err != nil || t == nil || named == noPolicy {
		return own, err
	}
	name, inside := inProject(path)
	if path != "" && !inside {
		return own, nil
	}
	if named != "" {
		if apart, err := t.decidesApart(path, own); err != nil {
			return own, unknownBase(t.branch, err)
		} else if apart {
			return own, nil
		}
	}
	at := branchPlaces(named, dir)
	if len(at) == 0 {
		return own, nil
	}
	if path != "" {
		if _, err := t.base(name); err != nil {
			return own, unknownBase(t.branch, err)
		}
	}
	was, unread, err := t.policyOf(at, named == "", fetch)
	if err != nil {
		return own, unknownBase(t.branch, err)
	}
	if unread != nil {
		ci.Warn(c.platform, fmt.Sprintf("the strictest policy judges this pull request, which has no policy file: %v", unread))
		return own, nil
	}
	if named != "" && was.File == "" && !committed(at[0]) {
		err := fault.Request(fmt.Errorf("neither %s nor the commit that is checked out has %s: a step of the job made it, and nothing says of what", t.branch, at[0]),
			"let that step write it out of the checkout, such as to $RUNNER_TEMP on GitHub or $(Agent.TempDirectory) on Azure Pipelines, and name it there")
		return own, unknownBase(t.branch, err)
	}
	return was.OfBranch(t.branch, own), nil
}

// decidesApart tells whether a policy that was read from a file of the project, with all that it extends, lies apart from the change.
func (t *target) decidesApart(path string, own policy.Policy) (bool, error) {
	apart, err := t.apart(path)
	_, inside := regular.Below(rootOf(), path)
	if err != nil || !apart || !inside {
		return apart, err
	}
	for _, f := range own.Files {
		if strings.HasPrefix(f.Name, file.Published) {
			continue
		}
		switch also, err := t.apart(filepath.Join(rootOf(), filepath.FromSlash(f.Name))); {
		case err != nil:
			return true, err
		case !also:
			return true, fault.Request(fmt.Errorf("%s extends %s, which the change may have brought", path, f.Name), "let it extend files of its own repository, or a published policy")
		}
	}
	return true, nil
}

// committed tells whether the commit that is checked out has a file of the project.
func committed(name string) bool {
	root, below := changeRoot(name)
	head, err := project.OpenHead(root)
	if err != nil {
		return false
	}
	_, err = head.At(below).ReadFile(name, file.MaxSize)
	return !errors.Is(err, fs.ErrNotExist)
}

// branchPlaces are the paths in the project at which a branch may have the policy file: the one that is named, or those from which it is
// looked for upwards. None is outside of the project.
func branchPlaces(named, dir string) []string {
	places := []string{named}
	if named == "" {
		places = policyPlaces(dir)
		for i := range places {
			places[i] = filepath.Join(places[i], file.Name)
		}
	}
	var out []string
	for _, p := range places {
		if at, inside := inProject(p); inside {
			out = append(out, at)
		}
	}
	return out
}

// policyOf reads the first policy file of the branch at one of some paths, or also above each. A branch without one has the strictest policy.
// Where the branch can be read at none of them, the second result says why.
func (t *target) policyOf(paths []string, above bool, fetch file.Fetch) (p policy.Policy, unread, err error) {
	for i, path := range paths {
		base, err := t.base(path)
		if err != nil {
			if i == 0 {
				unread = err
			}
			continue
		}
		if !above {
			p, err = file.ReadFrom(base, path, fetch)
			return p, nil, err
		}
		unread = nil
		found, _, err := project.Find(base, filepath.Dir(path), file.Name, file.MaxSize)
		if err != nil {
			return p, nil, err
		}
		if found != "" {
			p, err = file.ReadFrom(base, found, fetch)
			return p, nil, err
		}
	}
	return p, unread, nil
}

// unknownBase is an error of reading the policy that judges a pull request.
func unknownBase(branch string, err error) error {
	return fault.Request(fmt.Errorf("which policy %s has, by which this pull request is judged, is not known: %w", branch, err),
		fault.Hintf("where only trusted people can change it, let the pull request's own policy judge it: set %s to false", fault.Input("policy-from-base")))
}

// inProject is a path relative to the root of the project, with forward slashes, and tells whether it is below that: as it
// is written, or with links followed. A run that works in no Git checkout may judge the change of any: then the project is also the
// one that the path lies in, and the path may lead out of the working directory.
func inProject(path string) (name string, inside bool) {
	roots := []string{rootOf()}
	if checkout() == "" {
		roots = append(roots, workTrees(path)...)
	}
	for _, root := range roots {
		if name, inside = regular.Below(root, path); !inside {
			name, inside = regular.Below(resolve(root), resolve(path))
		}
		if !inside {
			continue
		}
		if from, err := filepath.Rel(resolve(rootOf()), resolve(root)); err == nil {
			name = filepath.Join(from, name)
		}
		return filepath.ToSlash(name), true
	}
	return "", false
}
