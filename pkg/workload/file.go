package workload

import "strings"

// Options say what the content of a file does not.
type Options struct {
	// Platform is the orchestrator that the file is for, where the caller says so. A Compose file is for Compose unless it
	// says Swarm; the other readers do not look at it.
	Platform Platform
	// Override is a file that Compose merges into the one that is read; without a name there is none. The other readers do not look
	// at it.
	Override Source
}

// Source is a file before it is read.
type Source struct {
	Name string // as Place.File has it
	Data []byte
}

// NamedImage is an image that an object names, and no container of a workload.
type NamedImage struct {
	Resource, Value string // such as Prometheus/main
	Place           Place
	// Partial says that the object may say the tag elsewhere, and that the image may be none of containers.
	Partial bool
}

// Part is something that an object deploys and that its file does not hold.
type Part struct {
	Resource string // such as project or HelmRelease/shop
	Place    Place
	// From is the file that holds it, as Place.File has it, or its address; empty where no file of the platform does.
	From string
}

// File is what a reader found in one file.
//
// Each reader is a package with two functions:
//
//	func Recognize(data []byte) bool
//	func Read(name string, data []byte, opt workload.Options) (*workload.File, error)
//
// Recognize tells by its content whether a file has a document of the platform; of one that does not parse it tells what it
// most likely is. It is called with anything and has to be quick. Read fails where the platform would refuse the file:
// with an error of pkg/fault.Request whose text begins with name:line, such as web.yaml:12.
type File struct {
	Name      string // as Place.File has it
	Workloads []Workload
	Documents int // that are of the platform, with workloads or without
	Skipped   int // that are not, and were passed over
	// Objects are what the platform's own rules look at besides workloads, such as namespaces and roles: what the package
	// that read the file says they are.
	Objects []any
	// Images are those that objects name outside of workloads, such as custom resources whose controllers run them.
	Images []NamedImage
	// Parts are what the file deploys and does not hold, such as what a Compose file includes.
	Parts []Part
	// Settings are what objects say of containers outside of workloads, each with its own containers: only what would weaken the
	// isolation of one is set, and nothing is known of the rest.
	Settings []Workload
	// Texts are all strings that the file says, those of workloads included.
	Texts []Text
}

// Text is a string of a manifest, or a list of strings such as a command.
type Text struct {
	Place Place
	Value string // as written, without quotes; empty of a list
	// Items are those of a list. What holds other things beside strings is no list here, and its strings are texts of their own.
	Items []Field[string]
	// Key is the key of the field, and In that of the object or list that has it.
	Key, In string
	// Name is what a value is called by the name or key beside it, as in a list of variables.
	Name string
	// Custom is set where nobody knows what the field means but by its key, as in a custom resource.
	Custom bool
	// Resource names the object as Workload.Resource does; empty of what is no object's. Container is the name of the container
	// that has the text, if one does.
	Resource, Container string
}

// AddTexts adds the texts of one object, or of a file for itself where resource is empty. Those of a container get its name,
// which is found by its path.
func (f *File) AddTexts(texts []Text, resource string, workloads []Workload) {
	for _, t := range texts {
		t.Resource = resource
		longest := 0
		for i := range workloads {
			w := &workloads[i]
			for _, c := range w.Containers {
				path := strings.TrimSuffix(c.Place.Path, ".name") + "."
				if strings.HasPrefix(t.Place.Path, path) && len(path) > longest {
					t.Resource, t.Container, longest = w.Resource(), c.Name, len(path)
				}
			}
		}
		f.Texts = append(f.Texts, t)
	}
}
