package policy

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/imageref"
)

// ImagePattern is a pattern for references of images: REPOSITORY[:TAG][@DIGEST]. In the repository * stands for any part
// between slashes, and /** at its end for all below; in the tag * stands for any text. A pattern without a tag is for all of
// them. Names of Docker Hub may leave out docker.io/ and library/, as in a Dockerfile.
type ImagePattern string

// Valid says what is wrong with the pattern.
func (p ImagePattern) Valid() error {
	r := imageref.Split(string(p))
	repository := r.FullRepository()
	switch {
	case strings.ContainsAny(string(p), " \t\n") || repository == "":
		return errors.New("it is no reference of an image")
	case strings.Contains(string(p), "://"):
		return errors.New("a reference has no scheme")
	case r.Digest != "" && !strings.HasPrefix(r.Digest, "sha256:"):
		return errors.New("a digest begins with sha256 and a colon")
	case strings.Contains(strings.TrimSuffix(repository, "/**"), "**"):
		return errors.New("** stands at the end of a repository, behind a slash")
	}
	for _, part := range []string{repository, r.Tag} {
		if _, err := path.Match(part, ""); err != nil {
			return errors.New("it is no pattern")
		}
	}
	return nil
}

// matches tells whether a reference is one that the pattern is for. digests are those of what it leads to.
func (p ImagePattern) matches(name string, digests []string) bool {
	want, got := imageref.Split(string(p)), imageref.Split(name)
	wanted, repository := want.FullRepository(), got.FullRepository()
	if open, _, _ := strings.Cut(got.Repository, "/"); strings.Contains(open, "$") {
		return false // a variable decides of which registry it is
	}
	if below, ok := strings.CutSuffix(wanted, "/**"); ok {
		parts := strings.Split(repository, "/")
		n := strings.Count(below, "/") + 1
		if n >= len(parts) || !glob(below, strings.Join(parts[:n], "/")) {
			return false
		}
	} else if !glob(wanted, repository) {
		return false
	}
	if got.Tag == "" && got.Digest == "" {
		got.Tag = "latest"
	}
	return (want.Tag == "" || glob(want.Tag, got.Tag)) && (want.Digest == "" || want.Digest == got.Digest || slices.Contains(digests, want.Digest))
}

// covers tells whether all references that another pattern is for are this one's as well. It is false where that is not plain.
func (p ImagePattern) covers(other ImagePattern) bool {
	wide, narrow := imageref.Split(string(p)), imageref.Split(string(other))
	below, deep := strings.CutSuffix(wide.FullRepository(), "/**")
	within, deeper := strings.CutSuffix(narrow.FullRepository(), "/**")
	parts, of := strings.Split(within, "/"), strings.Split(below, "/")
	switch {
	case !deep && (deeper || len(parts) != len(of)), len(parts) < len(of), deep && !deeper && len(parts) == len(of):
		return false
	}
	for i := range of {
		if !globCovers(of[i], parts[i]) {
			return false
		}
	}
	return (wide.Tag == "" || narrow.Tag != "" && globCovers(wide.Tag, narrow.Tag)) && (wide.Digest == "" || wide.Digest == narrow.Digest)
}

// globCovers tells whether a pattern of one part is for all texts that another one is for: the signs * and ? of the other one are then
// what a * of the first one takes.
func globCovers(pattern, other string) bool {
	return pattern == other || !strings.ContainsAny(pattern, `?[\`) && !strings.ContainsAny(other, `[\`) && glob(pattern, other)
}

func glob(pattern, text string) bool {
	ok, _ := path.Match(pattern, text) // a pattern that is none matches nothing
	return ok
}

// AllowsImage tells whether the policy allows manifests to deploy an image, by its reference as they write it.
func (p Policy) AllowsImage(name string) bool {
	return len(p.AllowedImages) == 0 || slices.ContainsFunc(p.AllowedImages, func(i ImagePattern) bool { return i.matches(name, nil) })
}
