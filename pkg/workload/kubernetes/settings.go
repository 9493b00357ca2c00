package kubernetes

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// settings finds what a custom resource says of containers that are in none of its pods, and that weakens their isolation: in fields
// that are called as those of pods are, wherever they are. How the controller comes by a container, and what it says of it besides, is
// not known; so each is a workload of its own, of which nothing else is set.
func (o *Object) settings(value any) []workload.Workload {
	s := settings{o: o, at: o.At}
	s.walk(value, nil)
	return s.out
}

// settings is the work on a resource, or on a text in it that is YAML itself.
type settings struct {
	o  *Object
	at func(path ...any) workload.Place
	in []any // the path of the text in the resource; empty outside of texts
	// depth is in how many texts this one is.
	depth int
	out   []workload.Workload
}

// walk looks at all that is within a value.
func (s *settings) walk(value any, path []any) {
	switch v := value.(type) {
	case map[string]any:
		if isOther(v) {
			return
		}
		if len(s.in) == 0 && slices.ContainsFunc(s.o.Pods, func(p *Pod) bool { return slices.Equal(p.path, path) }) {
			v = besidePod(v)
		}
		if s.patched(v, path) {
			return
		}
		s.note(v, path)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if isApart(key, path) {
				continue
			}
			at := join(path, []any{key})
			if text, ok := v[key].(string); ok && strings.Contains(key, ".") { // as --set of Helm takes it
				s.unfold(strings.Split(key, "."), text, at)
			}
			s.walk(v[key], at)
		}
	case []any:
		for i, item := range v {
			s.walk(item, join(path, []any{i}))
		}
	case string:
		s.text(v, path)
	}
}

// isApart tells whether the field of a key, at a path, is about something else than containers.
func isApart(key string, path []any) bool {
	switch strings.ToLower(key) {
	case "status":
		return len(path) == 0
	case "metadata", "openapiv3schema", "podsecuritypolicy", "psp", "securitycontextconstraints", "scc":
		return true
	}
	return false
}

// note notes what the fields of one object say.
func (s *settings) note(v map[string]any, path []any) {
	at := func(field ...any) workload.Place { return s.at(join(path, field)...) }
	flag := func(field ...any) workload.Field[bool] {
		if on, ok := truth(inside(v, field...)); ok {
			return workload.Field[bool]{Value: on, Set: true, Place: at(field...)}
		}
		return workload.Field[bool]{}
	}
	w := workload.Workload{
		Platform: workload.Kubernetes, Kind: s.o.Kind, Name: s.o.Name, Namespace: s.o.Namespace, Place: s.o.Place, Part: s.part(path),
		HostNetwork: flag("hostNetwork"), HostPID: flag("hostPID"), HostIPC: flag("hostIPC"),
	}
	c := workload.Container{
		Kind:       workload.Main,
		Privileged: flag("privileged"), Escalation: flag("allowPrivilegeEscalation"), ReadOnlyRoot: flag("readOnlyRootFilesystem"), NonRoot: flag("runAsNonRoot"),
		Seccomp: s.off(v, path, "seccompProfile"), AppArmor: s.appArmor(v, path), Ports: s.ports(v, path),
	}
	if user, ok := number(v["runAsUser"]); ok {
		c.User = workload.Field[string]{Value: user, Set: true, Place: at("runAsUser")}
	}
	added, _ := inside(v, "capabilities", "add").([]any)
	for i, item := range added {
		if text, ok := item.(string); ok {
			c.AddCaps = append(c.AddCaps, workload.Field[string]{Value: capability(text), Set: true, Place: at("capabilities", "add", i)})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		c.Mounts = append(c.Mounts, s.mounts(key, v[key], join(path, []any{key}))...)
	}
	c.Weakened = s.weakened(v, at)
	if says(&w, &c) {
		c.Place, w.Containers = at(), []workload.Container{c}
		s.out = append(s.out, w)
	}
}

// says tells whether anything is known of a container.
func says(w *workload.Workload, c *workload.Container) bool {
	for _, f := range []workload.Field[bool]{w.HostNetwork, w.HostPID, w.HostIPC, c.Privileged, c.Escalation, c.ReadOnlyRoot, c.NonRoot} {
		if f.Set {
			return true
		}
	}
	return c.Seccomp.Set || c.AppArmor.Set || c.User.Set || len(c.AddCaps)+len(c.Mounts)+len(c.Weakened)+len(c.Ports) > 0
}

// part names the object at a path: the one that has a security context rather than that.
func (s *settings) part(path []any) string {
	path = join(s.in, path)
	if n := len(path); n > 0 {
		if key, ok := path[n-1].(string); ok && strings.HasSuffix(strings.ToLower(key), "securitycontext") {
			path = path[:n-1]
		}
	}
	return document.Path(path...)
}

// off is the profile of seccomp or AppArmor where an object switches it off.
func (s *settings) off(v map[string]any, path []any, field string) workload.Field[string] {
	if inside(v, field, "type") != "Unconfined" {
		return workload.Field[string]{}
	}
	return workload.Field[string]{Value: unconfined, Set: true, Place: s.at(join(path, []any{field, "type"})...)}
}

// appArmor is the profile of AppArmor where an object switches it off: by its field, or by an annotation of a container, which the object has
// itself or in its metadata.
func (s *settings) appArmor(v map[string]any, path []any) workload.Field[string] {
	if off := s.off(v, path, "appArmorProfile"); off.Set {
		return off
	}
	for _, in := range [][]any{nil, {"metadata", "annotations"}} {
		annotations, _ := inside(v, in...).(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(annotations)) {
			if strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) && annotations[key] == unconfined {
				return workload.Field[string]{Value: unconfined, Set: true, Place: s.at(join(path, join(in, []any{key}))...)}
			}
		}
	}
	return workload.Field[string]{}
}

// ports are those of its node that an object takes.
func (s *settings) ports(v map[string]any, path []any) []workload.Port {
	text, _ := number(v["hostPort"])
	port, err := strconv.Atoi(text)
	if err != nil || port <= 0 {
		return nil
	}
	return []workload.Port{{Place: s.at(join(path, []any{"hostPort"})...), Host: port}}
}

func (s *settings) weakened(v map[string]any, at func(field ...any) workload.Place) []workload.Weakened {
	var out []workload.Weakened
	if kind, ok := inside(v, "seLinuxOptions", "type").(string); ok && seLinuxOff(kind) != "" {
		out = append(out, workload.Weakened{Setting: "the SELinux type " + kind, What: seLinuxOff(kind), Place: at("seLinuxOptions", "type")})
	}
	if mount, ok := v["procMount"].(string); ok && procUnmasked(mount) != "" {
		out = append(out, workload.Weakened{Setting: "procMount " + mount, What: procUnmasked(mount), Place: at("procMount")})
	}
	if on, _ := truth(inside(v, "windowsOptions", "hostProcess")); on {
		out = append(out, workload.Weakened{Setting: "hostProcess", What: onHost, Place: at("windowsOptions", "hostProcess")})
	}
	return out
}

// mounts are the paths of the host in a field: one that is called so, the socket of a container engine, and volumes as docker run takes
// them.
func (s *settings) mounts(key string, value any, path []any) []workload.Mount {
	name, onHost := hostPathField(key)
	if len(path) > 1 {
		if _, done := hostPathField(path[len(path)-2]); done {
			return nil // the field around it has it
		}
	}
	switch v := value.(type) {
	case string:
		inContainer := slices.Contains([]string{"mountpath", "target", "targetpath", "containerpath", "destination", "subpath", "value"}, name)
		if strings.HasPrefix(v, "/") && (onHost || !inContainer && workload.IsEngineSocket(v)) {
			return []workload.Mount{{Place: s.at(path...), HostPath: v}}
		}
	case map[string]any:
		p, ok := v["path"].(string)
		// A local volume of a host is for data, and only a path that is for something else is the host's.
		local := name == "local" && s.o.Kind == "PersistentVolume" && workload.IsSensitivePath(p)
		if ok && (onHost || local) && strings.HasPrefix(p, "/") {
			return []workload.Mount{{Place: s.at(join(path, []any{"path"})...), HostPath: p}}
		}
	case []any:
		var out []workload.Mount
		for i, item := range v {
			text, _ := item.(string)
			source, target, _ := strings.Cut(text, ":")
			if strings.HasPrefix(source, "/") && strings.HasPrefix(target, "/") {
				target, mode, _ := strings.Cut(target, ":")
				out = append(out, workload.Mount{Place: s.at(join(path, []any{i})...), HostPath: source, Target: target, ReadOnly: mode == "ro"})
			}
		}
		return out
	}
	return nil
}

// hostPathField is a key as mounts compares it, and whether it says a path of the host.
func hostPathField(key any) (name string, onHost bool) {
	text, _ := key.(string)
	name = strings.ToLower(strings.ReplaceAll(text, "_", ""))
	return name, strings.HasSuffix(name, "hostpath")
}

// patched looks at an operation of a JSON patch (RFC 6902), and at a parameter such as Argo CD hands to a chart, as if what it makes were
// there. It tells whether the object is one.
func (s *settings) patched(v map[string]any, path []any) bool {
	op, _ := v["op"].(string)
	pointer, _ := v["path"].(string)
	if (op == "add" || op == "replace") && strings.HasPrefix(pointer, "/") {
		s.unfold(strings.Split(pointer[1:], "/"), v["value"], join(path, []any{"value"}))
		return true
	}
	name, _ := v["name"].(string)
	text, ok := v["value"].(string)
	if ok && isParameter(path) {
		s.unfold(strings.Split(name, "."), text, join(path, []any{"value"}))
	}
	return ok && isParameter(path)
}

// isParameter tells whether what is at a path is in a list of parameters.
func isParameter(path []any) bool {
	return len(path) > 1 && strings.HasSuffix(strings.ToLower(fmt.Sprint(path[len(path)-2])), "parameters")
}

// unfold looks at a value, said at a path, as if it were at the end of other keys.
func (s *settings) unfold(keys []string, value any, path []any) {
	for _, key := range slices.Backward(keys) {
		if _, err := strconv.Atoi(key); err == nil || key == "-" {
			value = []any{value}
			continue
		}
		value = map[string]any{key: value}
	}
	inner := settings{o: s.o, in: join(s.in, path[:len(path)-1]), depth: s.depth + 1, at: func(field ...any) workload.Place {
		return s.at(join(path, field[min(len(keys), len(field)):])...)
	}}
	inner.walk(value, nil)
	s.out = append(s.out, inner.out...)
}

// words are those of which a text has one that says anything of what is looked for.
var words = []string{
	"privileged", "hostNetwork", "hostPID", "hostIPC", "ostPath", "hostProcess", "runAs", "PrivilegeEscalation", "capabilities", "seLinuxOptions", "procMount",
	"nconfined", "readOnlyRootFilesystem", ".sock", "hostPort",
}

// maxDepth is how many texts may be in one another.
const maxDepth = 3

// text looks at a text that is YAML or JSON itself, such as the values of a chart or a patch.
func (s *settings) text(text string, path []any) {
	if s.depth >= maxDepth || !strings.ContainsAny(text, ":") || !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
		return
	}
	docs, err := document.Split("", []byte(text))
	if err != nil {
		return // a text of another kind
	}
	outer := s.at(path...)
	for _, d := range docs {
		value, err := valueOf(d)
		if err != nil {
			continue
		}
		inner := settings{o: s.o, in: join(s.in, path), depth: s.depth + 1, at: func(field ...any) workload.Place {
			p := d.Place(field...)
			at := outer.TextLine(p.Line)
			at.Path += "." + p.Path
			return at
		}}
		inner.walk(value, nil)
		s.out = append(s.out, inner.out...)
	}
}

// truth is a boolean, as one, as a number or as a text, in any of the words that YAML has had for one.
func truth(value any) (on, ok bool) {
	switch v := value.(type) {
	case bool:
		return v, true
	case json.Number:
		return truth(v.String())
	case string:
		switch strings.ToLower(v) {
		case "true", "yes", "on", "y", "t", "1":
			return true, true
		case "false", "no", "off", "n", "f", "0":
			return false, true
		}
	}
	return false, false
}

// number is a whole number, as one or as a text.
func number(value any) (text string, ok bool) {
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return text, err == nil
}
