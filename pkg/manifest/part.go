package manifest

import (
	"slices"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// unnamed is the error for a file with an object that the API server refuses since it lacks an image.
func unnamed(f *workload.File) error {
	for _, object := range f.Objects {
		if o, ok := object.(*kubernetes.Object); ok {
			if err := o.Unnamed(); err != nil {
				return err
			}
		}
	}
	return nil
}

// join takes away what files leave to others that were read as well: parts of which the file is there, and images of Compose's services that a service
// of the same name has.
func (r *reading) join() {
	named := map[string]bool{} // services with an image
	for _, f := range r.set.Files {
		for _, w := range f.Workloads {
			if w.Platform != workload.Kubernetes && len(w.Containers) > 0 && (w.Containers[0].Image.Value != "" || w.Containers[0].Build.Set) {
				named[w.Resource()] = true
			}
		}
	}
	for _, f := range r.set.Files {
		for _, w := range f.Workloads {
			if named[w.Resource()] && w.Platform != workload.Kubernetes {
				w.Containers[0].Filled = workload.Field[string]{}
			}
		}
	}
	for i := range r.set.Files {
		f := &r.set.Files[i]
		f.Parts = slices.DeleteFunc(f.Parts, func(p workload.Part) bool { return r.seen[p.From] })
	}
}
