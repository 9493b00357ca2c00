package marathon

import (
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// pod reads a pod, which UCR runs.
func (r *reader) pod(w *workload.Workload, v document.Value, task *Task) {
	volumes := map[string]string{} // the paths of the host, by name
	for _, volume := range r.items(v.Get("volumes")) {
		volumes[r.text(volume.Get("name")).Value] = r.text(volume.Get("host")).Value
	}
	w.HostNetwork = r.hostNetwork(v.Get("networks"))
	if !w.HostNetwork.Set {
		w.HostNetwork.Value = true
	}
	w.HostIPC = r.parent(v.Get("linuxInfo"))
	w.Replicas = r.instances(r.mapping(v.Get("scaling")).Get("instances"))
	r.upgrade(w, r.mapping(v.Get("scheduling")).Get("upgrade"), task)
	for _, item := range r.items(v.Get("containers")) {
		c := r.podContainer(v, item, task)
		for _, m := range r.items(item.Get("volumeMounts")) {
			c.Mounts = append(c.Mounts, workload.Mount{
				Place: m.Place(), HostPath: volumes[r.text(m.Get("name")).Value], Target: r.text(m.Get("mountPath")).Value, ReadOnly: r.boolean(m.Get("readOnly")).Value,
			})
		}
		w.Containers = append(w.Containers, c)
	}
}

func (r *reader) podContainer(pod, v document.Value, task *Task) workload.Container {
	c := workload.Container{Name: r.text(v.Get("name")).Value, Kind: workload.Main, Place: v.Place()}
	image := r.mapping(v.Get("image"))
	if c.Image = r.image(image.Get("id")); c.Image.Set {
		task.Pulls = append(task.Pulls, Pull{Container: c.Name, Image: c.Image, Force: r.boolean(image.Get("forcePull"))})
	} else {
		task.OnAgent = append(task.OnAgent, workload.Field[string]{Value: c.Name, Set: true, Place: v.Get("image").Place()})
	}
	if c.User = r.text(v.Get("user")); c.User.Value == "" {
		c.User = r.user(pod.Get("user"))
	}
	if c.Seccomp = r.seccomp(v.Get("linuxInfo")); !c.Seccomp.Set {
		if all := r.seccomp(pod.Get("linuxInfo")); all.Set {
			c.Seccomp = all
		}
	}
	resources, limits := r.mapping(v.Get("resources")), r.mapping(v.Get("resourceLimits"))
	c.Memory = r.limit(limits.Get("mem"), resources.Get("mem"), "")
	c.CPU = r.limit(limits.Get("cpus"), resources.Get("cpus"), "")
	r.env(&c, pod.Get("environment"))
	r.env(&c, v.Get("environment"))
	for _, e := range r.items(v.Get("endpoints")) {
		r.endpoint(&c, e)
	}
	c.Liveness = checks(r, v.Get("healthCheck"))
	command := r.mapping(r.mapping(v.Get("exec")).Get("command"))
	c.Command = workload.Field[[]string]{Place: command.Place()}
	if line := r.text(command.Get("shell")); line.Set {
		c.Command = shell(line)
	}
	for _, a := range r.items(command.Get("argv")) {
		c.Command.Set, c.Command.Value = true, append(c.Command.Value, r.text(a).Value)
	}
	c.OwnEntrypoint = c.Command.Set
	r.fetched(task, v.Get("artifacts"))
	return c
}

// endpoint adds a port of a pod's container, once for each of its protocols.
func (r *reader) endpoint(c *workload.Container, v document.Value) {
	port := workload.Port{Place: v.Place(), Container: r.port(v.Get("containerPort")), Host: r.port(v.Get("hostPort"))}
	protocols := r.items(v.Get("protocol"))
	if len(protocols) == 0 {
		port.Protocol = "tcp"
		c.Ports = append(c.Ports, port)
	}
	for _, p := range protocols {
		port.Protocol = strings.ToLower(r.text(p).Value)
		c.Ports = append(c.Ports, port)
	}
}
