package kubernetes

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/workload"
)

// container is a container as the one model has it, with what the pod says for all of them.
func (p *Pod) container(c Container) workload.Container {
	out := workload.Container{
		Name: c.Name, Kind: c.Kind, Place: p.In(c, "name"),
		Image:   said(c.Image, p.In(c, "image")),
		Filled:  p.filled(c),
		NonRoot: p.nonRoot(c),
		Memory:  p.limit(c, corev1.ResourceMemory),
		CPU:     p.limit(c, corev1.ResourceCPU),
		Mounts:  p.mounts(c),
		Env:     p.env(c),
		Ports:   p.ports(c),
		Command: said(slices.Concat(c.Command, c.Args), p.In(c, "command")),

		OwnEntrypoint: len(c.Command) > 0,
	}
	if len(out.Place.Missing) > 0 {
		out.Place = p.In(c)
	}
	if p.RunsOn() && (c.Kind == workload.Main || c.Kind == workload.Sidecar) {
		out.Liveness = probed(c.LivenessProbe, p.In(c, "livenessProbe"))
		out.Readiness = probed(c.ReadinessProbe, p.In(c, "readinessProbe"))
	}
	if p.IsWindows() {
		p.windowsOptions(c, &out)
	} else {
		p.linux(c, &out)
	}
	out.Weakened = p.weakened(c)
	return out
}

// probed tells whether a probe asks for something. Null and an empty object are none.
func probed(probe *corev1.Probe, at workload.Place) workload.Field[bool] {
	asks := probe != nil && probe.ProbeHandler != (corev1.ProbeHandler{})
	return workload.Field[bool]{Value: asks, Set: asks, Place: at}
}

// linux fills in what containers have on Linux alone.
func (p *Pod) linux(c Container, out *workload.Container) {
	sc := c.SecurityContext
	if sc == nil {
		sc = &corev1.SecurityContext{}
	}
	caps := sc.Capabilities
	if caps == nil {
		caps = &corev1.Capabilities{}
	}
	in := func(path ...any) workload.Place { return p.In(c, join([]any{"securityContext"}, path)...) }
	out.User = p.user(c)
	out.Privileged = optional(sc.Privileged, false, in("privileged"))
	out.Escalation = optional(sc.AllowPrivilegeEscalation, true, in("allowPrivilegeEscalation"))
	for i, name := range caps.Add {
		out.AddCaps = append(out.AddCaps, said(capability(name), in("capabilities", "add", i)))
	}
	out.DropCaps = said([]string(nil), in("capabilities", "drop"))
	for _, name := range caps.Drop {
		out.DropCaps.Value = append(out.DropCaps.Value, capability(name))
	}
	out.ReadOnlyRoot = optional(sc.ReadOnlyRootFilesystem, false, in("readOnlyRootFilesystem"))
	out.Seccomp = p.seccomp(c)
	out.AppArmor = p.appArmor(c)
}

// capability is the name of a capability as the model has it.
func capability[T ~string](name T) string {
	return workload.Capability(string(name))
}

// inherited is the place of a field of the security context: the container's or, where only that says it, the pod's.
func (p *Pod) inherited(c Container, field ...any) (at workload.Place, own bool) {
	path := join([]any{"securityContext"}, field)
	at = p.In(c, path...)
	if len(at.Missing) == 0 {
		return at, true
	}
	if ofPod := p.InSpec(path...); len(ofPod.Missing) == 0 {
		return ofPod, false
	}
	return at, true
}

func (p *Pod) nonRoot(c Container) workload.Field[bool] {
	at, _ := p.inherited(c, "runAsNonRoot")
	if sc := c.SecurityContext; sc != nil && sc.RunAsNonRoot != nil {
		return optional(sc.RunAsNonRoot, false, at)
	}
	if sc := p.Spec.SecurityContext; sc != nil {
		return optional(sc.RunAsNonRoot, false, at)
	}
	return optional(nil, false, at)
}

func (p *Pod) user(c Container) workload.Field[string] {
	at, _ := p.inherited(c, "runAsUser")
	var id *int64
	if sc := p.Spec.SecurityContext; sc != nil {
		id = sc.RunAsUser
	}
	if sc := c.SecurityContext; sc != nil && sc.RunAsUser != nil {
		id = sc.RunAsUser
	}
	if id == nil {
		return workload.Field[string]{Place: at}
	}
	return workload.Field[string]{Value: strconv.FormatInt(*id, 10), Set: true, Place: at}
}

// Profiles of seccomp and AppArmor, as the model calls them.
const (
	defaultProfile = "default"
	unconfined     = "unconfined"
)

// seccomp is the profile of a container. Without one, a container has none unless the kubelet is told otherwise.
func (p *Pod) seccomp(c Container) workload.Field[string] {
	at, _ := p.inherited(c, "seccompProfile", "type")
	var profile *corev1.SeccompProfile
	if sc := p.Spec.SecurityContext; sc != nil {
		profile = sc.SeccompProfile
	}
	if sc := c.SecurityContext; sc != nil && sc.SeccompProfile != nil {
		profile = sc.SeccompProfile
	}
	if profile == nil {
		return workload.Field[string]{Value: unconfined, Place: at}
	}
	return workload.Field[string]{Value: profileName(string(profile.Type), profile.LocalhostProfile), Set: true, Place: at}
}

// appArmor is the profile of a container: its own, its annotation's, or the pod's. Without one it has the runtime's.
func (p *Pod) appArmor(c Container) workload.Field[string] {
	at, own := p.inherited(c, "appArmorProfile", "type")
	if sc := c.SecurityContext; sc != nil && sc.AppArmorProfile != nil {
		return workload.Field[string]{Value: profileName(string(sc.AppArmorProfile.Type), sc.AppArmorProfile.LocalhostProfile), Set: true, Place: at}
	}
	key := corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
	if value := p.Meta.Annotations[key]; value != "" {
		return workload.Field[string]{Value: strings.TrimPrefix(strings.Replace(value, "runtime/", "", 1), "localhost/"), Set: true, Place: p.InMeta("annotations", key)}
	}
	if sc := p.Spec.SecurityContext; sc != nil && sc.AppArmorProfile != nil && !own {
		return workload.Field[string]{Value: profileName(string(sc.AppArmorProfile.Type), sc.AppArmorProfile.LocalhostProfile), Set: true, Place: at}
	}
	return workload.Field[string]{Value: defaultProfile, Place: at}
}

// profileName is a profile as the model calls it. It is empty for what the API server refuses: another type, or a file of the
// node that is not named.
func profileName(kind string, localhost *string) string {
	switch {
	case kind == "RuntimeDefault":
		return defaultProfile
	case kind == "Unconfined":
		return unconfined
	case kind == "Localhost" && localhost != nil:
		return *localhost
	}
	return ""
}

// limit is the limit of a resource: the container's, or that of the pod for all of them. An ephemeral container cannot have one.
func (p *Pod) limit(c Container, name corev1.ResourceName) workload.Field[string] {
	if c.Kind == workload.Ephemeral {
		return workload.Field[string]{}
	}
	at := p.In(c, "resources", "limits", string(name))
	if q, ok := c.Resources.Limits[name]; ok {
		return workload.Field[string]{Value: q.String(), Set: true, Place: at}
	}
	if r := p.Spec.Resources; r != nil {
		if q, ok := r.Limits[name]; ok {
			return workload.Field[string]{Value: q.String(), Set: true, Place: p.InSpec("resources", "limits", string(name))}
		}
	}
	return workload.Field[string]{Place: at}
}

// mounts are the volumes that a container mounts, those of the host with the place of the path. Volumes of the host and of images that no
// container mounts count as the first one's: the pod has them, a container that is added can mount them, and the kubelet pulls the images.
func (p *Pod) mounts(c Container) []workload.Mount {
	var out []workload.Mount
	for i, m := range c.VolumeMounts {
		mount := workload.Mount{Place: p.In(c, "volumeMounts", i), Target: m.MountPath, ReadOnly: m.ReadOnly}
		for j, v := range p.Spec.Volumes {
			if v.Name == m.Name && v.HostPath != nil {
				mount.HostPath, mount.Place = v.HostPath.Path, p.InSpec("volumes", j, "hostPath", "path")
			}
			if v.Name == m.Name && v.Image != nil {
				mount.Image = workload.Field[string]{Value: v.Image.Reference, Set: true, Place: p.InSpec("volumes", j, "image", "reference")}
			}
		}
		out = append(out, mount)
	}
	if len(p.Spec.Containers) == 0 || c.Container != &p.Spec.Containers[0] {
		return out
	}
	for j, v := range p.Spec.Volumes {
		switch {
		case p.isMounted(v.Name):
		case v.HostPath != nil:
			out = append(out, workload.Mount{Place: p.InSpec("volumes", j, "hostPath", "path"), HostPath: v.HostPath.Path})
		case v.Image != nil:
			at := p.InSpec("volumes", j, "image", "reference")
			out = append(out, workload.Mount{Place: at, ReadOnly: true, Image: workload.Field[string]{Value: v.Image.Reference, Set: true, Place: at}})
		}
	}
	return out
}

func (p *Pod) isMounted(volume string) bool {
	return slices.ContainsFunc(p.Containers, func(c Container) bool {
		return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == volume })
	})
}

func (p *Pod) env(c Container) []workload.Variable {
	var out []workload.Variable
	for i, e := range c.Env {
		v := workload.Variable{Name: e.Name, Value: said(e.Value, p.In(c, "env", i, "value"))}
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			v.Secret, v.Value.Place = true, p.In(c, "env", i, "valueFrom")
		}
		out = append(out, v)
	}
	return out
}

func (p *Pod) ports(c Container) []workload.Port {
	var out []workload.Port
	for i, port := range c.Ports {
		protocol := strings.ToLower(string(port.Protocol))
		if protocol == "" {
			protocol = "tcp"
		}
		out = append(out, workload.Port{Place: p.In(c, "ports", i, "containerPort"), Container: int(port.ContainerPort), Host: int(port.HostPort), HostIP: port.HostIP, Protocol: protocol})
	}
	return out
}
