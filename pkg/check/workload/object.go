package workload

import (
	"iter"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/marathon"
)

// composeService is what a Compose file says of a service beyond the model; nothing where a workload is of another kind of file.
func composeService(w *workload.Workload) *compose.Service {
	if s, ok := w.Object.(*compose.Service); ok {
		return s
	}
	return &compose.Service{}
}

// marathonTask is what Marathon is told of an app or a pod beyond the model, or nothing.
func marathonTask(w *workload.Workload) *marathon.Task {
	if t, ok := w.Object.(*marathon.Task); ok {
		return t
	}
	return &marathon.Task{}
}

// projects yields what Compose files for a platform say besides services.
func (in *input) projects(platform workload.Platform) iter.Seq[*compose.Project] {
	return func(yield func(*compose.Project) bool) {
		for i := range in.files {
			for _, o := range in.files[i].Objects {
				if p, ok := o.(*compose.Project); ok && p.Platform == platform && !yield(p) {
					return
				}
			}
		}
	}
}
