package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/textfile"
)

// Deployment is an image that runs.
type Deployment struct {
	Reference string // with the digest, where what runs it says which one that is
	Where     string // such as prod/web-7d4b
}

// clusterObject is what kubectl get pods -o json, docker service ls --format json and Marathon's /v2/apps say, as far as it counts.
type clusterObject struct {
	Kind  string
	Items []clusterObject // of a Kubernetes list
	// Of a pod of Kubernetes.
	Metadata struct{ Name, Namespace string }
	Spec     podSpec
	Status   struct {
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
		out = o.deployments(out)
	}
	if len(out) == 0 {
		return nil, fault.Request(errors.New("it names no image that runs"), hint)
	}
	return out, nil
}

// deployments adds the images of an object and of those in it.
func (o clusterObject) deployments(out []Deployment) []Deployment {
	for _, list := range [][]clusterObject{o.Items, o.Apps} {
		for _, item := range list {
			out = item.deployments(out)
		}
	}
	pod := strings.TrimPrefix(o.Metadata.Namespace+"/"+o.Metadata.Name, "/")
	running := map[string]bool{}
	for _, list := range [][]podContainer{o.Status.ContainerStatuses, o.Status.InitContainerStatuses, o.Status.EphemeralContainerStatuses} {
		for _, c := range list {
			if ref := runningImage(c); ref != "" {
				running[c.Name] = true
				out = append(out, Deployment{ref, pod})
			}
		}
	}
	for _, image := range o.Spec.images(running) {
		out = append(out, Deployment{image, pod})
	}
	if o.Image != "" {
		out = append(out, Deployment{o.Image, "service " + o.Name})
	}
	if o.Container != nil && o.Container.Docker != nil && o.Container.Docker.Image != "" {
		out = append(out, Deployment{o.Container.Docker.Image, "app " + o.ID})
	}
	return out
}

// images are those that it names, of containers that are not known to run.
func (s podSpec) images(running map[string]bool) (out []string) {
	for _, list := range [][]podContainer{s.Containers, s.InitContainers, s.EphemeralContainers} {
		for _, c := range list {
			if c.Image != "" && !running[c.Name] {
				out = append(out, c.Image)
			}
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

// runningImage is the image that a container was started from, by the digest that its node pulled it under; empty where the node does not
// say that.
func runningImage(c podContainer) string {
	_, id, found := strings.Cut(c.ImageID, "://")
	if !found {
		id = c.ImageID
	}
	of := imageref.Split(id)
	if of.Digest == "" || of.Repository == "" {
		return ""
	}
	return of.Repository + "@" + of.Digest
}
