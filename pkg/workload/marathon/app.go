package marathon

import (
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// app reads an app. It has one container.
func (r *reader) app(w *workload.Workload, v document.Value, task *Task) {
	container := r.mapping(v.Get("container"))
	docker := r.mapping(container.Get("docker"))
	c := workload.Container{Name: w.Name, Kind: workload.Main, Place: w.Place}
	c.Image = r.image(docker.Get("image"))
	limits := r.mapping(v.Get("resourceLimits"))
	c.Memory = r.limit(limits.Get("mem"), v.Get("mem"), defaultMemory)
	c.CPU = r.limit(limits.Get("cpus"), v.Get("cpus"), defaultCPUs)
	r.env(&c, v.Get("env"))
	r.appVolumes(&c, container.Get("volumes"))
	r.appNetwork(w, &c, v, container)
	c.Liveness = checks(r, v.Get("healthChecks"), v.Get("check"))
	if ready := checks(r, v.Get("readinessChecks")); ready.Set {
		c.Readiness = ready
	}
	r.command(&c, v)
	if r.oneOf(container.Get("type"), "DOCKER", "MESOS").Value == "DOCKER" {
		r.dockerEngine(w, &c, docker)
	} else {
		r.universal(w, &c, v, container, task)
	}
	w.Containers = []workload.Container{c}
	w.Replicas = r.instances(v.Get("instances"))
	r.upgrade(w, v.Get("upgradeStrategy"), task)
	task.Executor = r.text(v.Get("executor"))
	if !c.Image.Set && !container.Get("appc").Exists() { // another form of images
		at := v.Get("container").Place()
		task.OnAgent = []workload.Field[string]{{Set: true, Place: at}}
	}
	if c.Image.Set {
		task.Pulls = append(task.Pulls, Pull{Container: c.Name, Image: c.Image, Force: r.boolean(docker.Get("forcePullImage"))})
	}
	r.fetched(task, v.Get("fetch"))
	for _, uri := range r.items(v.Get("uris")) {
		task.Fetched = append(task.Fetched, r.text(uri))
	}
}

// image is the name of an image. An empty one is none.
func (r *reader) image(v document.Value) workload.Field[string] {
	f := r.text(v)
	f.Set = f.Value != ""
	return f
}

// What Marathon gives an app that asks for nothing; both are limits. Memory is in MiB.
const (
	defaultCPUs   = "1"
	defaultMemory = "128"
)

func (r *reader) instances(v document.Value) workload.Field[int] {
	n, err := strconv.Atoi(r.number(v, "1").Value)
	if err != nil {
		r.refuse(v, "it must be a whole number")
	}
	return workload.Field[int]{Value: n, Set: !v.IsNull(), Place: v.Place()}
}

// upgrade reads how many instances go on while new ones replace them. Marathon stops none first where nothing is said.
func (r *reader) upgrade(w *workload.Workload, v document.Value, task *Task) {
	task.Upgrade = r.number(r.mapping(v).Get("minimumHealthCapacity"), "1")
	share, _ := strconv.ParseFloat(task.Upgrade.Value, 64) // it is written as a number
	w.RollingUpdate = workload.Field[bool]{Value: share > 0, Set: task.Upgrade.Set, Place: task.Upgrade.Place}
}

func (r *reader) fetched(task *Task, v document.Value) {
	for _, f := range r.items(v) {
		task.Fetched = append(task.Fetched, r.text(f.Get("uri")))
	}
}

// checks tells whether one of the fields has a check: a list that has any, or an object that says how it is done.
func checks(r *reader, fields ...document.Value) workload.Field[bool] {
	out := workload.Field[bool]{Place: fields[0].Place()}
	for _, f := range fields {
		if !r.expect(f, document.List, document.Object) {
			continue
		}
		said := false
		if f.Kind() == document.List {
			for _, item := range r.items(f) {
				said = r.expect(item, document.Object)
			}
		}
		for _, how := range []string{"exec", "http", "tcp"} {
			said = said || !f.Get(how).IsNull()
		}
		if said {
			return workload.Field[bool]{Value: true, Set: true, Place: f.Place()}
		}
	}
	return out
}

// command reads what an app runs: by a shell, or the image's entry point with arguments.
func (r *reader) command(c *workload.Container, v document.Value) {
	if cmd := r.text(v.Get("cmd")); cmd.Set {
		c.Command, c.OwnEntrypoint = shell(cmd), true
		return
	}
	args := v.Get("args")
	c.Command.Place = args.Place()
	for _, a := range r.items(args) {
		c.Command.Set, c.Command.Value = true, append(c.Command.Value, r.text(a).Value)
	}
}

// shell is a command line that the shell of the image runs.
func shell(line workload.Field[string]) workload.Field[[]string] {
	return workload.Field[[]string]{Value: []string{"/bin/sh", "-c", line.Value}, Set: true, Place: line.Place}
}

func (r *reader) appVolumes(c *workload.Container, v document.Value) {
	for _, item := range r.items(v) {
		c.Mounts = append(c.Mounts, workload.Mount{
			Place: item.Place(), HostPath: engine.HostPath(r.text(item.Get("hostPath")).Value, "."), Target: r.text(item.Get("containerPath")).Value,
			ReadOnly: r.text(item.Get("mode")).Value == "RO",
		})
	}
}

// appNetwork reads networks and ports. An app that names no network is in the host's, and Marathon drops the ports that it maps.
func (r *reader) appNetwork(w *workload.Workload, c *workload.Container, v, container document.Value) {
	mappings := append(r.items(container.Get("portMappings")), r.items(container.Get("docker", "portMappings"))...)
	for _, m := range mappings {
		r.mapped(c, m, r.port(m.Get("containerPort")), r.port(m.Get("hostPort")))
	}
	for _, d := range r.items(v.Get("portDefinitions")) {
		port := r.port(d.Get("port"))
		r.mapped(c, d, port, port)
	}
	for _, p := range r.items(v.Get("ports")) {
		port := r.port(p)
		r.mapped(c, p, port, port)
	}
	w.HostNetwork = r.hostNetwork(v.Get("networks"))
	old := r.oneOf(container.Get("docker", "network"), "BRIDGE", "HOST", "NONE", "USER")
	switch address := r.mapping(v.Get("ipAddress")); {
	case old.Value == "HOST", old.Set && !w.HostNetwork.Set: // Marathon refuses the two together, or takes the old one
		w.HostNetwork = workload.Field[bool]{Value: old.Value == "HOST", Set: true, Place: old.Place}
	case !w.HostNetwork.Set:
		w.HostNetwork.Value = address.IsNull()
	}
}

// hostNetwork tells whether one of the networks is the host's. It is not set where the list is empty, which is the same as none.
func (r *reader) hostNetwork(v document.Value) workload.Field[bool] {
	out := workload.Field[bool]{Place: v.Place()}
	for _, n := range r.items(v) {
		mode := r.oneOf(r.mapping(n).Get("mode"), "container", "container/bridge", "host")
		if out.Set = true; mode.Value == "host" {
			out.Value, out.Place = true, mode.Place
		}
	}
	return out
}

// mapped adds a port, once for each of its protocols.
func (r *reader) mapped(c *workload.Container, v document.Value, container, host int) {
	protocol := "tcp"
	if p := v.Get("protocol"); p.Exists() {
		protocol = r.text(p).Value
	}
	for p := range strings.SplitSeq(protocol, ",") {
		c.Ports = append(c.Ports, workload.Port{Place: v.Place(), Container: container, Host: host, Protocol: strings.TrimSpace(p)})
	}
}

// universal reads what UCR heeds, and what it passes over.
func (r *reader) universal(w *workload.Workload, c *workload.Container, v, container document.Value, task *Task) {
	c.User = r.user(v.Get("user"))
	c.Seccomp = r.seccomp(container.Get("linuxInfo"))
	w.HostIPC = r.parent(container.Get("linuxInfo"))
	docker := container.Get("docker")
	if r.boolean(docker.Get("privileged")).Value {
		task.Ineffective = append(task.Ineffective, workload.Field[string]{Value: "privileged", Set: true, Place: docker.Get("privileged").Place()})
	}
	for _, p := range r.items(docker.Get("parameters")) {
		f := workload.Field[string]{Value: flag(r.text(p.Get("key")).Value), Set: true, Place: p.Place()}
		if !protects(f.Value, r.text(p.Get("value")).Value) {
			task.Ineffective = append(task.Ineffective, f)
			continue
		}
		w.Ineffective = append(w.Ineffective, workload.Ineffective{
			Container: c.Name, Field: f.Value, Place: f.Place, Why: "the Universal Container Runtime ignores the parameter " + f.Value,
		})
	}
}

// user is whom the agent runs a task as: itself, which mostly is root, where nothing is said.
func (r *reader) user(v document.Value) workload.Field[string] {
	f := r.text(v)
	if f.Value == "" {
		f.Value = "root"
	}
	return f
}

// seccomp is the profile that linuxInfo says.
func (r *reader) seccomp(linux document.Value) workload.Field[string] {
	v := r.mapping(r.mapping(linux).Get("seccomp"))
	out := workload.Field[string]{Value: "default", Place: v.Place()}
	if name := r.text(v.Get("profileName")); name.Set {
		out = name
	}
	if none := r.boolean(v.Get("unconfined")); none.Value {
		out = workload.Field[string]{Value: "unconfined", Set: true, Place: none.Place}
	}
	return out
}

// parent tells whether linuxInfo shares the inter-process communication of what the task runs in, which is the agent.
func (r *reader) parent(linux document.Value) workload.Field[bool] {
	mode := r.oneOf(r.mapping(r.mapping(linux).Get("ipcInfo")).Get("mode"), "PRIVATE", "SHARE_PARENT")
	return workload.Field[bool]{Value: mode.Value == "SHARE_PARENT", Set: mode.Set, Place: mode.Place}
}
