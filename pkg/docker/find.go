package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// maxTags is how many tags of a repository are worth listing.
const maxTags = 5

// findPatience is how long a daemon may take to say whether it has an image.
const findPatience = 10 * time.Second

// Find tells whether the daemon has an image of this name. Where it has none, or cannot be asked, it says why in one sentence,
// which names other tags of the same repository.
func (d Daemon) Find(ctx context.Context, name string) (found bool, why string, err error) {
	c, err := d.Connect()
	if err != nil {
		return false, "", err
	}
	defer c.Close()
	asking, cancel := context.WithTimeout(ctx, findPatience)
	defer cancel()
	_, err = c.ImageInspect(asking, name)
	switch {
	case err == nil:
		return true, "", nil
	case ctx.Err() != nil:
		return false, "", ctx.Err()
	case cerrdefs.IsNotFound(err):
		why = fmt.Sprintf("the Docker daemon at %s has no image %s", d.Address(), name)
		if tags := OtherTags(asking, c, name); len(tags) > 0 {
			why += ", but " + strings.Join(tags, ", ")
		}
		return false, why, nil
	}
	if _, sentence := d.Unreachable(err); sentence != nil {
		return false, sentence.Error(), nil
	}
	return false, fmt.Sprintf("asking the Docker daemon at %s: %v", d.Address(), err), nil
}

// OtherTags lists what the daemon has of the repository of a name, sorted, and at most some of it; nothing where the daemon
// does not say.
func OtherTags(ctx context.Context, c *client.Client, name string) []string {
	repository, _, _ := strings.Cut(name, "@")
	if at := strings.LastIndex(repository, ":"); at > strings.LastIndex(repository, "/") {
		repository = repository[:at]
	}
	list, err := c.ImageList(ctx, client.ImageListOptions{Filters: client.Filters{}.Add("reference", repository)})
	if err != nil {
		return nil
	}
	var tags []string
	for _, image := range list.Items {
		for _, tag := range image.RepoTags {
			if strings.HasPrefix(tag, repository+":") {
				tags = append(tags, tag)
			}
		}
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	return tags[:min(len(tags), maxTags)]
}
