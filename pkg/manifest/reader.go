package manifest

import (
	"slices"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
	"github.com/layergate/layergate/pkg/workload/marathon"
)

// reader reads the manifests of one form.
type reader struct {
	platforms []workload.Platform // that read the form; the first one, unless the caller says which
	recognize func(data []byte) bool
	read      func(name string, data []byte, opt workload.Options) (*workload.File, error)
}

// readers lists all. A file is the first one's that recognizes it.
func readers() []reader {
	return []reader{
		{[]workload.Platform{workload.Kubernetes}, kubernetes.Recognize, kubernetes.Read},
		{[]workload.Platform{workload.Compose, workload.Swarm}, compose.Recognize, compose.Read},
		{[]workload.Platform{workload.Marathon}, marathon.Recognize, marathon.Read},
	}
}

// platform is the one that a file is for, where the caller wants one or leaves it open.
func (r reader) platform(wanted workload.Platform) workload.Platform {
	if slices.Contains(r.platforms, wanted) {
		return wanted
	}
	return r.platforms[0]
}

// reader finds the reader of a file by its content: of those for the platform that the caller wants, if he wants one.
func (r *reading) reader(data []byte) (reader, bool) {
	for _, of := range r.readers {
		if (r.Platform == "" || slices.Contains(of.platforms, r.Platform)) && of.recognize(data) {
			return of, true
		}
	}
	return reader{}, false
}

// forced finds the reader for the platform that the caller wants.
func (r *reading) forced() (reader, bool) {
	i := slices.IndexFunc(r.readers, func(of reader) bool { return slices.Contains(of.platforms, r.Platform) })
	if i < 0 {
		return reader{}, false
	}
	return r.readers[i], true
}
