package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/project"
)

// subject reads into req which image is scanned, an existing one or one that is built first, and the files that it is
// made of.
func (c *command) subject(in *input.Values, req *gate.Request) error {
	req.Image, req.BaseImage = in.String("image"), in.String("base-image")
	req.BaseCandidates = in.List("base-candidates")
	context := in.String("context")
	switch {
	case req.Image == "" && context == "":
		return fault.Request(fmt.Errorf("%s is missing", in.Spell("image")),
			"name the image to scan, such as app.tar, or a directory to build one from with "+in.Spell("context"))
	case req.Image != "" && context != "":
		return fault.Request(fmt.Errorf("%s and %s exclude each other", in.Spell("image"), in.Spell("context")), "leave one of them out")
	case image.IsPipe(req.Image) && isTerminal(c.stdin):
		return fault.Request(errors.New("the image is to come through a pipe, and the standard input is a terminal"),
			"let another command write it, as in docker save NAME | layergate scan -, or name the image")
	case image.IsPipe(req.Image):
		req.Pipe = c.stdin
	}
	args, err := c.buildArgs(in)
	if err != nil {
		return err
	}
	req.Project = origin.Config{Dockerfile: in.String("dockerfile"), Context: context, Target: in.String("target"), BuildArgs: args, Root: "."}
	if context == "" {
		return c.onlyForBuilds(in)
	}
	req.Build, err = c.build(in, context)
	return err
}

// buildArgs returns the build arguments by name. An argument without a value takes it from the environment, and is
// left out if it is not set there.
func (c *command) buildArgs(in *input.Values) (map[string]string, error) {
	out := map[string]string{}
	for _, arg := range in.List("build-arg") {
		name, value, given := strings.Cut(arg, "=")
		if name == "" {
			return nil, fault.Request(fmt.Errorf("%s: an argument has no name before its =", in.Spell("build-arg")), "give the argument as NAME=VALUE, such as VERSION=1.2")
		}
		if !given {
			if value = c.env.Named(name); value == "" {
				continue
			}
		}
		out[name] = value
	}
	return out, nil
}

// onlyForBuilds refuses inputs that say how to build where nothing is built.
func (c *command) onlyForBuilds(in *input.Values) error {
	for _, name := range []string{"platform", "secret", "ssh", "label", "cache-from", "cache-to", "builder"} {
		if in.String(name) != "" {
			return fault.Request(fmt.Errorf("%s is only for builds, and %s names an image that exists", in.Spell(name), in.Spell("image")),
				"leave it out, or build the image with "+in.Spell("context"))
		}
	}
	return nil
}

// build reads how the image of a context is built.
func (c *command) build(in *input.Values, context string) (*builder.Config, error) {
	b := &builder.Config{
		Context: context, Dockerfile: in.String("dockerfile"), Target: in.String("target"),
		Without: c.ownDirectories(in),
		Args:    in.List("build-arg"), Secrets: in.List("secret"), SSH: in.List("ssh"), Labels: in.List("label"),
		Platforms: in.List("platform"), CacheFrom: in.List("cache-from"), CacheTo: in.List("cache-to"),
		Builder: in.String("builder"), Docker: c.dockerDaemon(in), Logins: c.dockerConfig(in), Getenv: c.env.Named,
		Progress: c.platform.LogWriter(),
	}
	if c.platform.Name() == ci.Terminal && isTerminal(c.stderr) {
		b.Progress, b.Terminal = c.stderr, true // redrawn in place
	}
	if head, err := project.ReadHead(b.Context); err == nil { // without a checkout there is nothing to say
		b.Source, b.Revision, b.Created = head.Origin, head.Commit, head.Time
	}
	var err error
	if b.NoCache, err = in.Bool("no-cache"); err != nil {
		return nil, err
	}
	if b.Pull, err = in.Bool("pull"); err != nil {
		return nil, err
	}
	if b.Network, err = in.Choice("network"); err != nil {
		return nil, err
	}
	if b.Network == "default" {
		b.Network = ""
	}
	for _, secret := range b.Secrets {
		for field := range strings.SplitSeq(secret, ",") {
			if name, ok := strings.CutPrefix(field, "env="); ok {
				c.platform.Mask(c.env.Named(name))
			}
		}
	}
	return b, nil
}

// ownDirectories are those that the run itself writes, which are no part of a build's context: also where the context is
// the cache's own directory, of which the parts are named.
func (c *command) ownDirectories(in *input.Values) []string {
	out := []string{allResults, namedOutputDir(in), c.databaseDir(in)}
	if cache := c.cacheDir(in); cache != "" {
		out = append(out, cache, filepath.Join(cache, cachedLayers), filepath.Join(cache, cachedDatabase))
	}
	return slices.DeleteFunc(out, func(directory string) bool { return directory == "" })
}
