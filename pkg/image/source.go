package image

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/layergate/layergate/pkg/fault"
)

// The source schemes, named as grype names them.
const (
	schemeDocker   = "docker-archive"
	schemeOCI      = "oci-archive"
	schemeDir      = "oci-dir"
	schemeDaemon   = "docker"
	schemeRegistry = "registry"
)

// pathSchemes are those of files and directories.
func pathSchemes() []string { return []string{schemeDocker, schemeOCI, schemeDir} }

// Schemes lists what a source may begin with, as users write it, such as docker:. The slice is the caller's.
func Schemes() []string {
	var out []string
	for _, scheme := range append(pathSchemes(), schemeDaemon, schemeRegistry) {
		out = append(out, scheme+":")
	}
	return out
}

// HasScheme tells whether a source says by its scheme what it is.
func HasScheme(source string) bool {
	return slices.ContainsFunc(Schemes(), func(scheme string) bool { return strings.HasPrefix(source, scheme) })
}

// Path is the file or directory that a source names, and tells whether it names one that is there: also one whose own name looks like the
// name of an image in a registry.
func Path(source string) (path string, is bool) {
	scheme, rest, err := splitSource(source)
	return rest, err == nil && (scheme == "" || slices.Contains(pathSchemes(), scheme))
}

// IsName tells whether a word names an image and does not say where that is, as in docker run NAME. What exists as a path is no
// name.
func IsName(word string) bool {
	if _, err := os.Stat(word); err == nil || IsPipe(word) || HasScheme(word) {
		return false
	}
	scheme, _, _ := strings.Cut(word, ":")
	if _, other := otherScheme(scheme); other && scheme != word {
		return false
	}
	return looksLikeReference(word)
}

// splitSource takes a source apart. What exists as a path is one, whatever its name looks like.
func splitSource(source string) (scheme, rest string, err error) {
	if source == "" {
		return "", "", fault.Request(errors.New("no image given"), fault.Hintf("name an image with %s: a path, docker:NAME or registry:REFERENCE", fault.Input("image")))
	}
	if _, err := os.Stat(source); err == nil {
		return "", source, nil
	}
	head, rest, found := strings.Cut(source, ":")
	if !found {
		return "", "", missingSource(source, os.ErrNotExist)
	}
	switch {
	case slices.Contains(pathSchemes(), head):
		if _, err := os.Stat(rest); err != nil {
			return "", "", missingSource(rest, err)
		}
		return head, rest, nil
	case head == schemeDaemon || head == schemeRegistry:
		if rest == "" {
			return "", "", fault.Request(fmt.Errorf("%q names no image", source), "write "+head+":NAME, such as "+head+":team/app:1.2")
		}
		return head, rest, nil
	}
	if hint, known := otherScheme(head); known {
		return "", "", fault.Request(fmt.Errorf("the image source %q is not supported", head+":"), hint)
	}
	return "", "", missingSource(source, os.ErrNotExist)
}

// otherScheme says what to do instead of naming a source by a scheme that other scanners have.
func otherScheme(scheme string) (hint fault.Hint, known bool) {
	switch scheme {
	case "podman", "containerd", "singularity":
		return fault.Hintf("save the image to an archive (podman save -o app.tar NAME, ctr images export app.tar NAME) and give its path"), true
	case "oci":
		return fault.Hintf("give the path of an OCI layout alone, or behind oci-dir:"), true
	case "containers-storage":
		return fault.Hintf("save the image to an archive (podman save -o app.tar NAME) and give its path"), true
	case "docker-daemon":
		return fault.Hintf("write docker:NAME for an image of the Docker daemon"), true
	case "dir", "file":
		return fault.Hintf("only images are scanned: build one from the directory with %s, or give the path alone of one that skopeo wrote", fault.Input("context")), true
	case "sbom", "purl", "cpes":
		return fault.Hintf("only images are scanned, and not lists of what they should hold: name the image itself"), true
	}
	return fault.Hint{}, false
}

func missingSource(file string, err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return fault.Request(fmt.Errorf("reading %q: %w", file, err), "")
	}
	hint := fault.Hintf("%s takes the path of an image archive or OCI layout, such as docker save -o app.tar writes", fault.Input("image"))
	if looksLikeReference(file) {
		hint = fault.Hintf("if that is an image's name, write docker:%s for the Docker daemon's image or registry:%s for a registry's", file, file)
	}
	return fault.Request(fmt.Errorf("there is no file or directory %q", file), fault.HintPath(file, hint))
}

// looksLikeReference tells whether a word is more likely meant as an image's name than as a path.
func looksLikeReference(s string) bool {
	if fault.HasDrive(s) { // with forward slashes it could be a name: D:/images/app
		return false
	}
	if _, err := name.ParseReference(s); err != nil {
		return false
	}
	switch path.Ext(s) {
	case ".tar", ".tgz", ".gz", ".zst", ".xz", ".bz2", ".oci":
		return false
	}
	return true
}
