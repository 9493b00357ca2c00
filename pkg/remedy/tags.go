package remedy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/regex"
)

// maxTags is how many tags of a repository NewerTags proposes: each is an image to read.
const maxTags = 5

// NewerTags picks, of the tags of a base image's repository, those of newer images of the same kind: as many numbers in the
// version, the same first one, and the same flavour, such as -slim. They are the newest few, the lowest first. It picks none
// where the base image's own tag begins with no number.
func NewerTags(base string, tags []string) []string {
	tag := imageref.Split(base).Tag
	present, ok := parseTag(tag)
	if !ok {
		return nil
	}
	var newer []string
	for _, t := range tags {
		if v, ok := parseTag(t); ok && v.flavour == present.flavour && len(v.numbers) == len(present.numbers) && v.numbers[0] == present.numbers[0] &&
			slices.Compare(v.numbers, present.numbers) > 0 {
			newer = append(newer, t)
		}
	}
	sortTags(newer)
	return newer[max(len(newer)-maxTags, 0):]
}

// SortCandidates orders references that a user names for the place of a base image: those of its repository and its major
// version first, of these and of others the lowest first.
func SortCandidates(base string, refs []string) {
	wanted := imageref.Split(base)
	present, known := parseTag(wanted.Tag)
	rank := func(ref string) int {
		r := imageref.Split(ref)
		v, ok := parseTag(r.Tag)
		switch {
		case r.Repository == wanted.Repository && known && ok && v.numbers[0] == present.numbers[0]:
			return 0
		case r.Repository == wanted.Repository:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(refs, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), compareTags(imageref.Split(a).Tag, imageref.Split(b).Tag))
	})
}

// numberedTag is a tag that begins with a version.
var numberedTag = regex.New(`^(v?)([0-9]+(?:\.[0-9]+)*)(-[A-Za-z0-9._-]*)?$`)

// tagVersion is the version that a tag begins with, and what follows it.
type tagVersion struct {
	numbers []int
	flavour string
}

func parseTag(tag string) (tagVersion, bool) {
	m := numberedTag.FindStringSubmatch(tag)
	if m == nil {
		return tagVersion{}, false
	}
	v := tagVersion{flavour: m[1] + m[3]}
	for _, part := range strings.Split(m[2], ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return tagVersion{}, false
		}
		v.numbers = append(v.numbers, n)
	}
	return v, true
}

func sortTags(tags []string) { slices.SortStableFunc(tags, compareTags) }

// compareTags orders tags by their versions, those without one last.
func compareTags(a, b string) int {
	x, xOK := parseTag(a)
	y, yOK := parseTag(b)
	switch {
	case xOK && yOK:
		return slices.Compare(x.numbers, y.numbers)
	case xOK:
		return -1
	case yOK:
		return 1
	}
	return 0
}
