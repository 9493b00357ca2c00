package main

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// version is one that Layergate releases: MAJOR.MINOR.PATCH (semver.org 2.0.0), without anything behind it.
type version struct{ major, minor, patch int }

var versionForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$`)

func parseVersion(s string) (version, error) {
	m := versionForm.FindStringSubmatch(s)
	if m == nil {
		return version{}, fmt.Errorf("%q is not MAJOR.MINOR.PATCH", s)
	}
	var numbers [3]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(m[i+1]) // at most six digits
	}
	return version{numbers[0], numbers[1], numbers[2]}, nil
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch) }

// tag is the tag of the version, which is set once and never moved.
func (v version) tag() string { return "v" + v.String() }

// majorTag is the tag that points to the highest version of a major one.
func (v version) majorTag() string { return "v" + strconv.Itoa(v.major) }

// branch has the release commits of a major version.
func (v version) branch() string { return "releases/" + v.majorTag() }

func (v version) compare(other version) int {
	return cmp.Or(cmp.Compare(v.major, other.major), cmp.Compare(v.minor, other.minor), cmp.Compare(v.patch, other.patch))
}
