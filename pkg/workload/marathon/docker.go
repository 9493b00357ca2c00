package marathon

import (
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// dockerEngine reads what the Docker Engine is told: the fields, and parameters, which are flags of docker run.
func (r *reader) dockerEngine(w *workload.Workload, c *workload.Container, docker document.Value) {
	parameters := docker.Get("parameters")
	at := parameters.Place()
	engine.Defaults(c, at)
	c.Privileged = r.boolean(docker.Get("privileged"))
	c.User, c.PIDs = workload.Field[string]{Place: at}, workload.Field[string]{Place: at}
	c.ReadOnlyRoot = workload.Field[bool]{Place: at}
	c.DropCaps = workload.Field[[]string]{Place: at}
	w.HostPID, w.HostIPC, w.HostUTS = workload.Field[bool]{Place: at}, workload.Field[bool]{Place: at}, workload.Field[bool]{Place: at}
	for _, item := range r.items(parameters) {
		if !r.expect(item, document.Object) {
			return
		}
		value := item.Get("value")
		r.expect(value, document.Text, document.Number, document.Bool)
		p := parameter{flag: flag(r.text(item.Get("key")).Value), value: value.Text(), at: item.Place()}
		if err := p.apply(w, c); err != nil {
			r.refuse(item, err.Error())
		}
	}
}

// parameter is a flag of docker run.
type parameter struct {
	flag  string // its long name, without dashes
	value string
	at    workload.Place
}

// flag is the long name of a flag.
func flag(key string) string {
	key = strings.TrimLeft(key, "-")
	for _, short := range []struct{ name, long string }{
		{"v", "volume"}, {"u", "user"}, {"e", "env"}, {"p", "publish"}, {"m", "memory"}, {"net", "network"},
	} {
		if key == short.name {
			return short.long
		}
	}
	return key
}

// apply takes over what docker run does with a flag.
func (p parameter) apply(w *workload.Workload, c *workload.Container) error {
	switch p.flag {
	case "user":
		c.User = p.text()
	case "privileged":
		c.Privileged = p.boolean(true)
	case "read-only":
		c.ReadOnlyRoot = p.boolean(false)
	case "cap-add":
		c.AddCaps = append(c.AddCaps, workload.Field[string]{Value: engine.Capability(p.value), Set: true, Place: p.at})
	case "cap-drop":
		c.DropCaps = workload.Field[[]string]{Value: append(c.DropCaps.Value, engine.Capability(p.value)), Set: true, Place: p.at}
	case "memory":
		c.Memory = p.limit()
	case "cpus", "cpu-quota":
		c.CPU = p.limit()
	case "pids-limit":
		c.PIDs = p.limit()
	case "device", "device-cgroup-rule", "gpus":
		c.Devices = append(c.Devices, p.text())
	case "env":
		p.env(c)
	case "publish", "expose":
		return engine.Ports(c, p.value, p.at)
	case "volume", "mount", "tmpfs":
		return p.mount(c)
	case "use-api-socket":
		if p.boolean(true).Value {
			c.Mounts = append(c.Mounts, workload.Mount{Place: p.at, HostPath: "/var/run/docker.sock", Target: "/var/run/docker.sock"})
		}
	case "entrypoint":
		c.Command = workload.Field[[]string]{Value: append([]string{p.value}, c.Command.Value...), Set: true, Place: p.at}
		c.OwnEntrypoint = true
	case "health-cmd":
		c.Liveness = workload.Field[bool]{Value: true, Set: true, Place: p.at}
	case "no-healthcheck":
		off := p.boolean(true)
		c.Liveness = workload.Field[bool]{Value: !off.Value, Set: true, Place: p.at}
	default:
		p.namespace(w)
		p.weaken(c)
	}
	return nil
}

func (p parameter) text() workload.Field[string] {
	return workload.Field[string]{Value: p.value, Set: true, Place: p.at}
}

// boolean is a flag that is true or false, or what is worse where its value is neither.
func (p parameter) boolean(worse bool) workload.Field[bool] {
	on, err := strconv.ParseBool(p.value)
	if err != nil {
		on = worse
	}
	return workload.Field[bool]{Value: on, Set: true, Place: p.at}
}

func (p parameter) limit() workload.Field[string] {
	return workload.Field[string]{Value: engine.Limit(p.value), Set: true, Place: p.at}
}

func (p parameter) env(c *workload.Container) {
	name, value, ok := strings.Cut(p.value, "=")
	c.Env = append(c.Env, workload.Variable{Name: name, Value: workload.Field[string]{Value: value, Set: ok, Place: p.at}})
}

func (p parameter) mount(c *workload.Container) error {
	var (
		m           workload.Mount
		propagation string
		err         error
	)
	switch p.flag {
	case "mount":
		m, propagation, err = engine.MountFlag(p.value, p.at)
	case "volume":
		m, _, propagation, err = engine.Volume(p.value, p.at)
	default:
		m = workload.Mount{Place: p.at}
		m.Target, _, _ = strings.Cut(p.value, ":")
	}
	if err != nil {
		return err
	}
	m.HostPath = engine.HostPath(m.HostPath, ".")
	c.Mounts = append(c.Mounts, m)
	if engine.Shares(propagation) {
		p.weakens(c, "mounts in the container become mounts of the host")
	}
	return nil
}

// namespace reads which namespaces of the host the container is in.
func (p parameter) namespace(w *workload.Workload) {
	host := workload.Field[bool]{Value: p.value == "host" || p.flag == "network" && isHostNetwork(p.value), Set: true, Place: p.at}
	switch p.flag {
	case "network":
		w.HostNetwork = host
	case "pid":
		w.HostPID = host
	case "ipc":
		w.HostIPC = host
	case "uts":
		w.HostUTS = host
	case "userns":
		w.HostUsers = host
	}
}

// isHostNetwork tells whether the options of a network, such as name=host,alias=web, name the host's.
func isHostNetwork(options string) bool {
	return slices.Contains(strings.Split(options, ","), "name=host")
}

// weaken notes what takes something from the isolation of a container and has no field of its own.
func (p parameter) weaken(c *workload.Container) {
	shared := strings.HasPrefix(p.value, "container:") || p.flag == "ipc" && p.value == "shareable"
	switch p.flag {
	case "security-opt":
		if what := engine.Weakens(engine.Security(c, p.value, p.at)); what != "" {
			p.weakens(c, what)
		}
	case "network", "pid", "ipc":
		if shared {
			p.weakens(c, "it shares a namespace with another container")
		}
	case "volumes-from":
		p.weakens(c, "it has the mounts of another container")
	case "cgroupns":
		if p.value == "host" {
			p.weakens(c, "it sees the control groups of the host")
		}
	case "cgroup-parent":
		p.weakens(c, "its limits are those of another control group")
	case "memory-swap":
		if p.value == "-1" {
			p.weakens(c, "its swap is not limited")
		}
	case "oom-score-adj":
		if strings.HasPrefix(p.value, "-") {
			p.weakens(c, "the kernel kills others first when memory runs out")
		}
	case "oom-kill-disable":
		if p.boolean(true).Value {
			p.weakens(c, "the kernel kills others when its memory runs out")
		}
	}
}

func (p parameter) weakens(c *workload.Container, what string) {
	c.Weakened = append(c.Weakened, workload.Weakened{Setting: p.flag + "=" + p.value, What: what, Place: p.at})
}

// protects tells whether a flag would protect something.
func protects(flag, value string) bool {
	switch flag {
	case "cap-drop", "user", "pids-limit", "memory":
		return true
	case "read-only":
		return value != "false"
	case "security-opt":
		return !strings.HasSuffix(value, "unconfined") && !strings.HasSuffix(value, "disable") && !strings.HasSuffix(value, "false")
	case "userns":
		return value != "host"
	}
	return false
}
