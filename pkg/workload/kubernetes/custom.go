package kubernetes

import (
	"encoding/json"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/workload"
)

// findPods finds the templates of pods in a custom resource, wherever it has them, as Argo's Rollout, Volcano's Job and Kubeflow's
// jobs do, and the containers and images that are in none, as in Argo's Workflow and Tekton's Task. Fields that a pod does not have
// may be the resource's own.
func (o *Object) findPods(value any, path ...any) {
	switch v := value.(type) {
	case map[string]any:
		if isOther(v) {
			return
		}
		if p := o.template(v, path); p != nil {
			o.Pods = append(o.Pods, p)
			v = besidePod(v)
		}
		o.images(v, path)
		o.hub(v, path)
		if isContainer(v, path) {
			o.Unread = append(o.Unread, o.At(path...))
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			o.findPods(v[key], join(path, []any{key})...)
		}
	case []any:
		for i, item := range v {
			o.findPods(item, join(path, []any{i})...)
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

// besidePod is what an object says beside the template of pods that it is.
func besidePod(v map[string]any) map[string]any {
	out := maps.Clone(v)
	delete(out, "metadata")
	if spec, ok := v["spec"].(map[string]any); ok {
		spec = maps.Clone(spec)
		for field := range fields(reflect.TypeFor[corev1.PodSpec]()) {
			delete(spec, field)
		}
		out["spec"] = spec
	}
	return out
}

// images notes what the fields of a value name as images: those that are called image or images, or so with a word before, as in baseImage
// and imageName.
func (o *Object) images(v map[string]any, path []any) {
	for _, key := range slices.Sorted(maps.Keys(v)) {
		called := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(key), "s"), "name")
		if !strings.HasSuffix(called, "image") {
			continue
		}
		list, several := v[key].([]any)
		if !several {
			list = []any{v[key]}
		}
		for i, item := range list {
			image := reference(item)
			if text, ok := item.(string); ok && key == "image" && image != "" {
				image = beside(v, text)
			}
			if image == "" {
				continue
			}
			at := join(path, []any{key})
			if several {
				at = join(at, []any{i})
			}
			o.Images = append(o.Images, workload.NamedImage{
				Resource: o.Resource(), Value: image, Place: o.At(at...), Partial: !isContainer(v, path),
			})
		}
	}
}

// hub notes the images of Istio, which its operators take from a registry that a field says, with a tag beside it.
func (o *Object) hub(v map[string]any, path []any) {
	hub := firstText(v, "hub")
	if reference(hub) == "" || !strings.HasSuffix(o.group(), "istio.io") && o.group() != "sailoperator.io" {
		return
	}
	tag, _ := v["tag"].(string)
	if n, ok := v["tag"].(json.Number); ok {
		tag = n.String()
	}
	for _, name := range []string{"pilot", "proxyv2"} {
		image := strings.TrimSuffix(hub, "/") + "/" + name
		if tag != "" {
			image += ":" + tag
		}
		o.Images = append(o.Images, workload.NamedImage{Resource: o.Resource(), Value: image, Place: o.At(join(path, []any{"hub"})...), Partial: true})
	}
}

// group is the API group of the object; empty for the core group.
func (o *Object) group() string {
	group, _, _ := strings.Cut(o.doc.Text(join(o.path, []any{"apiVersion"})...), "/")
	return group
}

// beside is the reference of an image of which other fields of the same object say the parts that it lacks, as charts and operators have them.
func beside(v map[string]any, image string) string {
	if under := firstText(v, "registry", "repository"); under != "" {
		image = under + "/" + image
	}
	if strings.ContainsAny(path.Base(image), ":@") {
		return image
	}
	if tag := firstText(v, "tag", "version"); tag != "" {
		image += ":" + tag
	}
	if digest := firstText(v, "digest"); strings.HasPrefix(digest, "sha256:") {
		image += "@" + digest
	}
	return image
}

// reference is that of an image, as a text or in the parts that charts and Kustomize give it; empty for what cannot be one.
func reference(value any) string {
	switch v := value.(type) {
	case string:
		if !strings.ContainsAny(v, " \t\r\n") && !strings.Contains(v, "://") && !slices.Contains(pictures, path.Ext(v)) {
			return v
		}
	case map[string]any:
		name := firstText(v, "repository", "newName", "name")
		if registry := firstText(v, "registry"); registry != "" && name != "" {
			name = registry + "/" + name
		}
		switch tag, digest := firstText(v, "tag", "newTag"), firstText(v, "digest"); {
		case firstText(v, "image") != "":
			return "" // which is named within
		case name == "":
		case digest != "":
			return name + "@" + digest
		case tag != "":
			return name + ":" + tag
		}
		return name
	}
	return ""
}

// firstText is what the first of some fields says that says anything in a text.
func firstText(v map[string]any, names ...string) string {
	for _, name := range names {
		if text, ok := v[name].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// pictures are the ends of names of files that are images of another kind.
var pictures = []string{".png", ".svg", ".jpg", ".jpeg", ".gif", ".ico", ".webp", ".iso", ".img", ".qcow2", ".vmdk", ".vhd"}

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
