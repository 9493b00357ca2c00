package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/regular"
)

// policy reads the policy of a run: the file's, with what the inputs say in its place.
func (c *command) policy(in *input.Values, req *gate.Request, fetch file.Fetch) error {
	p, err := c.judgingPolicy(in, policyDir(req), fetch)
	if err != nil {
		return err
	}
	req.Policy, err = overridden(in, p)
	return err
}

// overridden is a policy with what the inputs say in its place.
func overridden(in *input.Values, p policy.Policy) (policy.Policy, error) {
	failOn, err := in.Choice("fail-on")
	if err != nil {
		return p, err
	}
	if failOn != "" {
		p = p.WithFailOn(policy.Threshold(failOn))
	}
	coverage, err := in.Choice("coverage")
	if err != nil {
		return p, err
	}
	if coverage != "" {
		p = p.WithCoverage(policy.Action(coverage))
	}
	onlyFixed, err := in.Bool("only-fixed")
	if err != nil {
		return p, err
	}
	if onlyFixed {
		p = p.WithOnlyFixed()
	}
	immutable, err := in.Bool("immutable-tags")
	if err != nil {
		return p, err
	}
	if immutable {
		p = p.WithImmutableTags()
	}
	gateOn, err := in.Choice("gate-on")
	if err != nil {
		return p, err
	}
	if gateOn != "" {
		p = p.WithGateOn(policy.GateOn(gateOn))
	}
	if loosened := p.Loosened(); len(loosened) > 0 {
		return p, fault.Request(fmt.Errorf("an input %s, and %s locks %s", loosened[0].Message, p.Floor.File, loosened[0].Locked),
			"leave the input out, or let it tighten the policy")
	}
	return p, nil
}

// policyDir is the directory from which a policy file is looked for upwards first: the Dockerfile's, or else that of the build.
func policyDir(req *gate.Request) string {
	return dirOfProject(req.Project.Dockerfile, req.Project.Context)
}

func dirOfProject(dockerfile, context string) string {
	if dockerfile != "" {
		return filepath.Dir(dockerfile)
	}
	return cmp.Or(context, ".")
}

// noPolicy is the path for no policy file.
const noPolicy = "off"

// findPolicy reads the policy file at path, or else the one that it finds for dir. Without any it is the strictest policy.
func findPolicy(path, dir string, fetch file.Fetch) (policy.Policy, error) {
	path, _, err := policyPath(path, dir)
	if err != nil || path == "" {
		return policy.Policy{}, err
	}
	return file.Read(rootOf(), path, fetch)
}

// policyPath is the path of the policy file that is named, or else found for dir, with that of another one which was passed over, as
// foundPolicy has them; empty where there is to be none.
func policyPath(named, dir string) (path, passedOver string, err error) {
	switch named {
	case noPolicy:
		return "", "", nil
	case "":
		return foundPolicy(dir)
	default:
		return named, "", nil
	}
}

// policyPlaces lists the directories from which a policy file is looked for upwards, in this order: dir, and the working directory.
func policyPlaces(dir string) []string {
	places := []string{dir}
	if !within(".", dir) || !within(dir, ".") {
		places = append(places, ".")
	}
	return places
}

// foundPolicy is the path of the policy file that is found for dir, empty where there is none, and that of another one, which was passed
// over: it is the working directory's, and dir does not lie below it.
func foundPolicy(dir string) (path, passedOver string, err error) {
	for _, place := range policyPlaces(dir) {
		found, err := file.Find(policyRoot(place), place)
		if err != nil {
			return "", "", err
		}
		switch {
		case path == "":
			path = found
		case found != "" && !within(filepath.Dir(found), dir):
			passedOver = found
		}
	}
	return path, passedOver, nil
}

// policyRoot is the root of the repository that a directory lies in: that of the run, or else its own. It is empty where there is none.
func policyRoot(dir string) string {
	root := checkout()
	if _, inside := regular.Below(root, dir); root != "" && inside {
		return root
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return root
	}
	return cmp.Or(workTree(abs), root)
}

// alsoNamed gives an input the names that users of other scanners know it by.
func alsoNamed(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "ignore-unfixed" {
		name = "only-fixed"
	}
	return pflag.NormalizedName(name)
}
