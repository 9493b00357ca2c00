package kubernetes

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/workload"
)

// custom finds the templates of pods in a custom resource, wherever it has them, as Argo's Rollout, Volcano's Job and Kubeflow's
// jobs do, and the containers that are in none, as in Argo's Workflow and Tekton's Task. Fields that a pod does not have may be
// the resource's own.
func (o *Object) custom(value any, path ...any) {
	switch v := value.(type) {
	case map[string]any:
		if p := o.template(v, path); p != nil {
			o.Pods = append(o.Pods, p)
			return
		}
		if image := imageOf(v); image != "" {
			o.Images = append(o.Images, workload.Field[string]{Value: image, Set: true, Place: o.At(join(path, []any{"image"})...)})
		}
		if isContainer(v, path) {
			o.Unread = append(o.Unread, o.At(path...))
			return
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			o.custom(v[key], join(path, []any{key})...)
		}
	case []any:
		for i, item := range v {
			o.custom(item, join(path, []any{i})...)
		}
	}
}

// template is the template of pods that a value is, or nil.
func (o *Object) template(v map[string]any, path []any) *Pod {
	containers, _ := inside(v, "spec", "containers").([]any)
	names := func(c any) bool { return inside(c, "name") != nil || inside(c, "image") != nil }
	if !slices.ContainsFunc(containers, names) {
		return nil
	}
	var t corev1.PodTemplateSpec
	if _, err := o.decodeAt(map[string]any{"metadata": v["metadata"], "spec": v["spec"]}, &t, path...); err != nil {
		return nil // it is something else of the same names
	}
	return o.newPod(&t.ObjectMeta, &t.Spec, path...)
}

// imageOf is the image that a value names in its field of that name: as a reference, or in parts, as charts take it.
func imageOf(v map[string]any) string {
	if ref, ok := v["image"].(string); ok {
		return ref
	}
	repository, _ := inside(v, "image", "repository").(string)
	return repository
}

// isContainer tells whether a value looks like a container: an image, and what to do with it, or a field that is called so.
func isContainer(v map[string]any, path []any) bool {
	image, _ := v["image"].(string)
	return image != "" && (isCalledContainer(path) || hasWork(v))
}

// isCalledContainer tells whether the field that a value is in, by itself or in a list, is called a container.
func isCalledContainer(path []any) bool {
	for _, at := range slices.Backward(path) {
		if name, ok := at.(string); ok {
			return slices.Contains([]string{"container", "containers", "initContainers", "sidecars", "steps"}, name)
		}
	}
	return false
}

func hasWork(v map[string]any) bool {
	return slices.ContainsFunc([]string{"command", "args", "script", "source", "env", "ports", "securityContext", "volumeMounts"}, func(key string) bool { return v[key] != nil })
}
