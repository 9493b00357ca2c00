// Package release reads which images are released together, and how each is built: from a Compose file, or from what docker buildx bake
// prints. What a file says that a build here could not do is refused by name, so that no image is built otherwise than the file says.
//
// The file is the project's, and names nothing of the machine: no variable of the environment, no file of secrets, no directory outside
// of the project. It must not import gate, builder, registry or anything else that acts on the images.
package release

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// MaxSize is how many bytes the file of a set may have.
const MaxSize = 4 << 20

// Image is one image of a set.
type Image struct {
	Name   string // of the service or target; no other image of the set has it in any case of letters
	Source string // where the image is that is there already, as the input image names it; empty where it is built
	Build         // how the image is or was built
	Push   []string
}

// Build is how an image is built. Paths are relative to the working directory, unless they are absolute.
type Build struct {
	Context    string // empty where nothing is known of a build
	Dockerfile string // empty for the file Dockerfile in the context
	Target     string
	Args       map[string]string
	Labels     map[string]string
	Platforms  []string
	CacheFrom  []string // as docker buildx build takes them
	CacheTo    []string
	NoCache    bool
	Pull       bool
	Network    string   // empty for the builder's own
	Secrets    []string // the ids of those that the build asks for
	SSH        []string // the ids of agents and keys, likewise
}

// Set is the images of a release.
type Set struct {
	Images  []Image  // sorted by name
	Skipped []string // what the file names and the set leaves out, with the reason
}

// Read reads the set of a file in a project, of which root is the directory. What is wrong with the file is a wrong request.
func Read(root, path string) (*Set, error) {
	data, err := regular.ReadNamed(root, path, MaxSize)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the release set: %w", err), "name a Compose file, or a file with what docker buildx bake --print prints")
	}
	set, err := parse(path, data)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(set.Images, func(a, b Image) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(set.Skipped)
	return set, check(root, path, set)
}

// parse reads a file by the form that its content shows.
func parse(path string, data []byte) (*Set, error) {
	const print = "give what \"docker buildx bake --print\" prints"
	switch {
	case strings.EqualFold(filepath.Ext(path), ".hcl"):
		return nil, fault.Request(fmt.Errorf("%s is written in HCL, whose variables and functions only docker buildx bake resolves", path), print)
	case isBake(data):
		return readBake(path, data)
	case compose.Recognize(data):
		return readCompose(path, data)
	}
	return nil, fault.Request(fmt.Errorf("%s is neither a Compose file nor what docker buildx bake prints", path), print+", or a Compose file with services")
}

// check refuses sets that could not be released as a whole, and what leads out of the project.
func check(root, path string, set *Set) error {
	if len(set.Images) == 0 {
		return fault.Request(fmt.Errorf("%s names no image to release", path), "give a Compose service both build and image, or a target of bake its tags")
	}
	names := map[string]string{}
	for _, i := range set.Images {
		lower := strings.ToLower(i.Name)
		if other, taken := names[lower]; taken {
			return fault.Request(fmt.Errorf("%s: %q and %q are the same but for upper and lower case, and so would be their reports", path, other, i.Name), "rename one of them")
		}
		names[lower] = i.Name
		if err := i.check(root); err != nil {
			return fmt.Errorf("%s: %s: %w", path, i.Name, err)
		}
	}
	return nil
}

// check refuses an image that goes nowhere, and a build whose files are not the project's.
func (i Image) check(root string) error {
	if len(i.Push) == 0 {
		return fault.Request(errors.New("nothing says where the image is pushed to"), "give the Compose service an image, or the target of bake tags")
	}
	if i.Context == "" {
		return nil
	}
	if compose.Remote(i.Context) || strings.Contains(i.Context, "://") {
		return fault.Request(fmt.Errorf("the build context %s is not in the project", i.Context), "check it out beside the project's files")
	}
	for _, file := range []string{i.Context, i.Dockerfile} {
		if _, inside := regular.Below(root, file); file != "" && !inside {
			return fault.Request(fmt.Errorf("%s lies outside of the project, whose files alone may go into an image of the set", file), "move it into the project")
		}
	}
	return nil
}

// beside is a path that is written relative to a directory.
func beside(directory, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(directory, path)
}

// refuse is the wrong request of a field that no build here has.
func refuse(path, name, field string) error {
	return fault.Request(fmt.Errorf("%s: %s: %s is nothing that an image of a release set can be built with", path, name, field),
		fmt.Sprintf("leave it out, or build %s by itself and name the archive: %s", name, sourceKey))
}

// isBake tells whether a file is JSON with targets.
func isBake(data []byte) bool {
	data = bytes.TrimSpace(data)
	return bytes.HasPrefix(data, []byte("{")) && bytes.Contains(data, []byte(`"target"`)) && !bytes.Contains(data, []byte(`"services"`))
}
