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

// Capability is the name of a capability as Container has it. CAP_ALL stays what it is: runtimes know all capabilities as ALL alone.
func Capability(name string) string {
	name = strings.ToUpper(name)
	if name == "CAP_ALL" {
		return name
	}
	return strings.TrimPrefix(name, "CAP_")
}

// IsSensitivePath tells whether a path of a host is one that configures or is the host, or above or below such a one.
func IsSensitivePath(p string) bool {
	for _, home := range []string{"~", "$HOME", "${HOME}"} { // as shells and Compose write it
		if rest, ok := strings.CutPrefix(p, home); ok && (rest == "" || rest[0] == '/') {
			p = "/home/user" + rest
		}
	}
	p = path.Clean(p)
	for _, s := range sensitivePaths {
		if p == "/" || p == s || strings.HasPrefix(p, s+"/") || strings.HasPrefix(s, p+"/") {
			return true
		}
	}
	return false
}

// sensitivePaths are directories that configure or are a host.
var sensitivePaths = []string{
	"/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var/lib/containerd",
	"/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet", "/var/log", "/var/run", "/var/spool/cron",
}

// IsSensitive tells whether the mount shows a container what configures or is its host. Files of the host that hold no secrets, and that every
// program of it may read, are harmless where the container cannot write them.
func (m Mount) IsSensitive() bool {
	return m.HostPath != "" && IsSensitivePath(m.HostPath) && !IsEngineSocket(m.HostPath) && !(m.ReadOnly && isPublicPath(m.HostPath))
}

// isPublicPath tells whether a path of a host is one of publicPaths, or below one. Of one with a variable in it nobody knows where it leads.
func isPublicPath(p string) bool {
	if strings.Contains(p, "$") {
		return false
	}
	p = path.Clean(p)
	return slices.ContainsFunc(publicPaths, func(public string) bool { return p == public || strings.HasPrefix(p, public+"/") })
}

// publicPaths are files and directories that hold nothing secret: the host's time zone, what it is called and how it finds others, of which engines
// give containers copies anyway, what its distribution is, and the certificates of authorities that it trusts. /etc/machine-id is none
// (machine-id(5): "confidential"), and /etc/passwd tells whom there is to attack.
var publicPaths = []string{
	"/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo",
	"/etc/hostname", "/etc/hosts", "/etc/resolv.conf",
	"/etc/os-release", "/usr/lib/os-release",
	"/etc/ca-certificates", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem", "/etc/ssl/certs",
	"/usr/local/share/ca-certificates", "/usr/share/ca-certificates", "/usr/share/pki",
}
