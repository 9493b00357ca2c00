package manifest

import (
	"slices"

	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// warnOfUnjudged says that no rule looks at anything that was read, for their secrets apart: nobody should take that for a
// deployment which was found to be clean.
func (r *reading) warnOfUnjudged() {
	if !slices.ContainsFunc(r.set.Files, File.judged) {
		r.warn(shown(r.set.Source) + ": nothing of it runs containers or is of a kind that rules look at: it is searched for secrets alone")
	}
}

// judged tells whether rules look at something of a file.
func (f File) judged() bool {
	return len(f.Workloads)+len(f.Images)+len(f.Settings) > 0 || slices.ContainsFunc(f.Objects, func(object any) bool {
		o, ofKubernetes := object.(*kubernetes.Object)
		return !ofKubernetes || o.Typed != nil || len(o.Unread) > 0
	})
}
