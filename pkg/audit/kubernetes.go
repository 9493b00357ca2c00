package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// kubernetesObject is an object of Kubernetes or a list of them, as far as it counts.
type kubernetesObject struct {
	Kind, APIVersion string
	Items            *[]clusterObject
	Message          string // of an error
	// Of a pod, or of a list, which says what was left out.
	Metadata struct {
		Name, Namespace, Continue string
		RemainingItemCount        int64
	}
	Spec     podSpec
	Template *struct{ Spec podSpec } // of a PodTemplate
	Status   json.RawMessage
}

// podSpec is that of a pod, or of what makes pods: a deployment has a template of them, and a cron job one of jobs.
type podSpec struct {
	Containers, InitContainers, EphemeralContainers []podContainer
	Volumes                                         []struct{ Image *struct{ Reference string } }
	Template, JobTemplate                           *struct{ Spec podSpec }
}

type podContainer struct{ Name, Image, ImageID string }

// makesPods are the kinds of Kubernetes itself that are pods, or that make some.
var makesPods = []string{"Pod", "PodTemplate", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}

// answers are the kinds of what the API server says of objects without their images.
var answers = []string{"Table", "PartialObjectMetadata", "PartialObjectMetadataList"}

// kubernetes adds the images of an object of a kind, or of those in a list.
func (o clusterObject) kubernetes(kind string, out []Deployment) ([]Deployment, error) {
	switch {
	case kind == "Status":
		return nil, fault.Request(fmt.Errorf("it is an error of Kubernetes in the place of a list: %.300q", o.Message), listPods)
	case slices.Contains(answers, kind):
		return nil, fault.Request(fmt.Errorf("it is a %s, which names no images", kind), listPods)
	case o.Metadata.Continue != "" || o.Metadata.RemainingItemCount > 0:
		return nil, fault.Request(errors.New("it is a page of a list that goes on, so that other images may run"), listPods)
	case o.Items != nil:
		ofItems, _ := strings.CutSuffix(kind, "List")
		var err error
		for _, item := range *o.Items {
			if out, err = item.deployments(ofItems, out); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	where := strings.TrimPrefix(o.Metadata.Namespace+"/"+o.Metadata.Name, "/")
	if o.text != nil {
		return o.ofCustom(where, out)
	}
	found, err := o.ofPod(where)
	switch {
	case err != nil:
		return nil, fault.Request(fmt.Errorf("%.100s %.200q %w", kind, where, err), listPods)
	case len(found) > 0 || o.isOwn() && !slices.Contains(makesPods, kind) && !strings.HasSuffix(kind, "List"):
		return append(out, found...), nil
	case slices.Contains(makesPods, kind):
		return nil, fault.Request(fmt.Errorf("%s %.200q names no container", kind, where), listPods)
	}
	return nil, fault.Request(fmt.Errorf("which images the %.100q %.200q runs is not known", kind, where), listPods)
}

// isOwn tells whether an object is of a group of Kubernetes itself, in which only some kinds run anything: makesPods.
func (o kubernetesObject) isOwn() bool {
	group, _, grouped := strings.Cut(o.APIVersion, "/")
	return !grouped || !strings.Contains(group, ".")
}

// isCustom tells whether an object is of a kind that somebody else brings. Who else calls a group .k8s.io may run something, too.
func (o kubernetesObject) isCustom() bool {
	return o.Kind != "" && !o.isOwn() && !slices.Contains(answers, o.Kind) && !strings.HasSuffix(o.Kind, "List")
}

// ofCustom adds the images of a custom resource: those of the pods in it, and those that its fields name.
func (o clusterObject) ofCustom(where string, out []Deployment) ([]Deployment, error) {
	f, err := kubernetes.Read(where, o.text, workload.Options{})
	if err != nil {
		return nil, fmt.Errorf("%.100s %.200q cannot be looked through: %w", o.Kind, where, err)
	}
	for _, w := range f.Workloads {
		for _, c := range w.Containers {
			for _, image := range c.Images() {
				out = append(out, Deployment{Reference: image.Value, Where: where})
			}
		}
	}
	for _, image := range f.Images {
		out = append(out, Deployment{Reference: image.Value, Where: where})
	}
	return out, nil
}

// ofPod are the images that a pod runs or, of an object that makes pods, those that it names.
func (o kubernetesObject) ofPod(where string) (out []Deployment, err error) {
	var status struct{ ContainerStatuses, InitContainerStatuses, EphemeralContainerStatuses []podContainer }
	if len(o.Status) > 0 {
		if err := json.Unmarshal(o.Status, &status); err != nil {
			return nil, fmt.Errorf("has a status that cannot be read: %w", strictjson.Plain(err))
		}
	}
	named := map[string]string{}
	for _, c := range o.Spec.all() {
		named[c.Name] = c.Image
	}
	running := map[string]bool{}
	for _, c := range slices.Concat(status.ContainerStatuses, status.InitContainerStatuses, status.EphemeralContainerStatuses) {
		name := cmp.Or(named[c.Name], c.Image)
		image, id, err := runningImage(c, name)
		if err != nil {
			return nil, err
		}
		running[c.Name] = true
		d := Deployment{Reference: image, ID: id, Where: where}
		if name != image {
			d.Named = name
		}
		out = append(out, d)
	}
	specs := []podSpec{o.Spec}
	if o.Template != nil {
		specs = append(specs, o.Template.Spec)
	}
	for _, spec := range specs {
		images, err := spec.images(running)
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			out = append(out, Deployment{Reference: image, Where: where})
		}
	}
	return out, nil
}

// all are the containers of a pod, of whatever kind.
func (s podSpec) all() []podContainer {
	return slices.Concat(s.Containers, s.InitContainers, s.EphemeralContainers)
}

// images are those that it names, of containers that are not known to run, and of volumes.
func (s podSpec) images(running map[string]bool) (out []string, err error) {
	for _, c := range s.all() {
		switch {
		case running[c.Name]:
		case c.Image == "":
			return nil, fmt.Errorf("names no image for its container %.100q", c.Name)
		default:
			out = append(out, c.Image)
		}
	}
	for _, v := range s.Volumes {
		if v.Image == nil {
			continue
		}
		if v.Image.Reference == "" {
			return nil, errors.New("names no image for a volume that is one")
		}
		out = append(out, v.Image.Reference)
	}
	for _, template := range []*struct{ Spec podSpec }{s.Template, s.JobTemplate} {
		if template == nil {
			continue
		}
		images, err := template.Spec.images(running)
		if err != nil {
			return nil, err
		}
		out = append(out, images...)
	}
	return out, nil
}

// runningImage is the image that a container was started from, as its pod names it and by the digest that its node pulled it under, or else
// with the digest that the node knows it by. Before it has started it is the image that the pod names.
func runningImage(c podContainer, named string) (reference, id string, err error) {
	_, text, found := strings.Cut(c.ImageID, "://")
	if !found {
		text = c.ImageID
	}
	name := imageref.Split(named)
	of := imageref.Split(text)
	if len(text) == sha256.Size*2 {
		text = "sha256:" + text // as CRI-O writes it
	}
	hex, isDigest := strings.CutPrefix(text, "sha256:")
	switch {
	case of.Digest != "" && of.Repository != "":
		if name.Tag != "" && name.Digest == "" && name.FullRepository() == of.FullRepository() {
			of.Repository += ":" + name.Tag
		}
		return of.Repository + "@" + of.Digest, "", nil
	case name.Repository == "" || name.Repository == "sha256" && text != "":
		return "", "", fmt.Errorf("does not say of which repository the image of its container %.100q is", c.Name)
	case name.Digest != "" || text == "":
		return named, "", nil
	case isDigest && len(hex) == sha256.Size*2:
		return named, text, nil
	}
	return "", "", fmt.Errorf("says of its container %.100q that it runs %.100q, which is no digest", c.Name, c.ImageID)
}
