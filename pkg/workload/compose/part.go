package compose

import (
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// parts are what a file takes from others: what it includes, and what its services extend there.
func (r *reader) parts() []workload.Part {
	var out []workload.Part
	add := func(resource, from string, at workload.Place) {
		if !Remote(from) && !strings.Contains(from, "$") && !path.IsAbs(from) {
			from = path.Join(path.Dir(at.File), from)
		}
		out = append(out, workload.Part{Resource: resource, Place: at, From: from})
	}
	for _, f := range r.project.Includes {
		add("project", f.Value, f.Place)
	}
	for _, section := range []string{"services", "jobs"} {
		for name, v := range r.root.Get(section).Fields() {
			if file := written(v.Get("extends", "file")); file.Value != "" {
				add(strings.TrimSuffix(section, "s")+"/"+name, file.Value, file.Place)
			}
		}
	}
	return out
}

// filled says that another file names the image of a service which says neither an image nor how one is built, nor what it extends.
func filled(v document.Value) workload.Field[string] {
	for _, field := range []string{"image", "build", "extends"} {
		if !v.Get(field).IsNull() {
			return workload.Field[string]{}
		}
	}
	return workload.Field[string]{Value: "another file of Compose", Set: true, Place: v.Place()}
}
