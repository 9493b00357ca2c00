package workload

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
}
