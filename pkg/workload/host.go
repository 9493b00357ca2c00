package workload

import (
	"path"
	"slices"
	"strings"
)

// IsEngineSocket tells whether a path of a host is the socket of a container engine.
func IsEngineSocket(p string) bool {
	name := path.Base(strings.ToLower(strings.ReplaceAll(p, `\`, "/")))
	return slices.Contains([]string{
		"docker.sock", "containerd.sock", "crio.sock", "podman.sock", "cri-dockerd.sock", "dockershim.sock", "buildkitd.sock", "docker_engine", "containerd-containerd",
	}, name)
}

// IsUnconfinedType tells whether SELinux lets processes of a type do anything.
func IsUnconfinedType(name string) bool {
	return slices.Contains([]string{"spc_t", "unconfined_t", "unconfined_service_t", "container_runtime_t", "kernel_t", "init_t"}, name)
}
