package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/report"
)

// config turns the inputs of a run into the gate's environment and the requests for its images: one, or those of a release set.
func (c *command) config(ctx context.Context, name string, in *input.Values) (env gate.Env, reqs []gate.Request, err error) {
	env = gate.Env{
		Tool:   report.Tool{Name: "layergate", Version: toolVersion()},
		Docker: c.dockerDaemon(in),
	}
	if env.Database, err = c.database(in); err != nil {
		return env, nil, err
	}
	if env.Advisories, err = c.ownAdvisories(ctx, in); err != nil {
		return env, nil, err
	}
	if reqs, err = c.requests(name, in); err != nil {
		return env, nil, err
	}
	if c.events, err = c.eventTarget(in, toRead(in)); err != nil {
		return env, nil, err
	}
	if env.Database.Pin, err = c.pin(in, lockDir(in, reqs)); err != nil {
		return env, nil, err
	}
	connections, err := c.identity.Connections()
	if err != nil {
		return env, nil, err
	}
	if name == gateCommand {
		if err := lockPushed(in, reqs); err != nil {
			return env, nil, err
		}
		if c.records, err = c.recorder(ctx, in); err != nil {
			return env, nil, err
		}
		attach, err := c.attachments(ctx, in, connections)
		if err != nil {
			return env, nil, err
		}
		for i := range reqs {
			reqs[i].Attach = attach
		}
	}
	who := accessOf(in, reqs, connections)
	who.databases = databaseReferences(env.Database)
	if err := c.policies(ctx, in, reqs, who); err != nil {
		return env, nil, err
	}
	for _, req := range reqs {
		who.read = append(who.read, req.Policy.Bases...)
	}
	if env.Registry, err = c.registry(in, who); err != nil {
		return env, nil, err
	}
	if err := c.documents(in, reqs); err != nil {
		return env, nil, err
	}
	c.warnOfConnections(reqs, who)
	return env, reqs, c.bounds(in, &env)
}

// requests are what the inputs say of each image, as far as they say it without a policy.
func (c *command) requests(name string, in *input.Values) ([]gate.Request, error) {
	req := gate.Request{Progress: c.step, Meters: c.platform.Meters(), Debug: c.platform.Debug}
	req.Warn = func(message string) { ci.Warn(c.platform, message) }
	var err error
	if req.Formats, err = report.ParseFormats(in.List("formats")); err != nil {
		return nil, err
	}
	if name == gateCommand {
		referrers, err := in.Choice("referrers")
		if err != nil {
			return nil, err
		}
		req.Referrers = referrers == "copy"
	}
	if in.IsSet(releaseSet) {
		return c.requestsOfSet(name, in, req)
	}
	req.ImageName, req.Name = in.String("image-name"), in.String("name")
	if err := c.subject(in, &req); err != nil {
		return nil, err
	}
	if name != gateCommand {
		return []gate.Request{req}, nil
	}
	if req.Push = in.List("push"); len(req.Push) == 0 {
		return nil, fault.Request(fmt.Errorf("%s is missing", in.Spell("push")),
			"name where a clean image goes, such as registry.example/team/app:1.2, or use scan to push nothing")
	}
	if err := pushTargets(in, req.Push); err != nil {
		return nil, err
	}
	c.warnOfHub(in, req.Push)
	return []gate.Request{req}, nil
}

// lockDir is the directory from which the lock of the advisory database is looked for upwards, which all images of a run have in common.
func lockDir(in *input.Values, reqs []gate.Request) string {
	if path := in.String(releaseSet); path != "" {
		return filepath.Dir(path)
	}
	return policyDir(&reqs[0])
}

// accessOf is what the requests have to do with registries.
func accessOf(in *input.Values, reqs []gate.Request, connections []ci.ServiceConnection) access {
	who := access{connections: connections}
	for _, req := range reqs {
		who.push = append(who.push, req.Push...)
		who.read = append(who.read, reference(req.Image), reference(req.BaseImage))
		who.read = append(who.read, candidateReferences(&req)...)
	}
	who.read = append(who.read, reference(in.String("baseline")))
	return who
}

// policies reads the policy of each image: the files of each are looked for where the image is built.
func (c *command) policies(ctx context.Context, in *input.Values, reqs []gate.Request, who access) error {
	fetch := c.fetchPolicy(ctx, in, who)
	for i := range reqs {
		req := &reqs[i]
		if err := c.policy(in, req, fetch); err != nil {
			return err
		}
		req.BaseCandidates = append(slices.Clone(req.BaseCandidates), req.Policy.Bases...)
	}
	return nil
}

// documents reads what the images are judged with: manifests, results of other tools, and VEX documents.
func (c *command) documents(in *input.Values, reqs []gate.Request) error {
	manifests, err := c.manifests(in)
	if err != nil {
		return err
	}
	for i := range reqs {
		req := &reqs[i]
		req.Manifests = manifests
		if req.Evidence, err = c.evidence(in, req.Policy.Require); err != nil {
			return err
		}
		if req.Attestations, err = attestations(in, req.Policy); err != nil {
			return err
		}
		if req.VEX, err = c.readVEX(in, req.Policy.VEX); err != nil {
			return err
		}
	}
	return nil
}
