package audit

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/textfile"
)

// Deployment is an image that runs.
type Deployment struct {
	Reference string // with the digest, where what runs it says which one that is
	// ID is a digest that its node knows the image by, and of which it is not known whether it is that of a manifest, of an index or of a
	// configuration; empty where the node says none, or the reference has the digest.
	ID    string
	Where string // such as prod/web-7d4b
}

// clusterObject is what kubectl get pods -o json, docker service ls --format json and Marathon's /v2/apps say, as far as it counts.
type clusterObject struct {
	Kind    string
	Items   []clusterObject // of a Kubernetes list
	Message string          // of Kubernetes, that it gives no list
	// Of a pod of Kubernetes, or of a list, which says what was left out.
	Metadata struct {
		Name, Namespace, Continue string
		RemainingItemCount        int64
	}
	Spec   podSpec
	Status struct {
		ContainerStatuses, InitContainerStatuses, EphemeralContainerStatuses []podContainer
	}
	// Of a service of Docker Swarm.
	Name, Image string
	// Of Marathon.
	Apps      []clusterObject
	ID        string
	Container *struct {
		Docker *struct{ Image string }
	}
}

// podSpec is that of a pod, or of what makes pods: a deployment has a template of them, and a cron job one of jobs.
type podSpec struct {
	Containers, InitContainers, EphemeralContainers []podContainer
	Volumes                                         []struct{ Image *struct{ Reference string } }
	Template, JobTemplate                           *struct{ Spec podSpec }
}

type podContainer struct{ Name, Image, ImageID string }

// MaxCluster is how many bytes a file for ReadCluster may have.
const MaxCluster = 256 << 20

// ReadCluster reads which images run, as kubectl get pods -o json, docker service ls --format json or Marathon's /v2/apps say it. What
// names no image is a wrong request: nothing would be taken for all that runs.
func ReadCluster(raw []byte) ([]Deployment, error) {
	raw, err := textfile.Decode(raw)
	if err != nil {
		return nil, fault.Request(err, "")
	}
	const hint = "give it what kubectl get pods --all-namespaces -o json, docker service ls --format json or Marathon's /v2/apps prints"
	var out []Deployment
	for d := json.NewDecoder(bytes.NewReader(raw)); ; {
		var o clusterObject
		err := d.Decode(&o)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Request(fmt.Errorf("it is not the JSON of a cluster: %w", err), hint)
		}
		if err := o.whole(); err != nil {
			return nil, err
		}
		out = o.deployments(out)
	}
	if len(out) == 0 {
		return nil, fault.Request(errors.New("it names no image that runs"), hint)
	}
	return out, nil
}

// whole refuses what is no list of all that runs: a page of one, an error in its place, or a form of it without images.
func (o clusterObject) whole() error {
	const hint = "list all pods at once: kubectl get pods --all-namespaces --chunk-size=0 -o json"
	switch o.Kind {
	case "Status":
		return fault.Request(fmt.Errorf("it is an error of Kubernetes in the place of a list: %.300q", o.Message), hint)
	case "Table", "PartialObjectMetadata", "PartialObjectMetadataList":
		return fault.Request(fmt.Errorf("it is a %s, which names no images", o.Kind), hint)
	}
	if o.Metadata.Continue != "" || o.Metadata.RemainingItemCount > 0 {
		return fault.Request(errors.New("it is a page of a list that goes on, so that other images may run"), hint)
	}
	for _, item := range o.Items {
		if err := item.whole(); err != nil {
			return err
		}
	}
	return nil
}

// deployments adds the images of an object and of those in it.
func (o clusterObject) deployments(out []Deployment) []Deployment {
	for _, list := range [][]clusterObject{o.Items, o.Apps} {
		for _, item := range list {
			out = item.deployments(out)
		}
	}
	pod := strings.TrimPrefix(o.Metadata.Namespace+"/"+o.Metadata.Name, "/")
	named := map[string]string{}
	for _, c := range slices.Concat(o.Spec.Containers, o.Spec.InitContainers, o.Spec.EphemeralContainers) {
		named[c.Name] = c.Image
	}
	running := map[string]bool{}
	for _, c := range slices.Concat(o.Status.ContainerStatuses, o.Status.InitContainerStatuses, o.Status.EphemeralContainerStatuses) {
		if image, id := runningImage(c, cmp.Or(named[c.Name], c.Image)); image != "" {
			running[c.Name] = true
			out = append(out, Deployment{Reference: image, ID: id, Where: pod})
		}
	}
	for _, image := range o.Spec.images(running) {
		out = append(out, Deployment{Reference: image, Where: pod})
	}
	if o.Image != "" {
		out = append(out, Deployment{Reference: o.Image, Where: "service " + o.Name})
	}
	if o.Container != nil && o.Container.Docker != nil && o.Container.Docker.Image != "" {
		out = append(out, Deployment{Reference: o.Container.Docker.Image, Where: "app " + o.ID})
	}
	return out
}

// images are those that it names, of containers that are not known to run, and of volumes.
func (s podSpec) images(running map[string]bool) (out []string) {
	for _, c := range slices.Concat(s.Containers, s.InitContainers, s.EphemeralContainers) {
		if c.Image != "" && !running[c.Name] {
			out = append(out, c.Image)
		}
	}
	for _, v := range s.Volumes {
		if v.Image != nil && v.Image.Reference != "" {
			out = append(out, v.Image.Reference)
		}
	}
	if s.Template != nil {
		out = append(out, s.Template.Spec.images(running)...)
	}
	if s.JobTemplate != nil {
		out = append(out, s.JobTemplate.Spec.images(running)...)
	}
	return out
}

// runningImage is the image that a container was started from, as its pod names it and by the digest that its node pulled it under, or else
// with the digest that the node knows it by; empty where the node says neither.
func runningImage(c podContainer, named string) (reference, id string) {
	_, text, found := strings.Cut(c.ImageID, "://")
	if !found {
		text = c.ImageID
	}
	name := imageref.Split(named)
	switch of := imageref.Split(text); {
	case of.Digest != "" && of.Repository != "":
		if name.Tag != "" && name.Digest == "" && name.FullRepository() == of.FullRepository() {
			of.Repository += ":" + name.Tag
		}
		return of.Repository + "@" + of.Digest, ""
	case name.Digest != "" || name.Repository == "" || name.Repository == "sha256":
		return "", ""
	}
	if len(text) == sha256.Size*2 {
		text = "sha256:" + text // as CRI-O writes it
	}
	if hex, ok := strings.CutPrefix(text, "sha256:"); ok && len(hex) == sha256.Size*2 {
		return named, text
	}
	return "", ""
}
