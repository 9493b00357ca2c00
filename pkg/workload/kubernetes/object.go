package kubernetes

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// Object is an object of a manifest.
type Object struct {
	Kind, Name string
	Namespace  string         // as the manifest says it; empty where it says none
	Place      workload.Place // of its name or, where it has none, of the object
	// Typed is the object by its type of k8s.io/api, such as *corev1.Service; nil for a kind that rules do not look at.
	Typed any
	// Unknown are fields that the type does not have, so that they do nothing.
	Unknown []Unknown
	// Pods are what the object makes pods of; a custom resource may have several templates.
	Pods []*Pod
	// Unread are the containers of a custom resource that are in none of its pods, so that no rule judges them.
	Unread []workload.Place
	// Images are the fields of a custom resource that name an image and are in none of its pods.
	Images []workload.NamedImage
	// Settings are what a custom resource says of containers that are in none of its pods.
	Settings []workload.Workload

	custom bool // its kind is none of Kubernetes' own, and says what is, rather than what may be

	doc  *document.Document
	path []any // of the object in its document; empty outside of lists
}

// Unknown is a field that an object's type does not have.
type Unknown struct {
	Name  string
	Place workload.Place
	// Meant is the field that its author most likely meant; empty where none is near.
	Meant string
}

// Resource names the object as findings do, such as Service/web.
func (o *Object) Resource() string { return o.Kind + "/" + o.Name }

// At is the place of the field at a path of keys and indexes, or where it can be added.
func (o *Object) At(path ...any) workload.Place { return o.doc.Place(join(o.path, path)...) }

// Has tells whether the manifest says the field at a path, and not null.
func (o *Object) Has(path ...any) bool { return o.doc.Has(join(o.path, path)...) }

// join is the one path behind the other, in memory of its own.
func join(a, b []any) []any { return append(append(make([]any, 0, len(a)+len(b)), a...), b...) }

// kinds are those that rules look at, by group and kind, with a function that makes a value of each one's type. A group's older
// versions are read as its latest, which has their fields.
var kinds = map[string]func() any{
	"/List":                  func() any { return &corev1.List{} },
	"/Pod":                   func() any { return &corev1.Pod{} },
	"/PodTemplate":           func() any { return &corev1.PodTemplate{} },
	"/ReplicationController": func() any { return &corev1.ReplicationController{} },
	"/Namespace":             func() any { return &corev1.Namespace{} },
	"/Service":               func() any { return &corev1.Service{} },
	"/ServiceAccount":        func() any { return &corev1.ServiceAccount{} },
	"/ConfigMap":             func() any { return &corev1.ConfigMap{} },
	"/ResourceQuota":         func() any { return &corev1.ResourceQuota{} },
	"/LimitRange":            func() any { return &corev1.LimitRange{} },

	"apps/Deployment":          func() any { return &appsv1.Deployment{} },
	"apps/StatefulSet":         func() any { return &appsv1.StatefulSet{} },
	"apps/DaemonSet":           func() any { return &appsv1.DaemonSet{} },
	"apps/ReplicaSet":          func() any { return &appsv1.ReplicaSet{} },
	"extensions/Deployment":    func() any { return &appsv1.Deployment{} },
	"extensions/DaemonSet":     func() any { return &appsv1.DaemonSet{} },
	"extensions/ReplicaSet":    func() any { return &appsv1.ReplicaSet{} },
	"extensions/NetworkPolicy": func() any { return &networkingv1.NetworkPolicy{} },
	"batch/Job":                func() any { return &batchv1.Job{} },
	"batch/CronJob":            func() any { return &batchv1.CronJob{} },

	"networking.k8s.io/NetworkPolicy":              func() any { return &networkingv1.NetworkPolicy{} },
	"storage.k8s.io/StorageClass":                  func() any { return &storagev1.StorageClass{} },
	"node.k8s.io/RuntimeClass":                     func() any { return &nodev1.RuntimeClass{} },
	"policy/PodDisruptionBudget":                   func() any { return &policyv1.PodDisruptionBudget{} },
	"rbac.authorization.k8s.io/Role":               func() any { return &rbacv1.Role{} },
	"rbac.authorization.k8s.io/ClusterRole":        func() any { return &rbacv1.ClusterRole{} },
	"rbac.authorization.k8s.io/RoleBinding":        func() any { return &rbacv1.RoleBinding{} },
	"rbac.authorization.k8s.io/ClusterRoleBinding": func() any { return &rbacv1.ClusterRoleBinding{} },
}

// newObject makes a value of the type of a kind; nil where rules do not look at the kind.
func newObject(apiVersion, kind string) (any, error) {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group = "" // the core group
	}
	key := group + "/" + kind
	if make, ok := kinds[key]; ok {
		return make(), nil
	}
	for known := range kinds {
		if strings.EqualFold(known, strings.TrimSpace(group)+"/"+strings.TrimSpace(kind)) {
			return nil, fmt.Errorf("there is no kind %q, which is written %s", safetext.Escape(kind), known[strings.LastIndexByte(known, '/')+1:])
		}
	}
	return nil, nil
}

// readObject reads the object that is a value at a path of a document. Of a kind that it does not know it reads the name and the
// templates of pods.
func readObject(d *document.Document, value any, apiVersion, kind string, path ...any) (*Object, error) {
	text := func(keys ...any) string { return d.Text(join(path, keys)...) }
	o := &Object{Kind: kind, Name: text("metadata", "name"), Namespace: text("metadata", "namespace"), doc: d, path: path}
	if o.Name == "" {
		o.Name = text("metadata", "generateName")
	}
	o.Place = o.At("metadata", "name")
	if len(o.Place.Missing) > 0 {
		o.Place = o.At()
	}
	typed, err := newObject(apiVersion, kind)
	if err != nil {
		return nil, d.Error(err, "", join(path, []any{"kind"})...)
	}
	if typed == nil {
		o.custom = !isForm(apiVersion, kind)
		if !runsNothing(apiVersion, kind) {
			o.findPods(value)
			o.Settings = o.settings(value)
		}
		return o, nil
	}
	if err := o.decode(value, typed); err != nil {
		return nil, err
	}
	o.Typed = typed
	if p := o.pod(); p != nil {
		o.Pods = []*Pod{p}
	}
	return o, nil
}

// texts lists the texts of the object.
func (o *Object) texts() []workload.Text {
	list := o.doc.Value(o.path...).Texts()
	if o.custom {
		for i := range list {
			list[i].Custom = true
		}
	}
	return list
}

// pod is the pod, or the template of pods, of the kinds that have one.
func (o *Object) pod() *Pod {
	template := func(t *corev1.PodTemplateSpec, path ...any) *Pod {
		if t == nil {
			return nil
		}
		return o.newPod(&t.ObjectMeta, &t.Spec, path...)
	}
	switch t := o.Typed.(type) {
	case *corev1.Pod:
		return o.newPod(&t.ObjectMeta, &t.Spec)
	case *corev1.PodTemplate:
		return template(&t.Template, "template")
	case *corev1.ReplicationController:
		return template(t.Spec.Template, "spec", "template")
	case *appsv1.Deployment:
		return template(&t.Spec.Template, "spec", "template")
	case *appsv1.StatefulSet:
		return template(&t.Spec.Template, "spec", "template")
	case *appsv1.DaemonSet:
		return template(&t.Spec.Template, "spec", "template")
	case *appsv1.ReplicaSet:
		return template(&t.Spec.Template, "spec", "template")
	case *batchv1.Job:
		return template(&t.Spec.Template, "spec", "template")
	case *batchv1.CronJob:
		return template(&t.Spec.JobTemplate.Spec.Template, "spec", "jobTemplate", "spec", "template")
	}
	return nil
}

// newPod is the pod at a path of the object.
func (o *Object) newPod(meta *metav1.ObjectMeta, spec *corev1.PodSpec, path ...any) *Pod {
	for i, v := range spec.Volumes {
		if v.VolumeSource == (corev1.VolumeSource{}) { // what the API server makes of a volume that says nothing
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	p := &Pod{Object: o, Meta: meta, Spec: spec, path: path}
	p.Containers = p.containers()
	return p
}
