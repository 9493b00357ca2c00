package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

// composePart is a part of a Compose project that the file takes from somewhere else.
type composePart struct {
	from     workload.Field[string]
	field    string // that names it, such as include
	resource string
}

// composeParts lists what Compose files include and what their services extend.
func (in *input) composeParts() []composePart {
	var out []composePart
	for p := range in.projects(workload.Compose) {
		for _, f := range p.Includes {
			out = append(out, composePart{f, "include", "project"})
		}
	}
	for w := range in.workloads() {
		if w.Platform == workload.Compose {
			out = append(out, composePart{composeService(w).Extends, "extends", w.Resource()})
		}
	}
	return out
}

// taken finds the parts that are taken from where somebody minds.
func taken(parts []composePart, minds func(from string) bool) []violation {
	var out []violation
	for _, p := range parts {
		if from := p.from.Value; p.from.Set && minds(from) {
			out = append(out, violation{at: p.from.Place, saw: fmt.Sprintf("%s names %s", p.field, safetext.Escape(from)), field: p.field + " " + from, resource: p.resource})
		}
	}
	return out
}
