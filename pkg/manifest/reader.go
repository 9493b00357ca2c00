package manifest

import (
	"fmt"
	"path"
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
	// called tells whether files of the form have a name, and holds whether one that is called so can be read; resembles whether a file
	// that is not recognized may be of the form. Any of them may be nil.
	called    func(base string) bool
	holds     func(data []byte) bool
	resembles func(data []byte) bool
}

// isFor tells whether a file is of the form.
func (r reader) isFor(name string, data []byte) bool {
	return r.recognize(data) || r.called != nil && r.called(path.Base(name)) && r.holds(data)
}

// readers lists all. A file is the first one's that recognizes it.
func readers() []reader {
	return []reader{
		{platforms: []workload.Platform{workload.Kubernetes}, recognize: kubernetes.Recognize, read: kubernetes.Read},
		{
			platforms: []workload.Platform{workload.Compose, workload.Swarm}, recognize: compose.Recognize, read: compose.Read,
			called: compose.Called, holds: compose.Holds, resembles: compose.Resembles,
		},
		{platforms: []workload.Platform{workload.Marathon}, recognize: marathon.Recognize, read: marathon.Read, resembles: marathon.Resembles},
	}
}

// platform is the one that a file is for, where the caller wants one or leaves it open.
func (r reader) platform(wanted workload.Platform) workload.Platform {
	if slices.Contains(r.platforms, wanted) {
		return wanted
	}
	return r.platforms[0]
}

// reader finds the reader of a file by its content and name: of those for the platform that the caller wants, if he wants one.
func (r *reading) reader(name string, data []byte) (reader, bool) {
	for _, of := range r.readers {
		if r.wants(of) && of.isFor(name, data) {
			return of, true
		}
	}
	return reader{}, false
}

// wants tells whether the caller leaves the platform open, or wants one of a reader's.
func (r *reading) wants(of reader) bool {
	return r.Platform == "" || slices.Contains(of.platforms, r.Platform)
}

// warnOfPassed names a file of a directory that is no manifest as far as it says, and looks like one or is called so.
func (r *reading) warnOfPassed(name string, data []byte) {
	for _, of := range r.readers {
		switch {
		case !r.wants(of):
		case of.called != nil && of.called(path.Base(name)):
			r.warn(fmt.Sprintf("%s is called like a file of %s, holds nothing of it, and was passed over", name, of.platform(r.Platform)))
			return
		case of.resembles != nil && of.resembles(data):
			r.warn(fmt.Sprintf("%s looks like a file of %s, and was passed over: name it with the platform to have it checked", name, of.platform(r.Platform)))
			return
		}
	}
}

// forced finds the reader for the platform that the caller wants.
func (r *reading) forced() (reader, bool) {
	i := slices.IndexFunc(r.readers, func(of reader) bool { return slices.Contains(of.platforms, r.Platform) })
	if i < 0 {
		return reader{}, false
	}
	return r.readers[i], true
}
