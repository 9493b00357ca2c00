package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/manifest"
	"github.com/layergate/layergate/pkg/regular"
)

// theImage is the name of an image that nothing tells from others, such as that of a project with one Dockerfile in its root.
const theImage = "image"

// maxName is how many characters a name may have.
const maxName = 100

// validName is a name that is one element of a path on every system, and no hidden file's.
var validName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$`)

// nameOf is what tells the reports of a run from those of others: their directory, the category of the SARIF report and the comment
// on a pull request. It does not depend on where an image is pushed to, so that a scan of a pull request and the gate of the
// branch have the same. The name is the derived one where the input is wrong. In a job it is one image's: another of the same
// repository gets a number, unless the input names it.
func (c *command) nameOf(in *input.Values) (string, error) {
	name, err := nameOfImage(in, rootOf())
	switch {
	case c.onlyManifests:
		name, err = nameOr(in, safeName(nameOfManifests(in.List("manifests"), rootOf())))
	case in.IsSet(releaseSet):
		name, err = nameOr(in, safeName(nameOfSet(in.String(releaseSet), rootOf())))
	}
	if err != nil || !c.isStep {
		return name, err
	}
	what := whichImage(in, rootOf())
	switch {
	case c.onlyManifests:
		what = strings.Join(in.List("manifests"), "\n")
	case in.IsSet(releaseSet):
		what = filepath.Clean(in.String(releaseSet))
	}
	if in.String("name") != "" {
		_, err := c.job().claim(name, what)
		return name, err
	}
	return c.job().nameFor(what, name)
}

// whichImage is a text that two runs share where they say in the same way which image they mean: with everything that can make two
// images of one name.
func whichImage(in *input.Values, root string) string {
	source := in.String("image")
	if file := withoutForm(source); !image.HasScheme(file) && !image.IsName(file) {
		source = filepath.Clean(file)
	}
	words := []string{source, in.String("image-name")}
	if context := in.String("context"); context != "" {
		file := cmp.Or(in.String("dockerfile"), filepath.Join(context, "Dockerfile"))
		words = append([]string{below(root, context), below(root, file), in.String("target")}, append(in.List("build-arg"), in.List("platform")...)...)
	}
	return strings.Join(words, "\n")
}

// nameOfImage is the name of an image in reports.
func nameOfImage(in *input.Values, root string) (string, error) {
	return nameOr(in, safeName(derivedName(in, root)))
}

// nameOfManifests is made of the path of the file or directory that holds them.
func nameOfManifests(paths []string, root string) string {
	const manifests = "manifests"
	if len(paths) != 1 || paths[0] == manifest.Pipe {
		return manifests
	}
	return strings.Join(append([]string{manifests}, elements(below(root, paths[0]))...), ".")
}

// nameOfSet is made of the path of the file that names a release set.
func nameOfSet(path, root string) string {
	path = below(root, path)
	return strings.Join(elements(strings.TrimSuffix(path, filepath.Ext(path))), ".")
}

// nameOr is the name that the inputs say, or else the derived one.
func nameOr(in *input.Values, derived string) (string, error) {
	name := in.String("name")
	switch {
	case name == "":
		return derived, nil
	case !validName.MatchString(name) || len(name) > maxName:
		return derived, fault.Request(fmt.Errorf("%s: %q is not a name", in.Spell("name"), name),
			fmt.Sprintf("use at most %d letters, digits, dots, hyphens and underscores, such as shop-api", maxName))
	}
	return name, nil
}

// derivedName takes the name of an image that is built from its context, Dockerfile and stage, and that of another from its own
// repository or file.
func derivedName(in *input.Values, root string) string {
	context := in.String("context")
	if context == "" {
		return strings.ReplaceAll(sourceName(in.String("image"), in.String("image-name")), "/", ".")
	}
	parts := elements(below(root, context))
	if file := in.String("dockerfile"); file != "" {
		named, inside := regular.Below(context, file)
		if !inside {
			named = below(root, file)
		}
		dir, base := path.Split(filepath.ToSlash(named))
		if base != "Dockerfile" {
			dir += base
		}
		parts = append(parts, elements(dir)...)
	}
	if target := in.String("target"); target != "" {
		parts = append(parts, target)
	}
	return strings.Join(parts, ".")
}

// below is a path relative to the root of the project, or the last element of one outside.
func below(root, name string) string {
	if rel, inside := regular.Below(root, name); inside {
		return rel
	}
	return filepath.Base(name)
}

// elements are those of a relative path.
func elements(name string) []string {
	return slices.DeleteFunc(strings.Split(filepath.ToSlash(filepath.Clean(name)), "/"), func(s string) bool { return s == "." || s == "" })
}

// sourceName is the repository of an image in an archive that holds several, of one of the Docker daemon or of one in a
// registry, without the registry's host; else the name of the image's file without its ending.
func sourceName(source, inArchive string) string {
	for _, scheme := range []string{"docker:", "registry:"} {
		if ref, ok := strings.CutPrefix(source, scheme); ok {
			return repositoryOf(ref)
		}
	}
	switch {
	case image.IsPipe(source), strings.HasPrefix(source, "/dev/"): // such as /dev/stdin
		return ""
	case source != "" && image.IsName(source):
		return repositoryOf(source)
	}
	if name := repositoryOf(inArchive); name != "" {
		return name
	}
	if source = withoutForm(source); source == "" {
		return ""
	}
	file := path.Base(filepath.ToSlash(filepath.Clean(source)))
	for _, ending := range []string{".gz", ".tgz", ".zst", ".xz", ".bz2", ".tar"} {
		file = strings.TrimSuffix(file, ending)
	}
	return file
}

// withoutForm is the source of an image without the form that a file or directory is said to have.
func withoutForm(source string) string {
	for _, scheme := range []string{"docker-archive:", "oci-archive:", "oci-dir:"} {
		source = strings.TrimPrefix(source, scheme)
	}
	return source
}

// repositoryOf is the path of a reference without the registry's host, the tag and the digest; empty for a digest alone.
func repositoryOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		ref = ref[:i]
	}
	if ref == "sha256" {
		return ""
	}
	if host, rest, ok := strings.Cut(ref, "/"); ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		return rest
	}
	return ref
}

// safeName makes a name of a text: the same for the same text, and, where something in the text cannot be in a name, another
// one than other texts have.
func safeName(text string) string {
	if text == "" {
		return theImage
	}
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && validName.MatchString("a"+string(r)+"a") {
			return r
		}
		return '-'
	}, text), "._-")
	if name == text && len(name) <= maxName {
		return name
	}
	const room = 80
	sum := sha256.Sum256([]byte(text))
	return cmp.Or(strings.TrimRight(name[:min(len(name), room)], "._-"), theImage) + "-" + hex.EncodeToString(sum[:4])
}
