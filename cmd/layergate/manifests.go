package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/check/deployed"
	workloadcheck "github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/manifest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/workload"
)

// manifests reads the manifests that the inputs name; nil where they name none.
func (c *command) manifests(in *input.Values) (*gate.Manifests, error) {
	paths := in.List("manifests")
	if len(paths) == 0 {
		return nil, nil
	}
	kind, err := in.Choice("platform-kind")
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if path == manifest.Pipe && in.String("image") == manifest.Pipe {
			return nil, fault.Request(errors.New("the standard input cannot be both the image and its manifests"), "name a file for one of them")
		}
		if path != manifest.Pipe && leavesProject(path) {
			return nil, fault.Request(fmt.Errorf("%s is a link out of the project, and no manifests are read there", path), "name it by its own path")
		}
	}
	out := &gate.Manifests{}
	if out.Rules, err = rulesOf(in); err != nil {
		return nil, err
	}
	if out.Cleared, err = c.cleared(in); err != nil {
		return nil, err
	}
	out.Set, err = manifest.Read(manifest.Config{Root: rootOf(), Paths: paths, Stdin: c.stdin, Platform: workload.Platform(kind)})
	if err == nil && len(out.Cleared) > 0 && !(c.onlyManifests && in.IsSet("key")) {
		out.Warnings = append(out.Warnings, fmt.Sprintf("nobody has signed the reports that %s names: they do not prove that a gate has cleared the images; layergate check with %s asks for a signed verdict of each", in.Spell("cleared"), in.Spell("key")))
	}
	return out, err
}

// rulesOf are the sets of rules that the inputs ask for, in order and each once.
func rulesOf(in *input.Values) ([]string, error) {
	out := in.List("set")
	for _, name := range out {
		if err := workloadcheck.CheckSet(name); err != nil {
			return nil, fmt.Errorf("%s: %w", in.Spell("set"), err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// cleared reads the reports of earlier runs about images. One that a pull request could have brought is refused.
func (c *command) cleared(in *input.Values) ([]deployed.Cleared, error) {
	var out []deployed.Cleared
	for _, path := range in.List("cleared") {
		if brought, err := c.broughtByChange(in, path); err != nil || brought {
			return nil, cmp.Or(err, fault.Request(fmt.Errorf("the report %s lies in the project, where the pull request itself could have brought it", path),
				"keep the reports of cleared images outside of the checkout"))
		}
		rep, err := readReport(path)
		if err != nil { // also of what is no report: the request names another file than it means
			return nil, fault.Request(err, "")
		}
		if rep.Digest() == "" {
			return nil, fault.Request(fmt.Errorf("the report %s names no digest of an image", path), "name the layergate.json of a run that pushed the image, or scanned it in a registry")
		}
		of := deployed.Cleared{Digests: []string{rep.Digest()}, Clean: rep.Verdict.Outcome == policy.Clean, Source: path}
		for _, p := range rep.Platforms {
			if p.Digest != "" {
				of.Digests = append(of.Digests, p.Digest)
			}
		}
		out = append(out, of)
	}
	return out, nil
}
