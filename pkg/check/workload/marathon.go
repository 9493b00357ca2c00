package workload

import (
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/marathon"
)

// marathonRules are those about the apps and pods of Marathon.
func marathonRules() []rule {
	return []rule{
		marathonPlainFetch(),
		marathonUnverifiedFetch(),
		marathonExecutor(),
		marathonUniversal(),
		marathonStaleImage(),
		marathonOnAgent(),
		marathonWeakeningParameter(),
	}
}

// marathonTask is what Marathon is told of an app or a pod beyond the model, or nothing.
func marathonTask(w *workload.Workload) *marathon.Task {
	if t, ok := w.Object.(*marathon.Task); ok {
		return t
	}
	return &marathon.Task{}
}
