package workload

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/policy"

	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// podJudge finds the fields for which a control refuses a pod. The control itself says only that it does: so the judge asks
// it about parts of the pod.
type podJudge struct {
	pod     *kubernetes.Pod
	control control
	check   policy.CheckPodFn
	context map[string]any // of the pod, what changes the verdict about all the rest
	shared  map[string]any // of the pod, all else that is not its containers
	name    string         // of the container whose parts are asked about
}

// object is what a manifest has in braces.
type object = map[string]any

// violations returns the fields, and what the control says of each.
func (j *podJudge) violations() []violation {
	if j.check(j.pod.Meta, j.pod.Spec).Allowed {
		return nil
	}
	spec, ok := toJSON(j.pod.Spec).(object)
	if !ok {
		return nil
	}
	j.context, j.shared = object{}, object{}
	for key, value := range spec {
		switch key {
		case "os", "hostUsers":
			j.context[key] = value
		case "containers", "initContainers", "ephemeralContainers":
		default:
			j.shared[key] = value
		}
	}
	out := j.inAnnotations()
	out = append(out, j.inPod()...)
	for _, c := range j.pod.Containers {
		out = append(out, j.inContainer(c)...)
	}
	if len(out) == 0 { // the control looks at what the parts do not show
		out = append(out, violation{at: j.pod.Place, saw: j.check(j.pod.Meta, j.pod.Spec).ForbiddenDetail, field: string(j.control.check)})
	}
	return out
}

// inAnnotations are the annotations that are refused, as some controls had them before there were fields.
func (j *podJudge) inAnnotations() []violation {
	var out []violation
	for key, value := range j.pod.Meta.Annotations {
		meta := metav1.ObjectMeta{Annotations: map[string]string{key: value}}
		if result := j.check(&meta, j.pod.Spec); !result.Allowed && j.check(&metav1.ObjectMeta{}, j.pod.Spec).Allowed {
			out = append(out, violation{at: j.pod.InMeta("annotations", key), saw: detail(result), field: key})
		}
	}
	slices.SortFunc(out, func(a, b violation) int { return strings.Compare(a.field, b.field) })
	return out
}

// inPod are the fields of the pod that are refused whatever its containers say.
func (j *podJudge) inPod() []violation {
	var out []violation
	for _, path := range culprits(j.shared, func(part any) bool { return j.refused(part, nil) }) {
		part, _ := lead(j.shared, path)
		at := j.pod.InSpec(path...)
		out = append(out, violation{at: at, saw: detail(j.ask(part, nil)), field: inItem(j.shared, path)})
	}
	return out
}

// inContainer are the fields of a container that are refused, and the one that it lacks.
func (j *podJudge) inContainer(c kubernetes.Container) []violation {
	j.name = c.Name
	own, _ := toJSON(c.Container).(object)
	shared, needs := j.shared, j.control.needs
	ofPod := j.refused(shared, nil)
	if ofPod {
		shared = object{} // its violation is the pod's own
	}
	var out []violation
	add := func(path []any, part any, value any) {
		at := j.pod.In(c, path...)
		out = append(out, violation{at: at, saw: detail(j.ask(shared, part)), add: value, field: inItem(own, path), container: c.Name})
	}
	complete := func(part any) any { return part }
	if needs != nil {
		said, has := lead(own, needs)
		if !(ofPod && !has) && j.refused(shared, said) {
			add(needs, said, j.control.value)
		}
		complete = func(part any) any {
			o, _ := part.(object)
			return set(o, needs, j.control.value)
		}
	}
	for _, path := range culprits(own, func(part any) bool { return j.refused(shared, complete(part)) }) {
		part, _ := lead(own, path)
		add(path, complete(part), nil)
	}
	return out
}

// set is a copy of an object with a value at a path of keys.
func set(o object, path []any, value any) object {
	out := object{}
	maps.Copy(out, o)
	key, _ := path[0].(string)
	if len(path) == 1 {
		out[key] = value
		return out
	}
	inner, _ := out[key].(object)
	out[key] = set(inner, path[1:], value)
	return out
}

// refused tells whether the control refuses a part of the pod with a part of one container, or none.
func (j *podJudge) refused(shared, container any) bool {
	return !j.ask(shared, container).Allowed
}

func (j *podJudge) ask(shared, container any) policy.CheckResult {
	spec := object{}
	maps.Copy(spec, j.context)
	if part, ok := shared.(object); ok {
		maps.Copy(spec, part)
	}
	if c, ok := container.(object); ok {
		spec["containers"] = []any{set(c, []any{"name"}, j.name)}
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return policy.CheckResult{Allowed: true}
	}
	var typed corev1.PodSpec
	if err := json.Unmarshal(text, &typed); err != nil {
		return policy.CheckResult{Allowed: true}
	}
	return j.check(&metav1.ObjectMeta{}, &typed)
}

// detail is what a control says of what it refuses.
func detail(r policy.CheckResult) string {
	if r.ForbiddenDetail == "" {
		return r.ForbiddenReason
	}
	return r.ForbiddenReason + ": " + r.ForbiddenDetail
}

// culprits are the paths of the least parts of a value that are refused alone.
func culprits(v any, refused func(any) bool) [][]any {
	var out [][]any
	try := func(key, inner any, wrap func(any) any) {
		alone := func(part any) bool { return refused(wrap(part)) }
		if !alone(inner) {
			return
		}
		below := culprits(inner, alone)
		if len(below) == 0 {
			below = [][]any{{}}
		}
		for _, path := range below {
			out = append(out, append([]any{key}, path...))
		}
	}
	switch v := v.(type) {
	case object:
		if refused(object{}) {
			return nil // for what it is, not for what it has
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			try(k, v[k], func(part any) any { return object{k: part} })
		}
	case []any:
		for i := range v {
			try(i, v[i], func(part any) any { return []any{part} })
		}
	}
	return out
}

// lead is the part of a value that leads to a path, and whether there is such a path: of objects the one field, of lists the
// whole item. It is empty where there is none.
func lead(v any, path []any) (part any, found bool) {
	if len(path) == 0 {
		return v, true
	}
	switch v := v.(type) {
	case object:
		key, _ := path[0].(string)
		if value, ok := v[key]; ok {
			inner, found := lead(value, path[1:])
			return object{key: inner}, found
		}
	case []any:
		if i, ok := path[0].(int); ok && i < len(v) {
			return []any{v[i]}, true
		}
	}
	return object{}, false
}

// inItem names a field by its path in a value, with the names of the items that it is in, which stay when others are added.
func inItem(v any, path []any) string {
	var parts []string
	for _, part := range path {
		switch part := part.(type) {
		case string:
			parts = append(parts, part)
			o, _ := v.(object)
			v = o[part]
		case int:
			list, _ := v.([]any)
			if part >= len(list) {
				return strings.Join(parts, ".")
			}
			v = list[part]
			word, _ := v.(string)
			o, _ := v.(object)
			parts = append(parts, cmp.Or(word, fmt.Sprint(cmp.Or(o["name"], o["containerPort"], any(part)))))
		}
	}
	return strings.Join(parts, ".")
}

// toJSON is a value of the API in JSON's types.
func toJSON(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		return nil
	}
	return out
}
