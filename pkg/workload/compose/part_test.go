package compose_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// What a file takes from others is named by their paths, as names of files are.
func TestParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"include: [db.yaml, {path: [../a.yaml, /b.yaml]}]\nservices: {web: {image: web}}\n":       {"project in/db.yaml", "project a.yaml", "project /b.yaml"},
		"include: [\"oci://x/y:1\", \"${FILE}\"]\n":                                               {"project oci://x/y:1", "project ${FILE}"},
		"services: {web: {extends: {file: base.yaml, service: b}, image: web}}\n":                 {"service/web in/base.yaml"},
		"services: {web: {extends: {file: ./compose.yaml, service: b}}, b: {image: b}}\n":         nil,
		"services: {web: {extends: {service: b}}, b: {image: b}}\n":                               nil,
		"services: {web: {extends: {service: b}}, b: {extends: {file: base.yaml, service: c}}}\n": {"service/web in/base.yaml", "service/b in/base.yaml"},
		"services: {web: {image: web}}\n":                                                         nil,
	} {
		f, err := compose.Read("in/compose.yaml", []byte(text), workload.Options{})
		if err != nil {
			t.Fatalf("Read(%s): %v", text, err)
		}
		var got []string
		for _, p := range f.Parts {
			got = append(got, fmt.Sprint(p.Resource, " ", p.From))
		}
		if !slices.Equal(got, want) {
			t.Errorf("the parts of %s are %q, want %q", text, got, want)
		}
	}
}

// Another file names the image of a service that says none, and nothing that could be one.
func TestFilled(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"{read_only: true}": true, "{image: web}": false, "{build: .}": false, "{extends: {file: a.yaml, service: b}}": false} {
		f, err := compose.Read("compose.prod.yaml", []byte("services: {web: "+text+"}\n"), workload.Options{})
		if err != nil {
			t.Fatalf("Read(%s): %v", text, err)
		}
		if got := f.Workloads[0].Containers[0].Filled; got.Set != want {
			t.Errorf("of %s what names the image is %+v, want it set: %t", text, got, want)
		}
	}
}
