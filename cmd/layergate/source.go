package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
)

// oneSource takes at most one word behind a command: the image.
func oneSource(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return nil
	}
	return fault.Request(fmt.Errorf("%s takes one image, and got %q and %q", cmd.Name(), args[0], args[1]),
		"write flags with two hyphens, and run once for each image")
}

// source sets the input image to the word behind a command.
func (c *command) source(in *input.Values, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	for _, name := range []string{"image", "context"} {
		if in.IsSet(name) {
			return fault.Request(fmt.Errorf("%q and %s both say what to scan", word, in.Spell(name)), "leave one of them out")
		}
	}
	if holdsDockerfile(word) {
		return fault.Request(fmt.Errorf("%s is a directory with a Dockerfile, and not an image", word),
			"to build the image and take that, write "+in.Spell("context")+" "+word)
	}
	in.Set("image", word)
	c.byName = image.IsName(word)
	return nil
}

// holdsDockerfile tells whether a path is a directory to build an image from, and none that holds one.
func holdsDockerfile(path string) bool {
	if _, err := os.Stat(filepath.Join(path, "index.json")); err == nil {
		return false
	}
	info, err := os.Stat(filepath.Join(path, "Dockerfile"))
	return err == nil && info.Mode().IsRegular()
}

// locate sets the input image to the source of one that is only named, such as nginx:latest: the Docker daemon where it has the
// image, or else a registry. Why it is a registry is said. A user name and password that are given for a registry are not sent to
// Docker Hub where nobody named that.
func (c *command) locate(ctx context.Context, in *input.Values) error {
	if !c.byName {
		return nil
	}
	name := in.String("image")
	found, why, err := c.dockerDaemon(in).Find(ctx, name)
	if err != nil {
		return err
	}
	if found {
		in.Set("image", "docker:"+name)
		return nil
	}
	if namesNoRegistry(name) && strings.Count(name, "/") > 1 { // Docker Hub's have a namespace at most
		return fault.Request(fmt.Errorf("there is no file or directory %q, %s, and as a name it has too many parts for Docker Hub", name, why),
			"give the path of an image archive or an OCI layout, or write registry:HOST/"+name+" for the image of a registry")
	}
	if namesNoRegistry(name) && (in.IsSet("registry-username") || in.IsSet("registry-password")) {
		return fault.Request(fmt.Errorf("%s, and %s names no registry that the given user name and password are for", why, name),
			"write registry:HOST/"+name+", for Docker Hub registry:docker.io/"+name)
	}
	fmt.Fprintln(c.platform.LogWriter(), why)
	in.Set("image", "registry:"+name)
	return nil
}

// namesNoRegistry tells whether a reference leaves out the registry's host, so that Docker Hub is meant.
func namesNoRegistry(reference string) bool {
	host, _, found := strings.Cut(reference, "/")
	return !found || !strings.ContainsAny(host, ".:") && host != "localhost"
}

// pushTargets refuses the words by which docker/build-push-action is told whether to push: here they would be names on Docker Hub.
func pushTargets(in *input.Values, push []string) error {
	for _, ref := range push {
		if _, err := strconv.ParseBool(ref); err == nil {
			return fault.Request(fmt.Errorf("%s %s names no place that an image could be pushed to", in.Spell("push"), ref),
				"name where a clean image goes, such as registry.example/team/app:1.2, or use scan to push nothing")
		}
	}
	return nil
}

// warnOfHub names the references to push to that leave out both registry and namespace: they mean Docker Hub's own images.
func (c *command) warnOfHub(in *input.Values, push []string) {
	for _, ref := range push {
		if !strings.Contains(ref, "/") {
			ci.Warn(c.platform, fmt.Sprintf("%s %s means docker.io/library/%s, which only Docker itself can push to; name a registry, such as registry.example/%s",
				in.Spell("push"), ref, ref, ref))
		}
	}
}
