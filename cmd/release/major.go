package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// moveMajor moves the tag vMAJOR to a version that is published, immutable and the highest of its major version. A lower
// one leaves the tag where it is.
func (c *command) moveMajor(ctx context.Context, args []string) error {
	v, g, err := c.versionOn(args[0])
	if err != nil {
		return err
	}
	var release struct{ Draft, Immutable bool }
	if err := g.do(ctx, http.MethodGet, "/releases/tags/"+v.tag(), nil, &release); err != nil {
		return err
	}
	if release.Draft || !release.Immutable {
		return fault.WithHint(fmt.Errorf("the release %s is not published for good: draft %t, immutable %t", v, release.Draft, release.Immutable),
			"turn on immutable releases in the repository's settings")
	}
	highest, commit, err := g.highest(ctx, v)
	if err != nil {
		return err
	}
	if highest != v {
		_, err := fmt.Fprintf(c.stdout, "%s stays: %s is higher than %s\n", v.majorTag(), highest, v)
		return err
	}
	return g.moveTag(ctx, v.majorTag(), commit)
}

// highest returns the highest version of a major one that has a tag, and its commit.
func (g *github) highest(ctx context.Context, of version) (highest version, commit string, err error) {
	var refs []struct {
		Ref    string
		Object object
	}
	if err := g.do(ctx, http.MethodGet, "/git/matching-refs/tags/"+of.majorTag()+".", nil, &refs); err != nil {
		return version{}, "", err
	}
	for _, ref := range refs {
		v, err := parseVersion(strings.TrimPrefix(ref.Ref, "refs/tags/v"))
		if err != nil || ref.Object.Type != "commit" {
			continue // not a release
		}
		if commit == "" || v.compare(highest) > 0 {
			highest, commit = v, ref.Object.SHA
		}
	}
	if commit == "" {
		return version{}, "", fmt.Errorf("there is no tag %s", of.tag())
	}
	return highest, commit, nil
}

func (g *github) moveTag(ctx context.Context, name, commit string) error {
	now, err := g.ref(ctx, "tags/"+name)
	switch {
	case err != nil:
		return err
	case now == commit:
		return nil
	case now == "":
		return g.createRef(ctx, "tags/"+name, commit)
	}
	return g.do(ctx, http.MethodPatch, "/git/refs/tags/"+name, map[string]any{"sha": commit, "force": true}, nil)
}
