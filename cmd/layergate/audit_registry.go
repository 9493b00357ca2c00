package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/manifest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/regular"
)

// auditedRegistry answers what an audit asks of registries.
type auditedRegistry struct {
	*registry.Client
	gate *gate.Gate
}

// Digest asks for the digest of a reference.
func (r auditedRegistry) Digest(ctx context.Context, reference string) (string, error) {
	img, err := r.Image(reference)
	if err != nil {
		return "", err
	}
	return img.Digest(ctx)
}

// Lowest asks for the lowest layer of an image.
func (r auditedRegistry) Lowest(ctx context.Context, reference string) (string, error) {
	img, err := r.Image(reference)
	if err != nil {
		return "", err
	}
	return image.Lowest(ctx, img)
}

// Layers asks for the layers of a base image, once for all images that are built on it.
func (r auditedRegistry) Layers(ctx context.Context, reference, platform string) (diffIDs, digests []string, err error) {
	o, err := r.gate.Outline(ctx, reference, platform)
	return o.DiffIDs, o.Digests, err
}

// told is what a registry tells about the images of a repository, by digest.
func told(ctx context.Context, client *registry.Client, repository string) (map[string]audit.Kept, error) {
	list, _, err := client.Kept(ctx, repository)
	out := map[string]audit.Kept{}
	for _, k := range list {
		kept := audit.NewKept(k.Pushed, k.Updated, k.Size, k.Locked)
		if k.TellsPulls {
			kept = kept.PulledAt(k.Pulled)
		}
		out[k.Digest] = kept
	}
	return out, err
}

// matching adds the repositories of a registry that the flags ask for to others.
func matching(ctx context.Context, client *registry.Client, f *auditFlags, others []string) ([]string, error) {
	all, err := client.Repositories(ctx, f.registry)
	if err != nil {
		return nil, err
	}
	out := others
	for _, repository := range all {
		ok := f.match == ""
		if !ok {
			if ok, err = audit.Match(f.match, repository); err != nil {
				return nil, fmt.Errorf("--match: %w", err)
			}
		}
		if ok {
			out = append(out, repository)
		}
	}
	if len(out) == 0 {
		return nil, fault.Request(fmt.Errorf("none of the %d repositories of %s matches %q", len(all), f.registry, f.match), "see the names in the registry, and write a pattern such as team/* or team/**")
	}
	return out, nil
}

// deployments reads which images run.
func (c *command) deployments(f *auditFlags) ([]audit.Deployment, error) {
	var out []audit.Deployment
	for _, path := range f.cluster {
		list, err := readCluster(path)
		if err != nil {
			return nil, fmt.Errorf("reading what runs from %s: %w", path, err)
		}
		out = append(out, list...)
	}
	if len(f.manifests) == 0 {
		return out, nil
	}
	set, err := manifest.Read(manifest.Config{Root: rootOf(), Paths: f.manifests, Stdin: c.stdin})
	if err != nil {
		return nil, err
	}
	for _, file := range set.Workloads() {
		for _, w := range file.Workloads {
			for _, of := range w.Containers {
				if of.Image.Value != "" {
					out = append(out, audit.Deployment{Reference: of.Image.Value, Where: w.Resource()})
				}
			}
		}
	}
	if len(out) == 0 {
		return nil, fault.Request(fmt.Errorf("%s names no image", strings.Join(f.manifests, ", ")), "name manifests of what runs")
	}
	return out, nil
}

func readCluster(path string) ([]audit.Deployment, error) {
	raw, err := regular.ReadNamed(rootOf(), path, audit.MaxCluster)
	if err != nil {
		return nil, fault.Request(err, "name a regular file that can be read")
	}
	return audit.ReadCluster(bytes.NewReader(raw))
}

// shard is the part of the images that the flag names, or the system that runs the command.
func (c *command) shard(text string) (audit.Shard, error) {
	rest, auto := strings.CutPrefix(text, "auto")
	if !auto {
		return audit.ParseShard(text)
	}
	index, of := ci.Part(c.env.Getenv)
	if index == 0 {
		return audit.Shard{}, fault.Request(errors.New("no system says which part of the work this is"), "write INDEX/COUNT, such as 2/4")
	}
	count := strings.TrimPrefix(rest, "/")
	switch {
	case count == "" && of == 0:
		return audit.Shard{}, fault.Request(errors.New("the system does not say how many parts there are"), "write auto/COUNT, such as auto/4")
	case count == "":
		count = fmt.Sprint(of)
	case of > 0 && count != fmt.Sprint(of):
		return audit.Shard{}, fault.Request(fmt.Errorf("the system runs %d parts, and not %s", of, count), "write auto alone")
	}
	return audit.ParseShard(fmt.Sprintf("%d/%s", index, count))
}
