package kubernetes

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

// triggersAnnotation is where OpenShift looks for what sets the images of an object that is none of its own.
const triggersAnnotation = "image.openshift.io/triggers"

// filled says what names the image of a container in place of the manifest: a trigger of OpenShift, which the image does not keep from it, or
// whoever fills in one that is missing. What a custom resource leaves out its controller knows, but for one that runs pods as they are.
func (p *Pod) filled(c Container) workload.Field[string] {
	for i := range len(p.path) + 1 { // of the object itself, or of one within it, as in a Template
		owner := p.path[:i]
		if f := p.changed(c, owner); f.Set {
			return f
		}
		if f := p.annotated(c, owner); f.Set {
			return f
		}
	}
	if strings.TrimSpace(c.Image) == "" && (p.Typed != nil || p.Kind == "DeploymentConfig") {
		return workload.Field[string]{Value: "whatever fills it in", Set: true, Place: p.In(c, "image")}
	}
	return workload.Field[string]{}
}

// changed is the ImageChange trigger of a DeploymentConfig that sets the image of a container. One that is not automatic sets it with the next
// rollout.
func (p *Pod) changed(c Container, owner []any) workload.Field[string] {
	for _, trigger := range p.doc.Value(join(join(p.Object.path, owner), []any{"spec", "triggers"})...).Items() {
		params := trigger.Get("imageChangeParams")
		for _, name := range params.Get("containerNames").Items() {
			if name.Text() == c.Name && trigger.Get("type").Text() == "ImageChange" {
				from := params.Get("from")
				return byTrigger(from.Get("kind").Text(), from.Get("name").Text(), trigger.Place())
			}
		}
	}
	return workload.Field[string]{}
}

// annotated is the trigger of an annotation that sets the image of a container.
func (p *Pod) annotated(c Container, owner []any) workload.Field[string] {
	at := join(owner, []any{"metadata", "annotations", triggersAnnotation})
	var triggers []struct {
		From      struct{ Kind, Name string }
		FieldPath string
		Paused    bool
	}
	if err := json.Unmarshal([]byte(p.doc.Text(join(p.Object.path, at)...)), &triggers); err != nil {
		return workload.Field[string]{} // none, or one that OpenShift cannot read, either
	}
	for _, t := range triggers {
		if !t.Paused && c.isAt(t.FieldPath) {
			return byTrigger(t.From.Kind, t.From.Name, p.At(at...))
		}
	}
	return workload.Field[string]{}
}

func byTrigger(kind, name string, at workload.Place) workload.Field[string] {
	return workload.Field[string]{Value: safetext.Escape(fmt.Sprintf("the ImageChange trigger of %s %s", kind, name)), Set: true, Place: at}
}

// imagePath matches the field of an image as such annotations name it, by the index or the name of its container.
var imagePath = regexp.MustCompile(`(initContainers|containers)\[(?:(\d+)|\?\(\s*@\.name\s*==\s*["']([^"']*)["']\s*\))\]\.image$`)

// isAt tells whether a path is that of the container's image. One of another form may be of any.
func (c Container) isAt(fieldPath string) bool {
	m := imagePath.FindStringSubmatch(fieldPath)
	switch {
	case m == nil:
		return true
	case m[1] != c.path[0]:
		return false
	case m[2] != "":
		return m[2] == strconv.Itoa(c.path[1].(int))
	}
	return m[3] == c.Name
}

// Unnamed is the error for a container, or a volume of a pod, without an image, which the API server refuses. Read leaves it to who reads whole
// manifests.
func (o *Object) Unnamed() error {
	if o.Typed == nil {
		return nil
	}
	for _, p := range o.Pods {
		for _, c := range p.Containers {
			if f := p.filled(c); c.Image == "" && f.Place.Path == p.In(c, "image").Path {
				return o.unnamed(p, "the container "+c.Name, join(c.path, []any{"image"})...)
			}
		}
		_, isPod := o.Typed.(*corev1.Pod) // what makes pods may leave that of a volume open
		for i, v := range p.Spec.Volumes {
			if isPod && v.Image != nil && v.Image.Reference == "" {
				return o.unnamed(p, "the volume "+v.Name, "volumes", i, "image", "reference")
			}
		}
	}
	return nil
}

func (o *Object) unnamed(p *Pod, what string, path ...any) error {
	at := join(join(join(o.path, p.path), []any{"spec"}), path)
	return o.doc.Error(fmt.Errorf("%s %q: %s names no image, and the API server takes none without", safetext.Escape(o.Kind), safetext.Escape(o.Name), safetext.Escape(what)),
		"name its image; of a part that kubectl or Kustomize merges into another file, check what comes of it, and keep the part where no other manifests lie, or name the files to check one by one", at...)
}

// deployers are patterns of groups and kinds that deploy what charts, repositories and catalogs name.
var deployers = []string{
	"helm.toolkit.fluxcd.io/HelmRelease", "helm.fluxcd.io/HelmRelease", "helm.cattle.io/HelmChart", "helm.crossplane.io/Release", "kustomize.toolkit.fluxcd.io/Kustomization",
	"argoproj.io/Application", "argoproj.io/ApplicationSet", "fleet.cattle.io/GitRepo", "operators.coreos.com/Subscription",
}

// parts are what the object deploys and its file does not hold: what a chart names, or the image that a controller takes for a container
// without one where the object names none at all.
func (o *Object) parts() []workload.Part {
	unnamed := func(p *Pod) bool {
		return slices.ContainsFunc(p.Containers, func(c Container) bool { return strings.TrimSpace(c.Image) == "" && !p.filled(c).Set })
	}
	if fits(deployers, o.group()+"/", o.Kind) || len(o.Images) == 0 && slices.ContainsFunc(o.Pods, unnamed) {
		return []workload.Part{{Resource: o.Resource(), Place: o.Place}}
	}
	return nil
}
