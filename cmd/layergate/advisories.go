package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// ownAdvisories reads the user's own advisories; nil where the inputs name none. A pull request can add to those of the project: of
// what it edits or takes away, that of the target branch counts until it is merged.
func (c *command) ownAdvisories(ctx context.Context, in *input.Values) (*osv.Advisories, error) {
	paths := in.List("advisories")
	if len(paths) == 0 {
		return nil, nil
	}
	files, err := osv.ReadFiles(ctx, rootOf(), paths)
	if err != nil {
		return nil, err
	}
	own, err := osv.Parse(ctx, osv.Contents(files), time.Now())
	if err != nil {
		return nil, err
	}
	t, err := c.reviewed(in)
	if err != nil {
		return nil, err
	}
	if t != nil {
		before, err := t.advisories(ctx, paths)
		if err != nil {
			return nil, err
		}
		if kept := own.Keep(before); len(kept) > 0 {
			ci.Warn(c.platform, fmt.Sprintf("this change edits or removes own advisories, which counts once it is merged: %s", few(kept)))
		}
	}
	if passed := own.Unmatched(); len(passed) > 0 {
		ci.Warn(c.platform, fmt.Sprintf("of own advisories, %s match nothing: %s", unmatched, few(passed)))
	}
	fmt.Fprintf(c.platform.LogWriter(), "looking up %s, too (%s)\n", english.Plural(own.Len(), "own advisory", "own advisories"), own.Digest())
	return own, nil
}

// unmatched is what is said of affected packages that nothing can match (osv.Advisories.Unmatched).
const unmatched = "what names only commits (ranges of the type GIT), a product whose packages are built apart from those of a release, or builds of a module without its stream, can"

// few names some of a list.
func few(list []string) string {
	const most = 10
	if len(list) > most {
		list = append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}

// advisories are those that the branch has in the files and directories, as far as these lie in the project.
func (t *target) advisories(ctx context.Context, paths []string) (*osv.Advisories, error) {
	var files []osv.File
	left := int64(osv.MaxSize)
	for _, name := range t.ofProject(paths) {
		base, err := t.base(name)
		if err != nil {
			return nil, fault.Request(fmt.Errorf("which own advisories count on %s is not known: %w", t.branch, err), "keep own advisories outside of the checkout, or let the checkout fetch the target branch")
		}
		found, err := base.Files(name)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f != name && !osv.IsFile(f) {
				continue
			}
			content, err := base.ReadFile(f, left)
			if errors.Is(err, regular.ErrNotRegular) {
				return nil, fault.Request(err, "own advisories of a project lie in files, and not behind links")
			}
			if err != nil {
				return nil, err
			}
			left -= int64(len(content))
			files = append(files, osv.File{Name: f, Content: content})
		}
	}
	before, err := osv.Parse(ctx, osv.Contents(files), time.Now())
	if err != nil {
		return nil, fmt.Errorf("the own advisories of %s: %w", t.branch, err)
	}
	return before, nil
}

// ofProject lists what paths are in the project, relative to its root: as they are written, and where links of them lead. Those in a checkout
// that the change has no part in are not.
func (t *target) ofProject(paths []string) []string {
	var out []string
	for _, path := range paths {
		if apart, err := t.apart(path); apart && err == nil {
			continue
		}
		for _, p := range []string{path, resolve(path)} {
			if name, inside := inProject(p); inside && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
