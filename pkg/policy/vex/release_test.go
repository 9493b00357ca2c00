package vex_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// branch is a branch of a product tree; the last one of several has a product.
type branch struct{ category, name string }

// inBranches is a CSAF document that says that a product is fixed, which is in branches, one below the other.
func inBranches(t *testing.T, purl string, branches ...branch) vex.Document {
	t.Helper()
	type object = map[string]any
	product := object{"name": "it", "product_id": "P", "product_identification_helper": object{"purl": purl}}
	var node object
	for _, b := range slices.Backward(branches) {
		above := object{"category": b.category, "name": b.name}
		if node == nil {
			above["product"] = product
		} else {
			above["branches"] = []object{node}
		}
		node = above
	}
	at := "2026-03-01T00:00:00Z"
	raw, err := json.Marshal(object{
		"document": object{
			"category": "csaf_vex", "csaf_version": "2.0", "title": "About it", "publisher": object{"category": "vendor", "name": "me", "namespace": "https://vex.example"},
			"tracking": object{
				"id": "1", "status": "final", "version": "1", "initial_release_date": at, "current_release_date": at,
				"revision_history": []object{{"date": at, "number": "1", "summary": "First"}},
			},
		},
		"product_tree":    object{"branches": []object{node}},
		"vulnerabilities": []object{{"cve": "CVE-2026-10001", "product_status": object{"fixed": []string{"P"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(raw), nil)
}

func TestBranches(t *testing.T) {
	t.Parallel()
	const of, in, on = "product_version", "product_version_range", "architecture"
	all, none := []int{0, 1, 2}, []int(nil)
	tests := []struct {
		name, purl string
		branches   []branch
		want       []int // of the packages of version 1.9.0 on amd64, 1.10.0 on amd64 and 1.10.0 on arm64
	}{
		{"only a name", "pkg:npm/pad", []branch{{"product_name", "pad"}}, all},
		{"a version", "pkg:npm/pad", []branch{{"product_name", "pad"}, {of, "1.10.0"}}, []int{1, 2}},
		{"a version in another form", "pkg:npm/pad", []branch{{of, "1.9.0+build"}}, []int{0}},
		{"another version", "pkg:npm/pad", []branch{{of, "1.11.0"}}, none},
		{"a version above", "pkg:npm/pad", []branch{{of, "1.9.0"}, {"product_name", "pad"}}, []int{0}},
		{"a version of what has it as a part", "pkg:npm/pad", []branch{{of, "9"}, {of, "1.9.0"}}, []int{0}},
		{"a range of what has it as a part", "pkg:npm/pad", []branch{{in, "vers:generic/<1"}, {of, "1.9.0"}}, []int{0}},
		{"a version of what has it as a part, and a range", "pkg:npm/pad", []branch{{of, "9"}, {in, "vers:npm/<1.10.0"}}, []int{0}},
		{"the name for a version", "pkg:npm/pad", []branch{{of, "pad"}}, all},
		{"the name before the version", "pkg:npm/pad", []branch{{of, "pad-1.9.0"}}, []int{0}},
		{"a longer name before the version", "pkg:npm/pad", []branch{{of, "pad21.9.0"}}, none},
		{"a sign before the version, and no name", "pkg:npm/pad", []branch{{of, ":1.9.0"}}, none},
		{"another name for a version", "pkg:npm/pad", []branch{{of, "padding"}}, none},
		{"a version that the URL has", "pkg:npm/pad@1.9.0", []branch{{of, "pad-0:1.9.0-1.el9"}}, []int{0}},
		{"a version that the URL has, outside of the range", "pkg:npm/pad@1.9.0", []branch{{in, "vers:npm/>=1.10.0"}}, none},

		{"from a version on", "pkg:npm/pad", []branch{{in, "vers:npm/>=1.10.0"}}, []int{1, 2}},
		{"behind a version", "pkg:npm/pad", []branch{{in, "vers:npm/>1.10.0"}}, none},
		{"up to a version", "pkg:npm/pad", []branch{{in, "vers:npm/<=1.9.0"}}, []int{0}},
		{"before a version", "pkg:npm/pad", []branch{{in, "vers:npm/<1.9.0"}}, none},
		{"between two", "pkg:npm/pad", []branch{{in, "vers:npm/>=1.2|<1.10.0"}}, []int{0}},
		{"not between two", "pkg:npm/pad", []branch{{in, "vers:npm/<1.2|>=1.10.0"}}, []int{1, 2}},
		{"between the second two", "pkg:npm/pad", []branch{{in, "vers:npm/>=0.1|<0.2|>=1.10|<1.11"}}, []int{1, 2}},
		{"between neither two", "pkg:npm/pad", []branch{{in, "vers:npm/>=0.1|<0.2|>=1.11|<1.12"}}, none},
		{"one version", "pkg:npm/pad", []branch{{in, "vers:npm/1.9.0"}}, []int{0}},
		{"two versions", "pkg:npm/pad", []branch{{in, "vers:npm/1.9.0|1.10.0"}}, all},
		{"all but one", "pkg:npm/pad", []branch{{in, "vers:npm/!=1.9.0"}}, []int{1, 2}},
		{"all but one that nothing compares", "pkg:npm/pad", []branch{{in, "vers:npm/!=x%20y"}}, none},
		{"all but one with a bad escape", "pkg:npm/pad", []branch{{in, "vers:npm/!=2%2"}}, none},
		{"all but the later one", "pkg:npm/pad", []branch{{in, "vers:npm/!=1.10.0"}}, []int{0}},
		{"all but two", "pkg:npm/pad", []branch{{in, "vers:npm/!=1.9.0|!=1.10.0"}}, none},
		{"all up to one but one", "pkg:npm/pad", []branch{{in, "vers:npm/!=1.9.0|<=1.10.0"}}, []int{1, 2}},
		{"any", "pkg:npm/pad", []branch{{in, "vers:npm/*"}}, all},
		{"escaped", "pkg:npm/pad", []branch{{in, "vers:npm/1%2E9.0"}}, []int{0}},
		{"without a type", "pkg:npm/pad", []branch{{in, ">= 1.2|< 1.10.0"}}, []int{0}},
		{"of versions of any sort", "pkg:npm/pad", []branch{{in, "vers:semver/<1.10.0"}}, []int{0}},

		{"of another type", "pkg:npm/pad", []branch{{in, "vers:pypi/>=1.10.0"}}, none},
		{"of another scheme", "pkg:npm/pad", []branch{{in, "verb:npm/>=1.10.0"}}, none},
		{"in words", "pkg:npm/pad", []branch{{in, "all versions before 2"}}, none},
		{"that does not rise", "pkg:npm/pad", []branch{{in, "vers:npm/<2|>=1"}}, none},
		{"with no version", "pkg:npm/pad", []branch{{in, "vers:npm/>="}}, none},
		{"with another comparator", "pkg:npm/pad", []branch{{in, "vers:npm/~1.9"}}, none},
		{"with two comparators", "pkg:npm/pad", []branch{{in, "vers:npm/<>1.9"}}, none},
		{"with a comparator twice", "pkg:npm/pad", []branch{{in, "vers:npm/>>1.9"}}, none},
		{"with a second range in a version", "pkg:npm/pad", []branch{{in, "vers:npm/<1%20%7C%7C%20%3E1"}}, none},
		{"with a bad escape", "pkg:npm/pad", []branch{{in, "vers:npm/<2%2"}}, none},
		{"of nothing", "pkg:npm/pad", []branch{{in, "|"}}, none},

		{"an architecture", "pkg:npm/pad", []branch{{on, "x86_64"}, {"product_name", "pad"}}, []int{0, 1}},
		{"an architecture in capitals", "pkg:npm/pad", []branch{{on, " X86_64"}}, []int{0, 1}},
		{"another one", "pkg:npm/pad", []branch{{on, "aarch64"}}, []int{2}},
		{"a third one", "pkg:npm/pad", []branch{{on, "s390x"}}, none},
		{"no architecture", "pkg:npm/pad", []branch{{on, "noarch"}, {of, "1.10.0"}}, []int{1, 2}},
		{"a version on an architecture", "pkg:npm/pad", []branch{{on, "arm64"}, {of, "1.10.0"}}, []int{2}},

		{"the image", "pkg:oci/app", []branch{{"product_name", "app"}}, all},
		{"the image on an architecture", "pkg:oci/app", []branch{{on, "aarch64"}}, []int{2}},
		{"the image, by its architecture", "pkg:oci/app?arch=arm64", []branch{{"product_name", "app"}}, []int{2}},
		{"a range of Alpine's", "pkg:apk/alpine/pad", []branch{{in, "vers:alpine/>=1.10.0"}}, []int{1, 2}},
		{"a range of Alpine's for another package", "pkg:npm/pad", []branch{{in, "vers:alpine/>=1.10.0"}}, none},
		{"a tag", "pkg:oci/app", []branch{{of, "1.2"}}, all},
		{"another tag", "pkg:oci/app", []branch{{of, "1.3"}}, none},
		{"a range of tags", "pkg:oci/app", []branch{{in, "vers:generic/>=1.0"}}, none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := "pkg:npm/pad"
			if strings.HasPrefix(tt.purl, "pkg:apk/") {
				name = "pkg:apk/alpine/pad"
			}
			list := []finding.Finding{
				found("CVE-2026-10001", "linux/amd64", name+"@1.9.0"), found("CVE-2026-10001", "linux/amd64", name+"@1.10.0"), found("CVE-2026-10001", "linux/arm64/v8", name+"@1.10.0"),
			}
			got := slices.Sorted(maps.Keys(vex.Match([]vex.Document{inBranches(t, tt.purl, tt.branches...)}, app(), list, version.InRange)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Match() (-want +got):\n%s", diff)
			}
		})
	}
}

// What nothing can compare is the version that is written alike, and in no range.
func TestVersionByText(t *testing.T) {
	t.Parallel()
	list := []finding.Finding{found("CVE-2026-10001", "linux/amd64", "pkg:npm/pad@final%20(2)")}
	for b, want := range map[branch]int{{"product_version", "final (2)"}: 1, {"product_version", "final (3)"}: 0, {"product_version_range", "vers:npm/!=1.9.0"}: 0} {
		if got := vex.Match([]vex.Document{inBranches(t, "pkg:npm/pad", b)}, app(), list, version.InRange); len(got) != want {
			t.Errorf("Match(%s) = %v, want %d", b.name, got, want)
		}
	}
	nobody := func(finding.Package, string) (bool, error) { return true, errors.New("nobody knows") }
	if got := vex.Match([]vex.Document{inBranches(t, "pkg:npm/pad", branch{"product_version_range", "vers:npm/>=1"})}, app(), list, nobody); len(got) != 0 {
		t.Errorf("Match() = %v of a version of which nobody knows", got)
	}
}
