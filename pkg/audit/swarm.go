package audit

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
)

// swarmObject is a service of Docker Swarm as far as it counts: a line of docker service ls or, with a spec, what docker service inspect prints.
type swarmObject struct {
	Name, Image string
	Mode        json.RawMessage // which lines about services have, and none about containers
	inspected   *swarmService
}

type swarmService struct {
	Spec, PreviousSpec swarmSpec
	UpdateStatus       struct{ State string }
}

type swarmSpec struct {
	Name         string
	TaskTemplate *struct {
		ContainerSpec struct{ Image string }
		PluginSpec    struct{ Remote string }
	}
}

// inspect reads what docker service inspect prints, if an object is that.
func (o *swarmObject) inspect(raw []byte) {
	s := &swarmService{}
	if err := json.Unmarshal(raw, s); err == nil && s.Spec.TaskTemplate != nil {
		o.inspected = s
	}
}

func (o swarmObject) isSwarm() bool { return o.inspected != nil || o.Image != "" || o.Name != "" }

// swarm adds the image of a service. Swarm asks for the digest of a tag when a service is made, and runs that from then on; docker service ls
// leaves it out where there is a tag.
func (o swarmObject) swarm(out []Deployment) ([]Deployment, error) {
	switch {
	case o.inspected != nil:
		return o.inspected.images(out)
	case len(o.Mode) == 0:
		return nil, fault.Request(fmt.Errorf("%.100q is no service of Docker Swarm: docker ps and docker compose ps list containers, and do not say which images they run", cmp.Or(o.Name, o.Image)),
			listServices+"; what an Engine runs by itself, name as manifests: the output of docker compose config")
	case o.Image == "":
		return nil, fault.Request(fmt.Errorf("the service %.100q names no image", o.Name), listServices)
	}
	d := Deployment{Reference: o.Image, Where: "service " + o.Name}
	if imageref.Split(o.Image).Digest == "" {
		d.Unknown = "docker service ls leaves out the digest that the service runs, and the tag may lead elsewhere by now"
		d.Hint = listServices
	}
	return append(out, d), nil
}

// images adds the image of a service and, while it is updated, the one before, which some of its tasks still run.
func (s *swarmService) images(out []Deployment) ([]Deployment, error) {
	specs := []swarmSpec{s.Spec}
	switch s.UpdateStatus.State {
	case "", "completed", "rollback_completed":
	default:
		if s.PreviousSpec.TaskTemplate != nil {
			specs = append(specs, s.PreviousSpec)
		}
	}
	for _, spec := range specs {
		image := cmp.Or(spec.TaskTemplate.ContainerSpec.Image, spec.TaskTemplate.PluginSpec.Remote)
		if image == "" {
			return nil, fault.Request(fmt.Errorf("the service %.100q names no image", s.Spec.Name), listServices)
		}
		out = append(out, Deployment{Reference: image, Where: "service " + s.Spec.Name})
	}
	return out, nil
}
