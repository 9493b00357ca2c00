package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// Deployment is an image that runs.
type Deployment struct {
	Reference string // with the digest, where what runs it says which one that is
	// ID is a digest that its node knows the image by, and of which it is not known whether it is that of a manifest, of an index or of a
	// configuration; empty where the node says none, or the reference has the digest.
	ID string
	// Named is the reference that what runs it pulls when it starts anew, whose tag may lead elsewhere by now; empty where that is Reference.
	Named string
	Where string // such as prod/web-7d4b
	// Unknown says why it is not known which image runs, and Hint what to do about that. They are empty where it is known, and the reference may
	// be empty where it is not.
	Unknown, Hint string
}

// MaxCluster is how many bytes a file for ReadCluster may have.
const MaxCluster = 256 << 20

// What to do next about a list that is none, or not whole.
const (
	nameList     = "give it what kubectl get pods --all-namespaces -o json, docker service inspect $(docker service ls -q) or Marathon's /v2/groups prints"
	listPods     = "list all pods at once: kubectl get pods --all-namespaces --chunk-size=0 -o json"
	listServices = "give it what docker service inspect $(docker service ls -q) prints"
	listGroups   = "ask Marathon for /v2/groups, without embed="
)

// ReadCluster reads which images run, as kubectl get pods -o json, docker service inspect or Marathon's /v2/groups, /v2/apps or /v2/pods say it,
// and docker service ls --format json as far as it does. What names no image is a wrong request, and so is all that cannot be understood: nothing, or a part, would be taken for
// all that runs, and a plan of what could go deletes the rest.
func ReadCluster(raw []byte) ([]Deployment, error) {
	raw, err := textfile.Decode(raw)
	if err != nil {
		return nil, fault.Request(err, "")
	}
	var out []Deployment
	for d := json.NewDecoder(bytes.NewReader(raw)); ; {
		var list clusterObjects
		err := d.Decode(&list)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Request(fmt.Errorf("it is not the JSON of a cluster: %w", strictjson.Plain(err)), nameList)
		}
		for _, o := range list {
			if out, err = o.deployments("", out); err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 {
		return nil, fault.Request(errors.New("it names no image that runs"), nameList)
	}
	return out, nil
}

// clusterObjects are the objects of a list, as Marathon's /v2/pods is one, or else the one object.
type clusterObjects []clusterObject

// UnmarshalJSON reads either.
func (l *clusterObjects) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte("[")) {
		return json.Unmarshal(raw, (*[]clusterObject)(l))
	}
	*l = make(clusterObjects, 1)
	return json.Unmarshal(raw, &(*l)[0])
}

// clusterObject is what one of the lists holds, or one of them, as far as it counts. Lists that it does not have are nil.
type clusterObject struct {
	kubernetesObject
	swarmObject
	marathonObject

	text []byte // of a custom resource; nil of all else
}

// UnmarshalJSON keeps the text of an object whose kind only its controller knows, to look through it for images.
func (o *clusterObject) UnmarshalJSON(raw []byte) error {
	type fields clusterObject // which decode as they are
	if err := json.Unmarshal(raw, (*fields)(o)); err != nil {
		return err
	}
	if o.Items == nil && o.isCustom() {
		o.text = bytes.Clone(raw)
	}
	if o.Items == nil && o.Kind == "" {
		o.inspect(raw)
	}
	return nil
}

// deployments adds the images of an object and of those in it. An object of a list of Kubernetes that does not say its kind is of that of
// the list. What is not understood is an error: it may run anything.
func (o clusterObject) deployments(kind string, out []Deployment) ([]Deployment, error) {
	kind = cmp.Or(o.Kind, kind)
	switch {
	case o.Items != nil, kind != "":
		return o.kubernetes(kind, out)
	case o.isMarathon():
		return o.marathon(out)
	case o.isSwarm():
		return o.swarm(out)
	}
	return nil, fault.Request(errors.New("it holds something that is no object of Kubernetes, no service of Docker Swarm, and no app, pod or group of Marathon"), nameList)
}
