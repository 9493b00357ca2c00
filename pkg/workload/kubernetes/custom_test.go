package kubernetes_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// Of Istio the registry is said, and the images that its operator takes from there are known.
func TestIstio(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {hub: r.example/istio, tag: 1.20.0}\n":                             {"r.example/istio/pilot:1.20.0 spec.hub", "r.example/istio/proxyv2:1.20.0 spec.hub"},
		"apiVersion: sailoperator.io/v1\nkind: Istio\nspec: {values: {global: {hub: r.example/istio/, tag: 2}}}\n":                            {"r.example/istio/pilot:2 spec.values.global.hub", "r.example/istio/proxyv2:2 spec.values.global.hub"},
		"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {hub: r.example/istio, components: {pilot: {hub: 'https://a'}}}\n": {"r.example/istio/pilot spec.hub", "r.example/istio/proxyv2 spec.hub"},
		"apiVersion: eventing.example.com/v1\nkind: Thing\nspec: {hub: r.example/a, tag: b}\n":                                                nil,
	} {
		var got []string
		for _, image := range read(t, text).Images {
			got = append(got, image.Value+" "+image.Place.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("images of %q (-want +got):\n%s", text, diff)
		}
	}
}

func TestCustomResources(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"
	tests := []struct {
		name, text string
		workloads  []string
		unread     []string // paths
		images     []string // that it names, with their paths
	}{
		{name: "where most have it", text: "spec:\n  template: {spec: {containers: [{image: a}]}}\n", workloads: []string{"Thing/x"}},
		{name: "a spec like that of a pod", text: "spec: {containers: [{name: a}]}\n", workloads: []string{"Thing/x"}},
		{
			name:      "in a list",
			text:      "spec:\n  tasks:\n  - template: {spec: {containers: [{name: a}]}}\n  - template: {spec: {containers: [{name: a}]}}\n",
			workloads: []string{"Thing/x spec.tasks[0].template", "Thing/x spec.tasks[1].template"},
		},
		{
			name:      "by name",
			text:      "spec:\n  replicaSpecs:\n    Worker: {template: {spec: {containers: [{name: a}]}}}\n    Chief: {template: {spec: {containers: [{name: a}]}}}\n",
			workloads: []string{"Thing/x spec.replicaSpecs.Chief.template", "Thing/x spec.replicaSpecs.Worker.template"},
		},
		{name: "a container alone", text: "spec:\n  steps:\n  - {image: a, script: date}\n  - {image: b}\n", unread: []string{"spec.steps[0]", "spec.steps[1]"}, images: []string{"a spec.steps[0].image", "b spec.steps[1].image"}},
		{name: "values of a chart", text: "spec: {values: {image: {repository: a, tag: b}, web: {image: c, replicas: 2}}}\n", images: []string{"a:b spec.values.image", "c spec.values.web.image"}},
		{name: "an image of its own", text: "spec: {image: a, template: {spec: {containers: [{image: b}]}}}\n", workloads: []string{"Thing/x"}, images: []string{"a spec.image"}},
		{
			name:   "by other names",
			text:   "spec: {containerImage: a, images: [b, {name: c, newName: d, newTag: '1'}], imageName: e, baseImage: {registry: r, repository: f, digest: 'sha256:0'}, imagePullPolicy: g, description: an image}\n",
			images: []string{"r/f@sha256:0 spec.baseImage", "a spec.containerImage", "e spec.imageName", "b spec.images[0]", "d:1 spec.images[1]"},
		},
		{
			name: "with its parts beside it", text: "spec: {a: {registry: r.example, image: x/a, tag: v1, digest: 'sha256:0'}, b: {repository: r.example/y, image: b, version: '2'}, c: {image: 'c:3', tag: v1}, d: {image: d, digest: none}}\n",
			images: []string{"r.example/x/a:v1@sha256:0 spec.a.image", "r.example/y/b:2 spec.b.image", "c:3 spec.c.image", "d spec.d.image"},
		},
		{name: "under a name", text: "spec: {relatedImages: [{name: manager, image: 'r.example/m:1'}]}\n", images: []string{"r.example/m:1 spec.relatedImages[0].image"}},
		{name: "an address and a text", text: "spec: {backgroundImage: 'https://example.com/a.png', coverImage: a b}\n"},
		{name: "a picture", text: "spec: {backgroundImage: logo.svg, image: disk.qcow2}\n"},
		{name: "a policy within it", text: "spec: {objects: [{apiVersion: kyverno.io/v1, kind: Policy, spec: {image: a, template: {spec: {containers: [{name: a, image: a}]}}}}]}\n"},
		{name: "an image that is none", text: "spec: {image: {name: [a]}, other: {image: ''}}\n"},
		{name: "something else of the names", text: "spec: {containers: [1, 2]}\n"},
		{name: "containers that are none", text: "spec: {containers: [{name: [a]}]}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := read(t, head+tt.text)
			var workloads, unread []string
			for _, w := range f.Workloads {
				workloads = append(workloads, w.Resource())
			}
			for _, at := range f.Objects[0].(*kubernetes.Object).Unread {
				unread = append(unread, at.Path)
			}
			if diff := cmp.Diff(tt.workloads, workloads); diff != "" {
				t.Errorf("workloads (-want +got):\n%s", diff)
			}
			var images []string
			for _, image := range f.Images {
				images = append(images, image.Value+" "+image.Place.Path)
			}
			if diff := cmp.Diff(tt.images, images); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unread, unread); diff != "" {
				t.Errorf("containers that are not read (-want +got):\n%s", diff)
			}
		})
	}
}
