package audit

import (
	"fmt"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
)

// marathonObject is an app, a pod or a group of Marathon, or a list of them, as far as it counts.
type marathonObject struct {
	ID                 string
	App                *clusterObject // as /v2/apps/ID has it
	Apps, Pods, Groups *[]clusterObject
	// Of an app.
	Cmd       *string
	Args      []string
	Container *struct {
		Type   string
		Docker *struct{ Image string }
		AppC   *struct{} // which no registry keeps
	}
	// Of a pod.
	Containers []struct {
		Name  string
		Image *struct{ Kind, ID string }
		Exec  *struct{}
	}
}

func (o marathonObject) isMarathon() bool {
	return o.App != nil || o.Apps != nil || o.Pods != nil || o.Groups != nil || o.Cmd != nil || o.Args != nil || o.Container != nil || o.Containers != nil
}

// marathon adds the images of an app, a pod, or all that a group or a list has.
func (o marathonObject) marathon(out []Deployment) ([]Deployment, error) {
	switch {
	case o.App != nil:
		return o.App.deployments("", out)
	case o.Apps != nil || o.Pods != nil || o.Groups != nil:
		if o.ID != "" && (o.Apps == nil || o.Pods == nil || o.Groups == nil) {
			return nil, fault.Request(fmt.Errorf("the group %.200q does not say all that is in it", o.ID), listGroups)
		}
		return o.members(out)
	case o.Containers != nil:
		return o.pod(out)
	case o.Container != nil && o.Container.Docker != nil && o.Container.Docker.Image != "":
		return append(out, byTag(o.Container.Docker.Image, "app "+o.ID)), nil
	case o.Container != nil && (o.Container.Docker != nil || o.Container.AppC != nil || o.Container.Type == "DOCKER"), o.Cmd == nil && o.Args == nil:
		return nil, fault.Request(fmt.Errorf("the app %.200q names no image of Docker, and no command alone", o.ID), listGroups)
	}
	return out, nil // its command runs on the agent itself
}

func (o marathonObject) members(out []Deployment) (_ []Deployment, err error) {
	for _, list := range []*[]clusterObject{o.Apps, o.Pods, o.Groups} {
		if list == nil {
			continue
		}
		for _, member := range *list {
			if out, err = member.deployments("", out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// pod adds the images of a pod. A container without one runs its command on the agent itself.
func (o marathonObject) pod(out []Deployment) ([]Deployment, error) {
	if len(o.Containers) == 0 {
		return nil, fault.Request(fmt.Errorf("the pod %.200q names no container", o.ID), listGroups)
	}
	for _, c := range o.Containers {
		switch {
		case c.Image != nil && c.Image.ID != "" && (c.Image.Kind == "DOCKER" || c.Image.Kind == ""):
			out = append(out, byTag(c.Image.ID, "pod "+o.ID))
		case c.Image != nil || c.Exec == nil:
			return nil, fault.Request(fmt.Errorf("the pod %.200q names no image of Docker for its container %.100q", o.ID, c.Name), listGroups)
		}
	}
	return out, nil
}

// byTag is an image that Marathon runs. It says no digest of one that is named by a tag: what the tag leads to is what the next task starts, and
// one that runs may have been started from what it led to before.
func byTag(image, where string) Deployment {
	if imageref.Split(image).Digest == "" {
		where += " (by its tag)"
	}
	return Deployment{Reference: image, Where: where}
}
