package workload

import (
	"slices"

	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// findAddressSecret finds the secrets in what a manifest names elsewhere: images, what builds and projects are taken from, and downloads.
func findAddressSecret(in *input) []violation {
	var out []violation
	add := func(v violation, f workload.Field[string]) {
		if s, ok := secret.Address(f.Value); ok {
			v.at, v.saw, v.field = f.Place, s.Saw(), secret.Redact(f.Value)
			out = append(out, v)
		}
	}
	for w := range in.workloads() {
		v := violation{resource: w.Resource()}
		for _, c := range w.Containers {
			add(violation{resource: v.resource, container: c.Name, image: c.Image.Value}, c.Image)
		}
		for _, f := range namedElsewhere(w) {
			add(v, f)
		}
	}
	for _, f := range in.files {
		for _, o := range f.Objects {
			if p, ok := o.(*compose.Project); ok {
				for _, f := range p.Includes {
					add(violation{resource: "project"}, f)
				}
			}
		}
		for _, image := range f.Images {
			add(violation{resource: image.Resource}, workload.Field[string]{Value: image.Value, Place: image.Place})
		}
	}
	return out
}

// namedElsewhere are the addresses that a service of Compose or a task of Marathon names, besides images.
func namedElsewhere(w *workload.Workload) []workload.Field[string] {
	s := composeService(w)
	out := slices.Concat(s.Build.Remotes, []workload.Field[string]{s.Extends}, s.EnvFiles)
	return append(out, marathonTask(w).Fetched...)
}
