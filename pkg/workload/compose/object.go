package compose

import "github.com/layergate/layergate/pkg/workload"

// Project is what a file says besides services.
type Project struct {
	Platform workload.Platform
	Includes []workload.Field[string] // other files that are part of it
	// Undefined are the volumes and networks that services name and that another file has to define, such as: volume data.
	Undefined []workload.Field[string]
	Networks  []Network // that are made for its services
	// Refused are the keys at the top of the file that docker stack deploy refuses.
	Refused []Refused
}

// Network is a network that is made for the services of a file.
type Network struct {
	Name      string
	Driver    string // empty for the tool's own: bridge of Compose, overlay of Swarm
	Encrypted workload.Field[bool]
}

// Refused is a field that docker stack deploy refuses.
type Refused struct {
	Field string
	Place workload.Place
	Why   string // one sentence, such as: docker stack deploy knows no pids_limit
}

// Service is what a service, or a job, says beyond workload.Workload.
type Service struct {
	APISocket    workload.Field[bool] // the Engine's API and the credentials of its user
	Provider     workload.Field[string]
	Hooks        []Hook
	Extends      workload.Field[string] // the service of another file, with that file before it
	EnvFiles     []workload.Field[string]
	Build        Build
	Shares       []Sharing
	UserNS       workload.Field[string]
	CgroupNS     workload.Field[string]
	CgroupParent workload.Field[string]
	Propagates   []workload.Mount // those that carry new mounts back to the host
	// Variables are the settings that a variable decides on, which open the host where it says so.
	Variables []workload.Field[string]
	Restart   workload.Field[string]
	// NoHealthcheck is where the file switches the image's health check off.
	NoHealthcheck  workload.Field[bool]
	OOMKillDisable workload.Field[bool]
	OOMScore       workload.Field[string]
	// MemorySwap is how much memory and swap space a container may have together.
	MemorySwap workload.Field[string]

	// What follows is for Swarm alone.

	Refused []Refused
	// Passed are the fields that docker stack deploy passes over and that protect nothing.
	Passed    []workload.Field[string]
	HostPorts []workload.Place // of ports that are published on each node, past the routing mesh
	Update    workload.Field[string]
	Rollback  workload.Field[string] // what becomes of an update that fails
}

// Hook is a command that runs in a container besides its own.
type Hook struct {
	Field      string // such as post_start[0] or develop.watch[0].exec
	User       workload.Field[string]
	Privileged workload.Field[bool]
}

// Build is how the image of a service is built.
type Build struct {
	Args       []workload.Variable
	Remotes    []workload.Field[string] // contexts that come from elsewhere, such as a Git repository or an image without a digest
	Privileged workload.Field[string]   // what lifts the isolation of the build
}

// Sharing is a namespace that a container has in common with another.
type Sharing struct {
	Field string // network_mode, pid, ipc or volumes_from
	With  string // as written, such as service:db
	Place workload.Place
}
