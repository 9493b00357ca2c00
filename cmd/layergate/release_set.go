package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/release"
	"github.com/layergate/layergate/pkg/safetext"
)

// releaseSet is the input that names the file of a release set.
const releaseSet = "release-set"

// wrongSet refuses what says something of one image where a release set names several.
func (c *command) wrongSet(in *input.Values) error {
	if !in.IsSet(releaseSet) {
		return nil
	}
	for _, name := range []string{"image", "image-name", "context", "dockerfile", "target", "platform", "push", "base-image", "baseline"} {
		if in.IsSet(name) {
			return fault.Request(fmt.Errorf("%s is about one image, and %s names several", in.Spell(name), in.Spell(releaseSet)), "leave one of them out: the file of the set says that of each image")
		}
	}
	if len(c.output) > 0 {
		return fault.Request(fmt.Errorf("--output writes the report of one image, and %s names several", in.Spell(releaseSet)),
			"leave it out: each image has its reports in a directory of its own, in all formats that --formats names")
	}
	return nil
}

// requestsOfSet are the requests for the images of a release set. What all of them have in common is given.
func (c *command) requestsOfSet(name string, in *input.Values, common gate.Request) ([]gate.Request, error) {
	path := in.String(releaseSet)
	if name == gateCommand {
		if brought, err := c.broughtByChange(in, path); err != nil || brought {
			if err == nil {
				err = fault.Request(fmt.Errorf("the release set %s says where images are pushed to, and the pull request brings or edits it", path),
					"use scan on pull requests, which pushes nothing")
			}
			return nil, err
		}
	}
	set, err := release.Read(rootOf(), path)
	if err != nil {
		return nil, err
	}
	for _, s := range set.Skipped {
		fmt.Fprintln(c.platform.LogWriter(), safetext.Escape("not in the release set: "+s))
	}
	common.BaseCandidates = in.List("base-candidates")
	var out []gate.Request
	goesTo := map[string]string{}
	for _, i := range set.Images {
		req := common
		req.Name = i.Name
		if err := c.subjectOfSet(in, i, &req); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, i.Name, err)
		}
		if err := takeTargets(goesTo, i); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if name == gateCommand {
			req.Push = i.Push
		}
		out = append(out, req)
	}
	return out, nil
}

// takeTargets notes which image goes to a reference, and refuses a second one for it, and a name that only Docker itself can push to.
func takeTargets(goesTo map[string]string, i release.Image) error {
	refs, err := registry.ParseReferences(i.Push)
	if err != nil {
		return fmt.Errorf("%s: %w", i.Name, err)
	}
	for n, ref := range refs {
		if !strings.Contains(i.Push[n], "/") {
			return fault.Request(fmt.Errorf("%s goes to %s, which means docker.io/library/%s", i.Name, i.Push[n], i.Push[n]), "name a registry, such as registry.example/"+i.Push[n])
		}
		if other, taken := goesTo[ref.Place()]; taken && other != i.Name {
			return fault.Request(fmt.Errorf("%s and %s both go to %s", other, i.Name, ref), "give each image a reference of its own")
		}
		goesTo[ref.Place()] = i.Name
	}
	return nil
}

// subjectOfSet reads into a request where an image of a set is, or how it is built: by the file, with what the inputs say of every build.
func (c *command) subjectOfSet(in *input.Values, i release.Image, req *gate.Request) error {
	for _, path := range []string{i.Context, i.Dockerfile} {
		if path != "" && leavesProject(path) {
			return fault.Request(fmt.Errorf("%s is a link out of the project, whose files alone may go into an image of the set", path), "remove the link")
		}
	}
	args, err := c.buildArgs(in)
	if err != nil {
		return err
	}
	all := maps.Clone(i.Args)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, args)
	req.Project = origin.Config{Dockerfile: i.Dockerfile, Context: i.Context, Target: i.Target, BuildArgs: all, Root: "."}
	if image.IsPipe(i.Source) {
		return fault.Request(fmt.Errorf("an image of a release set cannot come through a pipe"), "name its file")
	}
	if req.Image = i.Source; i.Source != "" {
		return nil
	}
	if err := given(in, "secret", i.Secrets); err != nil {
		return err
	}
	if err := given(in, "ssh", i.SSH); err != nil {
		return err
	}
	b, err := c.build(in, i.Context)
	if err != nil {
		return err
	}
	b.Dockerfile, b.Target, b.Platforms = i.Dockerfile, i.Target, i.Platforms
	b.Args = append(assignments(i.Args), b.Args...)
	b.Labels = append(assignments(i.Labels), b.Labels...)
	b.CacheFrom, b.CacheTo = append(slices.Clone(i.CacheFrom), b.CacheFrom...), append(slices.Clone(i.CacheTo), b.CacheTo...)
	b.NoCache, b.Pull = b.NoCache || i.NoCache, b.Pull || i.Pull
	if b.Network == "" && i.Network != "default" {
		b.Network = i.Network
	}
	req.Build = b
	return nil
}

// given refuses a build that asks for secrets or keys which the input does not give: the file of a set is the project's, and does not
// choose what a build sees of the machine.
func given(in *input.Values, name string, wanted []string) error {
	var ids []string
	for _, text := range in.List(name) {
		for field := range strings.SplitSeq(text, ",") {
			if id, ok := strings.CutPrefix(field, "id="); ok {
				ids = append(ids, id)
			}
		}
		id, _, _ := strings.Cut(text, "=")
		ids = append(ids, id)
	}
	for _, id := range wanted {
		if !slices.Contains(ids, id) {
			return fault.Request(fmt.Errorf("the build asks for the %s %s, which %s does not give", name, id, in.Spell(name)), "give it there: what a build sees of the machine is not said by the file of the set")
		}
	}
	return nil
}

// assignments are the NAME=VALUE of a map, in order.
func assignments(of map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, name+"="+of[name])
	}
	return out
}

// inspectSet takes the images of a release set through the gate, one after the other, and pushes all of them or none.
func (c *command) inspectSet(ctx context.Context, name string, env gate.Env, reqs []gate.Request, s session) error {
	g, err := gate.New(ctx, env)
	if err != nil {
		return err
	}
	defer g.Close()
	var results []*gate.Result
	for _, req := range reqs {
		req.Series = s.series + "." + safeName(req.Name)
		if s.dir != "" {
			req.OutputDir = filepath.Join(s.dir, safeName(req.Name))
			if err := checkDirectory(c.inputs, req.OutputDir); err != nil {
				return err
			}
		}
		c.warnOfNew(req.Policy, s.before)
		fmt.Fprintln(c.platform.LogWriter(), safetext.Escape(req.Name)+":")
		result, err := g.Inspect(ctx, req)
		if err != nil {
			return fmt.Errorf("%s: %w", req.Name, err)
		}
		defer result.Close()
		results = append(results, result)
		if err := c.showImage(result, nil); err != nil {
			return err
		}
	}
	return c.concludeSet(ctx, g, setResult{command: name, file: c.inputs.String(releaseSet), dir: s.dir, requests: reqs, results: results})
}

// outputOfImage is what the output images says of an image of a release set.
type outputOfImage struct {
	Verdict string   `json:"verdict"`
	Digest  string   `json:"digest"`
	Pushed  []string `json:"pushed"`
}

// setOutputsOfSet sets the outputs of a release set.
func (c *command) setOutputsOfSet(s setResult, pushed []string) error {
	if err := c.keepReports(); err != nil {
		return err
	}
	set := s.reports()
	c.verdict = string(set.Outcome())
	findings, blocking := 0, 0
	images := map[string]outputOfImage{}
	for n, i := range set.Images {
		findings += len(i.Findings)
		blocking += len(i.Verdict.Blocking())
		of := outputOfImage{Verdict: string(i.Verdict.Outcome), Digest: i.Digest(), Pushed: []string{}}
		if len(pushed) > 0 {
			of.Pushed = s.results[n].References()
		}
		images[i.Name] = of
	}
	list, err := json.Marshal(images)
	if err != nil {
		return err
	}
	outputs := [][2]string{
		{"verdict", c.verdict}, {"digest", ""}, {"image-id", ""}, {"pushed", strings.Join(pushed, ",")}, {"images", string(list)},
		{"findings", strconv.Itoa(findings)}, {"blocking", strconv.Itoa(blocking)}, {"remedy", string(set.Remedy())},
	}
	if s.dir != "" {
		dir := filepath.ToSlash(s.dir)
		outputs = append(outputs, [2]string{"reports", dir}, [2]string{"sarif", dir})
	}
	return c.hand(outputs)
}
