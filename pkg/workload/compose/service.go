package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// workload reads a service or a job.
func (r *reader) workload(kind, name string, v document.Value) (workload.Workload, error) {
	s := &Service{Provider: written(v.Get("provider", "type"))}
	w := workload.Workload{Platform: r.platform, Kind: kind, Name: name, Place: v.Place(), Object: s}
	if s.Provider.Set {
		return w, nil // another program makes what stands for the service, and there is no container
	}
	main, err := r.container(name, workload.Main, v, s)
	if err != nil {
		return w, err
	}
	main.Filled = filled(v)
	for i, hook := range v.Get("pre_start").Items() {
		c, err := r.container("pre_start "+strconv.Itoa(i+1), workload.Init, hook, s)
		if err != nil {
			return w, err
		}
		if hook.Get("image").IsNull() {
			c.Image, c.Build = main.Image, main.Build
		}
		w.Containers = append(w.Containers, c)
	}
	w.Containers = append([]workload.Container{main}, w.Containers...)
	r.namespaces(&w, v, s)
	r.service(v, s)
	if r.swarm() {
		r.deployed(&w, v, s)
		return w, nil
	}
	w.Replicas = replicas(v.Get("deploy", "replicas"), v.Get("scale"))
	return w, nil
}

// replicas is the first of the numbers that is said, or one.
func replicas(values ...document.Value) workload.Field[int] {
	out := workload.Field[int]{Value: 1, Place: values[0].Place()}
	for _, v := range values {
		if n, err := strconv.Atoi(text(v).Value); err == nil {
			return workload.Field[int]{Value: n, Set: true, Place: v.Place()}
		}
	}
	return out
}

// namespaces reads which namespaces of the host or of another container a service is in. Swarm takes none of them but the
// network.
func (r *reader) namespaces(w *workload.Workload, v document.Value, s *Service) {
	w.HostNetwork = workload.Field[bool]{Place: v.Get("network_mode").Place()}
	networks := v.Get("networks")
	for _, item := range networks.Items() {
		r.hostNetwork(w, item.Text(), item)
	}
	for name, n := range networks.Fields() {
		r.hostNetwork(w, name, n)
	}
	if r.swarm() {
		if !w.HostNetwork.Set {
			w.HostNetwork.Place = networks.Place()
		}
		return
	}
	if m := v.Get("network_mode"); m.Exists() {
		w.HostNetwork = is(m, "host")
	}
	w.HostPID, w.HostIPC, w.HostUTS = is(v.Get("pid"), "host"), is(v.Get("ipc"), "host"), is(v.Get("uts"), "host")
	if w.HostUsers = is(v.Get("userns_mode"), "host"); v.Get("userns_mode").Text() == "" {
		w.HostUsers.Set = false // the engine's own, which is the host's mostly
	}
	s.UserNS, s.CgroupNS, s.CgroupParent = text(v.Get("userns_mode")), text(v.Get("cgroup")), text(v.Get("cgroup_parent"))
	for _, field := range []string{"network_mode", "pid", "ipc"} {
		f := text(v.Get(field))
		if kind, _, ok := strings.Cut(f.Value, ":"); ok && (kind == "service" || kind == "container") || field == "ipc" && f.Value == "shareable" {
			s.Shares = append(s.Shares, Sharing{Field: field, With: f.Value, Place: f.Place})
		}
	}
	for _, from := range v.Get("volumes_from").Items() {
		s.Shares = append(s.Shares, Sharing{Field: "volumes_from", With: written(from).Value, Place: from.Place()})
	}
}

func (r *reader) hostNetwork(w *workload.Workload, name string, v document.Value) {
	if r.host[name] {
		w.HostNetwork = workload.Field[bool]{Value: true, Set: true, Place: v.Place()}
	}
}

// is tells whether a field has a value.
func is(v document.Value, value string) workload.Field[bool] {
	f := text(v)
	return workload.Field[bool]{Value: f.Value == value, Set: f.Set, Place: f.Place}
}

// service reads what only the rules of Compose look at.
func (r *reader) service(v document.Value, s *Service) {
	s.APISocket = boolean(v.Get("use_api_socket"))
	s.Extends = extends(v.Get("extends"))
	for _, f := range list(v.Get("env_file")) {
		if f.Kind() == document.Object {
			f = f.Get("path")
		}
		s.EnvFiles = append(s.EnvFiles, written(f))
	}
	for _, kind := range []string{"post_start", "pre_stop"} {
		for i, h := range v.Get(kind).Items() {
			s.Hooks = append(s.Hooks, hook(fmt.Sprintf("%s[%d]", kind, i), h))
		}
	}
	for i, w := range v.Get("develop", "watch").Items() {
		if h := w.Get("exec"); !h.IsNull() {
			s.Hooks = append(s.Hooks, hook(fmt.Sprintf("develop.watch[%d].exec", i), h))
		}
	}
	s.Build = build(v.Get("build"))
	s.Restart = restart(v)
	s.OOMKillDisable, s.OOMScore, s.MemorySwap = boolean(v.Get("oom_kill_disable")), text(v.Get("oom_score_adj")), text(v.Get("memswap_limit"))
}

// restart is when a container is started again: what deploy says counts before the other. Without a word there is no policy.
func restart(v document.Value) workload.Field[string] {
	out, policy := text(v.Get("restart")), v.Get("deploy", "restart_policy")
	if condition := text(policy.Get("condition")); condition.Value != "" {
		return condition
	}
	if out.Set = out.Value != ""; !out.Set && policy.Exists() {
		out.Place = policy.Place()
	}
	return out
}

func hook(field string, v document.Value) Hook {
	return Hook{Field: field, User: text(v.Get("user")), Privileged: boolean(v.Get("privileged"))}
}

func extends(v document.Value) workload.Field[string] {
	if v.Kind() != document.Object {
		return written(v)
	}
	f := written(v.Get("service"))
	if file := written(v.Get("file")); file.Set {
		f.Value = file.Value + " " + f.Value
	}
	f.Place = v.Place()
	return f
}

// build reads where the context of a build comes from, its arguments and what lifts its isolation.
func build(v document.Value) Build {
	context := v
	if v.Kind() == document.Object {
		context = v.Get("context")
	}
	var b Build
	if f := written(context); Remote(f.Value) {
		b.Remotes = append(b.Remotes, f)
	}
	for _, f := range pairs(v.Get("additional_contexts")) {
		if image, ok := strings.CutPrefix(f.Value, "docker-image://"); Remote(f.Value) || ok && !strings.Contains(image, "@sha256:") {
			b.Remotes = append(b.Remotes, f)
		}
	}
	for _, f := range []document.Value{v.Get("privileged"), v.Get("network")} {
		if t := text(f); boolean(f).Value || t.Value == "host" {
			b.Privileged = workload.Field[string]{Value: t.Value, Set: true, Place: t.Place}
		}
	}
	for _, e := range v.Get("entitlements").Items() {
		b.Privileged = written(e)
	}
	b.Args = variables(v.Get("args"))
	return b
}

// localBuild is how a service is built from files beside its own. It is not known where a variable decides, nor of what Compose
// fetches and of a Dockerfile that stands in the Compose file itself.
func localBuild(v document.Value) workload.Field[workload.Build] {
	out := workload.Field[workload.Build]{Set: !v.IsNull(), Place: v.Place()}
	context, file, target := v, v.Get("dockerfile"), v.Get("target")
	if v.Kind() == document.Object {
		context = v.Get("context")
	}
	if out.Set && !slices.ContainsFunc([]document.Value{context, file, target}, unknown) && !v.Get("dockerfile_inline").Exists() && !Remote(context.Text()) {
		out.Value = workload.Build{Context: cmp.Or(text(context).Value, "."), Dockerfile: cmp.Or(text(file).Value, "Dockerfile"), Target: text(target).Value}
	}
	return out
}

// Remote tells whether what a file names is not beside it: a Git repository, an OCI artifact or an address of the web.
func Remote(name string) bool {
	for _, prefix := range []string{"http://", "https://", "git://", "git@", "ssh://", "oci://", "github.com/", "s3://"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// limit is the first of several fields that is said and is a limit, else the first that is said at all.
func limit(values ...document.Value) workload.Field[string] {
	out := workload.Field[string]{Place: values[0].Place()}
	for _, v := range values {
		f := text(v)
		if !f.Set {
			if v.Exists() {
				out.Place = f.Place // a variable's, which is none
			}
			continue
		}
		if f.Value = engine.Limit(f.Value); f.Value != engine.Unlimited {
			return f
		}
		out = f
	}
	return out
}
