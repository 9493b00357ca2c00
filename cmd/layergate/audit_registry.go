package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/manifest"
	"github.com/layergate/layergate/pkg/pipe"
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

// ArtifactType asks for the type of what is no image.
func (r auditedRegistry) ArtifactType(ctx context.Context, reference string) (string, error) {
	img, err := r.Image(reference)
	if err != nil {
		return "", err
	}
	return img.ArtifactType(ctx)
}

// Parts asks for the digests that an image has besides its own.
func (r auditedRegistry) Parts(ctx context.Context, reference string, configs bool) ([]string, error) {
	img, err := r.Image(reference)
	if err != nil {
		return nil, err
	}
	return image.Parts(ctx, img, configs)
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

// running are the paths of what says which images run.
func (f *auditFlags) running() []string { return slices.Concat(f.cluster, f.manifests) }

// deployments reads which images run.
func (c *command) deployments(ctx context.Context, f *auditFlags) ([]audit.Deployment, error) {
	if n := len(slices.DeleteFunc(f.running(), func(path string) bool { return path != pipe.Standard })); n > 1 {
		return nil, fault.Request(fmt.Errorf("what runs is to come %d times through the standard input, which is read once", n), "name files for the others")
	}
	var out []audit.Deployment
	for _, path := range f.cluster {
		list, err := c.readCluster(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("reading what runs from %s: %w", nameOfInput(path), err)
		}
		out = append(out, list...)
	}
	if len(f.manifests) == 0 {
		return out, c.known(f, out)
	}
	set, err := manifest.Read(manifest.Config{Root: rootOf(), Paths: f.manifests, Stdin: c.stdin})
	if err != nil {
		return nil, err
	}
	out = append(out, deployedBy(set)...)
	if len(out) == 0 {
		return nil, fault.Request(fmt.Errorf("%s names no image", strings.Join(f.manifests, ", ")), "name manifests of what runs")
	}
	if err := c.wholeManifests(f, set); err != nil {
		return nil, err
	}
	return out, c.known(f, out)
}

// readCluster reads a file with what runs, the standard input, or a pipe of the shell's. One that lies in the project could be anybody's,
// and nobody may ever write to it.
func (c *command) readCluster(ctx context.Context, path string) ([]audit.Deployment, error) {
	var raw []byte
	var err error
	switch {
	case path == pipe.Standard && isTerminal(c.stdin):
		return nil, fault.Request(errors.New("nothing comes through it, since it is a terminal"), "write kubectl get pods --all-namespaces -o json | layergate audit --from-cluster -, or name a file")
	case path == pipe.Standard:
		raw, err = pipe.ReadAll(c.stdin, audit.MaxCluster)
	case isOwnPipe(path):
		raw, err = pipe.ReadFile(ctx, path, audit.MaxCluster)
	default:
		raw, err = regular.ReadNamed(rootOf(), path, audit.MaxCluster)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fault.Request(err, "name a regular file that can be read, or - for the standard input")
	}
	return audit.ReadCluster(raw)
}

// isOwnPipe tells whether a path is that of a pipe outside of the project, such as a shell's for <(kubectl get pods -o json).
func isOwnPipe(path string) bool {
	_, inside := regular.Below(rootOf(), path)
	return !inside && pipe.Is(path)
}

// nameOfInput names a path, or the standard input, in a sentence.
func nameOfInput(path string) string {
	if path == pipe.Standard {
		return "the standard input"
	}
	return path
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
