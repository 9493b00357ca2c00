// Package workload is one model of what a manifest runs, whichever orchestrator it is for. Each field knows the line and
// column where the file says it, or where it would have to be said.
//
// The readers of manifests are pkg/workload/kubernetes, pkg/workload/compose and pkg/workload/marathon; the rules over the
// model are in pkg/check/workload.
package workload

// Platform is an orchestrator.
type Platform string

// The platforms. Compose and Swarm read the same files, and heed different parts of them.
const (
	Kubernetes Platform = "kubernetes"
	Compose    Platform = "compose"
	Swarm      Platform = "swarm"
	Marathon   Platform = "marathon"
)

// Field is a value of a manifest. The zero value is a field that the platform does not have.
type Field[T any] struct {
	Value T
	Set   bool // the manifest says it; Value is the platform's default otherwise
	// Variable says that a variable decides on the value, and Value is what holds where nobody sets it, or what was written.
	Variable bool
	// Place is where the value is said, or else the object that it is missing from.
	Place Place
}

// Workload is what runs as one: a pod, a service, an app, with what the platform knows of it as a whole.
type Workload struct {
	Platform  Platform
	Kind      string // as the platform calls it: Deployment, CronJob, service, app, pod
	Name      string // of the object, or the id of an app
	Namespace string // of Kubernetes; empty where the manifest says none
	Place     Place  // of the object's name
	// Part is the path of the template in an object that may have several; empty where the kind has one.
	Part string

	HostNetwork, HostPID, HostIPC, HostUsers, HostUTS Field[bool]

	Containers []Container
	Replicas   Field[int]
	// RollingUpdate says whether a new version replaces the old one step by step, so that the service does not stop.
	RollingUpdate Field[bool]
	// Bandwidth is the limit that the manifest sets for the network, in the platform's own words.
	BandwidthIn, BandwidthOut Field[string]

	// Ineffective are the protections that the manifest asks for and that the platform passes over.
	Ineffective []Ineffective
	// Object is what the platform's own rules look at: what the package that read the manifest says it is.
	Object any
}

// Resource names the object as findings do, such as Deployment/web, and the part of it where it may have several.
func (w *Workload) Resource() string {
	name := w.Kind + "/" + w.Name
	if w.Part != "" {
		name += " " + w.Part
	}
	return name
}

// ContainerKind says when a container runs.
type ContainerKind string

// The kinds of containers.
const (
	Main      ContainerKind = "container"
	Init      ContainerKind = "init container"
	Sidecar   ContainerKind = "sidecar container" // an init container that goes on running beside the others
	Ephemeral ContainerKind = "ephemeral container"
)

// Container is one container of a workload. What the platform says for all of them is set in each that does not say
// otherwise, with the place where it is said.
type Container struct {
	Name  string
	Kind  ContainerKind
	Place Place // of the container's object

	Image Field[string] // as written; empty where it is built beside the manifest
	// Filled says what names the image in place of the manifest, also of one that the manifest names, such as: the ImageChange trigger of
	// ImageStreamTag web:1. It is empty where the manifest decides.
	Filled Field[string]
	// Build is how the image is built beside the manifest. It is set without a value where the manifest alone does not tell.
	Build Field[Build]
	User  Field[string] // a name or a number, with a group behind a colon where the platform writes it so
	// NonRoot says that the platform refuses to start the container as root.
	NonRoot    Field[bool]
	Privileged Field[bool]
	// Escalation says whether a process may gain more privileges than its parent (no_new_privs, prctl(2)).
	Escalation Field[bool]
	// AddCaps, DropCaps are names of capabilities without CAP_, in capitals; ALL for all of them.
	AddCaps      []Field[string]
	DropCaps     Field[[]string]
	ReadOnlyRoot Field[bool]
	// Seccomp, AppArmor are the profiles: "default" for the platform's own, "unconfined" for none, else a name. One that is set
	// and empty is none that the platform knows.
	Seccomp, AppArmor Field[string]
	// Weakened are the other settings that take something from the isolation of the container.
	Weakened []Weakened

	Memory, CPU, PIDs Field[string] // limits as written; "unlimited" where the manifest lifts them

	Mounts  []Mount
	Devices []Field[string] // of the host
	Env     []Variable
	Ports   []Port

	Liveness, Readiness Field[bool] // whether there is such a check; a platform with one kind of them sets Liveness
	// Command is the entry point and its arguments, as far as the manifest says them.
	Command Field[[]string]
	// OwnEntrypoint says that the manifest has the entry point, so that neither the image's nor its arguments count.
	OwnEntrypoint bool
}

// Images are all that are pulled for it: its own, if it names one, and those whose files are mounted.
func (c *Container) Images() []Field[string] {
	var out []Field[string]
	if c.Image.Value != "" {
		out = append(out, c.Image)
	}
	for _, m := range c.Mounts {
		if m.Image.Value != "" {
			out = append(out, m.Image)
		}
	}
	return out
}

// Build is a Dockerfile beside a manifest, with paths as the manifest has them.
type Build struct {
	Context    string // a directory, relative to the manifest's or absolute; empty where it is not known
	Dockerfile string // relative to the context or absolute
	Target     string // the stage; empty for the last
}

// Mount is a directory or file that a container gets.
type Mount struct {
	Place    Place
	HostPath string // of the host; empty for what is not the host's
	Target   string // in the container
	ReadOnly bool
	Image    Field[string] // whose files are mounted; empty for what is no image. Without a target it is pulled, and not mounted
}

// Variable is an environment variable.
type Variable struct {
	Name   string
	Value  Field[string]
	Secret bool // the value comes from the platform's store of secrets, and not from the manifest
}

// Port is a port that a container listens on or that is published for it.
type Port struct {
	Place     Place
	Container int
	Host      int    // 0 where none of the host is taken, or any
	HostIP    string // the address of the host that it is published at; empty for all
	Protocol  string // tcp, udp or sctp
}

// Weakened is a setting that takes something from the isolation of a container.
type Weakened struct {
	Setting string // as the platform writes it, such as label=disable
	What    string // in a few words, such as: SELinux does not confine it
	Place   Place
}

// Ineffective is a setting that a platform passes over.
type Ineffective struct {
	Container string // empty where the whole workload is meant
	Field     string // as the manifest calls it, such as security_opt
	Place     Place
	Why       string // one sentence, such as: docker stack deploy ignores security_opt
}
