package compose

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// container reads what a service, a job and a pre_start hook have in common.
func (r *reader) container(name string, kind workload.ContainerKind, v document.Value, s *Service) (workload.Container, error) {
	c := workload.Container{Name: name, Kind: kind, Place: v.Place()}
	c.Image = written(v.Get("image"))
	if image := text(v.Get("image")); image.Set && image.Value != "" && !isImage(image.Value) {
		return c, v.Get("image").Refuse(strconv.Quote(image.Value) + " is no name of an image, which is NAME[:TAG][@DIGEST], the name in lower case")
	}
	c.Image.Set = c.Image.Set || v.Get("build").Exists()
	if !r.swarm() {
		c.Build = localBuild(v.Get("build"))
	}
	c.User = text(v.Get("user"))
	c.AddCaps, c.DropCaps.Set, c.DropCaps.Place = capabilities(v.Get("cap_add")), v.Get("cap_drop").Exists(), v.Get("cap_drop").Place()
	for _, dropped := range capabilities(v.Get("cap_drop")) {
		c.DropCaps.Value = append(c.DropCaps.Value, dropped.Value)
	}
	c.ReadOnlyRoot = boolean(v.Get("read_only"))
	c.Command, c.OwnEntrypoint = command(v.Get("entrypoint"), v.Get("command")), !v.Get("entrypoint").IsNull()
	limits := v.Get("deploy", "resources", "limits")
	c.Memory, c.CPU, c.PIDs = limit(limits.Get("memory")), limit(limits.Get("cpus")), limit(limits.Get("pids"))
	if !r.swarm() {
		r.isolation(&c, v, s)
		c.Memory = limit(limits.Get("memory"), v.Get("mem_limit"))
		c.CPU = limit(limits.Get("cpus"), v.Get("cpus"), v.Get("cpu_quota"))
		c.PIDs = limit(limits.Get("pids"), v.Get("pids_limit"))
	}
	c.Env = variables(v.Get("environment"))
	health(&c, v.Get("healthcheck"), s)
	if err := r.mounts(&c, v, s); err != nil {
		return c, err
	}
	return c, r.ports(&c, v, s)
}

// isolation reads what docker stack deploy passes over.
func (r *reader) isolation(c *workload.Container, v document.Value, s *Service) {
	c.Privileged = boolean(v.Get("privileged"))
	options := v.Get("security_opt")
	engine.Defaults(c, options.Place())
	for _, o := range options.Items() {
		option := written(o)
		key, value := engine.Security(c, option.Value, option.Place)
		if what := engine.Weakens(key, value); what != "" {
			c.Weakened = append(c.Weakened, workload.Weakened{Setting: option.Value, What: what, Place: option.Place})
		}
	}
	for _, d := range v.Get("devices").Items() {
		if d.Kind() == document.Object {
			d = d.Get("source")
		}
		c.Devices = append(c.Devices, written(d))
	}
	for _, d := range v.Get("device_cgroup_rules").Items() {
		c.Devices = append(c.Devices, written(d))
	}
	if gpus := v.Get("gpus"); !gpus.IsNull() {
		c.Devices = append(c.Devices, workload.Field[string]{Value: "gpus", Set: true, Place: gpus.Place()})
	}
	if reserved := v.Get("deploy", "resources", "reservations", "devices"); len(reserved.Items()) > 0 {
		c.Devices = append(c.Devices, workload.Field[string]{Value: "reserved devices", Set: true, Place: reserved.Place()})
	}
	for _, field := range []string{"privileged", "network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup", "user", "use_api_socket", "read_only"} {
		if f := v.Get(field); variable(f) {
			s.Variables = append(s.Variables, workload.Field[string]{Value: f.Text(), Set: true, Place: f.Place()})
		}
	}
	for _, field := range []string{"security_opt", "cap_add", "cap_drop", "devices"} {
		for _, f := range v.Get(field).Items() {
			if variable(f) {
				s.Variables = append(s.Variables, workload.Field[string]{Value: f.Text(), Set: true, Place: f.Place()})
			}
		}
	}
}

// capabilities are those of a list, each where it is said.
func capabilities(v document.Value) []workload.Field[string] {
	var out []workload.Field[string]
	for _, item := range v.Items() {
		if name, known := say(item); known {
			out = append(out, workload.Field[string]{Value: engine.Capability(name), Set: true, Place: item.Place()})
		}
	}
	return out
}

// command is the entry point with its arguments. A string is split where spaces are.
func command(values ...document.Value) workload.Field[[]string] {
	out := workload.Field[[]string]{Place: values[len(values)-1].Place()}
	for _, v := range values {
		if v.IsNull() {
			continue
		}
		if !out.Set {
			out.Place = v.Place()
		}
		out.Set = true
		if v.Kind() != document.List {
			out.Value = append(out.Value, strings.Fields(written(v).Value)...)
			continue
		}
		for _, item := range v.Items() {
			out.Value = append(out.Value, written(item).Value)
		}
	}
	return out
}

// timing are the fields that say when a check is made: of the image's, where the file says none.
var timing = []string{"interval", "timeout", "retries", "start_period", "start_interval"}

func health(c *workload.Container, v document.Value, s *Service) {
	c.Liveness = workload.Field[bool]{Place: v.Place()}
	test := v.Get("test")
	first := test
	if items := test.Items(); len(items) > 0 {
		first = items[0]
	}
	off, kind := boolean(v.Get("disable")), strings.TrimSpace(written(first).Value)
	none := strings.EqualFold(kind, "NONE")
	switch {
	case off.Value:
		s.NoHealthcheck = off
	case none:
		s.NoHealthcheck = workload.Field[bool]{Value: true, Set: true, Place: test.Place()}
	case kind == "" && !slices.ContainsFunc(timing, func(key string) bool { return v.Get(key).Exists() }): // the image's check counts, if it has one
		return
	}
	c.Liveness.Set, c.Liveness.Value = true, !off.Value && !none
}

// mounts reads volumes, tmpfs, secrets and configurations.
func (r *reader) mounts(c *workload.Container, v document.Value, s *Service) error {
	for _, item := range v.Get("volumes").Items() {
		m, propagation, err := r.mount(item)
		if err != nil {
			return item.Errorf("%v", err)
		}
		c.Mounts = append(c.Mounts, m)
		if engine.Shares(propagation) {
			s.Propagates = append(s.Propagates, m)
		}
	}
	if !r.swarm() { // which copies them
		c.Mounts = append(c.Mounts, r.files(v)...)
	}
	for _, t := range list(v.Get("tmpfs")) {
		target, _, _ := strings.Cut(written(t).Value, ":")
		c.Mounts = append(c.Mounts, workload.Mount{Place: t.Place(), Target: target})
	}
	return nil
}

// mount is one of the volumes. The source of one that a variable names may be any path of the host.
func (r *reader) mount(v document.Value) (m workload.Mount, propagation string, err error) {
	var name string
	if v.Kind() == document.Object {
		m = workload.Mount{Place: v.Place(), Target: written(v.Get("target")).Value, ReadOnly: boolean(v.Get("read_only")).Value}
		source := written(v.Get("source")).Value
		switch text(v.Get("type")).Value {
		case "bind", "npipe", "": // a variable may say bind, too
			m.HostPath = source
		case "volume":
			name = source
		case "image":
			m.Image = written(v.Get("source"))
		}
		propagation = text(v.Get("bind", "propagation")).Value
	} else if m, name, propagation, err = engine.Volume(written(v).Value, v.Place()); err != nil {
		return m, "", err
	}
	if strings.HasPrefix(name, "$") {
		m.HostPath = name
	} else if backed := r.volumes[name]; backed != "" {
		m.HostPath = backed
	}
	m.HostPath = r.onHost(m.HostPath)
	return m, propagation, nil
}

// onHost is the path of the host that the file names.
func (r *reader) onHost(source string) string {
	return engine.HostPath(source, path.Dir(r.root.Place().File))
}

// files are the mounts of secrets and configurations that are files of the host. Those of the project are not: they are what the
// sections are for.
func (r *reader) files(v document.Value) []workload.Mount {
	var out []workload.Mount
	for _, section := range []string{"secrets", "configs"} {
		for _, n := range names(v.Get(section)) {
			source := r.onHost(written(r.root.Get(section, n.name, "file")).Value)
			if path.IsAbs(source) || strings.HasPrefix(source, "~") || strings.HasPrefix(source, "$") {
				out = append(out, workload.Mount{Place: n.at.Place(), HostPath: source, ReadOnly: true})
			}
		}
	}
	return out
}

// ports reads what is published, and what else the container says that it listens on.
func (r *reader) ports(c *workload.Container, v document.Value, s *Service) error {
	for _, item := range v.Get("ports").Items() {
		if text(item.Get("mode")).Value == "host" {
			s.HostPorts = append(s.HostPorts, item.Place())
		}
		if spec, ok := port(item); ok {
			if err := engine.Ports(c, spec, item.Place()); err != nil {
				return item.Errorf("%v", err)
			}
		}
	}
	for _, item := range v.Get("expose").Items() {
		if spec := text(item); spec.Set {
			if err := engine.Ports(c, spec.Value, item.Place()); err != nil {
				return item.Errorf("%v", err)
			}
		}
	}
	return nil
}

// port is a port in its short form. Of one with a variable that nothing here knows only the container's part is known, or
// nothing at all.
func port(v document.Value) (spec string, ok bool) {
	if v.Kind() == document.Object {
		target, published := text(v.Get("target")), text(v.Get("published"))
		if !target.Set {
			return "", false
		}
		spec = target.Value
		if published.Set {
			spec = published.Value + ":" + spec
		}
		if ip := text(v.Get("host_ip")); ip.Set {
			if !published.Set {
				spec = ":" + spec
			}
			spec = ip.Value + ":" + spec
		}
		if protocol := text(v.Get("protocol")); protocol.Set {
			spec += "/" + protocol.Value
		}
		return spec, true
	}
	spec, known := say(v)
	if !known {
		spec = spec[strings.LastIndex(spec, ":")+1:]
	}
	return spec, known || !strings.ContainsAny(spec, "${}")
}
