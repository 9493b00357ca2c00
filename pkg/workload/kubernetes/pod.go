package kubernetes

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// Pod is a pod or a template of pods. It is the Object of a workload.Workload.
type Pod struct {
	*Object
	Meta *metav1.ObjectMeta
	Spec *corev1.PodSpec
	// Containers are those of the workload, in the same order.
	Containers []Container

	path         []any // of what has metadata and spec, in the object
	windowsClass bool  // its RuntimeClass is for nodes of Windows
}

// Container is a container of a pod, with its path in the pod.
type Container struct {
	*corev1.Container
	Kind workload.ContainerKind
	path []any // in the pod's spec
}

// InSpec is the place of a field of the pod's spec, or where it can be added.
func (p *Pod) InSpec(path ...any) workload.Place {
	return p.At(join(join(p.path, []any{"spec"}), path)...)
}

// InMeta is the place of a field of the pod's metadata, or where it can be added.
func (p *Pod) InMeta(path ...any) workload.Place {
	return p.At(join(join(p.path, []any{"metadata"}), path)...)
}

// In is the place of a field of a container, or where it can be added.
func (p *Pod) In(c Container, path ...any) workload.Place {
	return p.InSpec(join(c.path, path)...)
}

// RunsOn tells whether the pod runs until somebody stops it, as those of jobs do not.
func (p *Pod) RunsOn() bool {
	switch p.Typed.(type) {
	case *batchv1.Job, *batchv1.CronJob:
		return false
	}
	return p.Spec.RestartPolicy == "" || p.Spec.RestartPolicy == corev1.RestartPolicyAlways
}

// containers lists the containers of a pod in the order in which they start.
func (p *Pod) containers() []Container {
	var out []Container
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		kind := workload.Init
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			kind = workload.Sidecar
		}
		out = append(out, Container{c, kind, []any{"initContainers", i}})
	}
	for i := range p.Spec.Containers {
		out = append(out, Container{&p.Spec.Containers[i], workload.Main, []any{"containers", i}})
	}
	for i := range p.Spec.EphemeralContainers {
		c := corev1.Container(p.Spec.EphemeralContainers[i].EphemeralContainerCommon)
		out = append(out, Container{&c, workload.Ephemeral, []any{"ephemeralContainers", i}})
	}
	return out
}

// workload is the pod as the one model has it.
func (o *Object) workload(p *Pod) workload.Workload {
	w := workload.Workload{
		Platform: workload.Kubernetes, Kind: o.Kind, Name: o.Name, Namespace: o.Namespace, Place: o.Place, Object: p,
		HostNetwork: said(p.Spec.HostNetwork, p.InSpec("hostNetwork")),
		HostPID:     said(p.Spec.HostPID, p.InSpec("hostPID")),
		HostIPC:     said(p.Spec.HostIPC, p.InSpec("hostIPC")),
		HostUsers:   optional(p.Spec.HostUsers, true, p.InSpec("hostUsers")),

		Replicas:      replicas(o),
		RollingUpdate: rollingUpdate(o),
		BandwidthIn:   p.annotation("kubernetes.io/ingress-bandwidth"),
		BandwidthOut:  p.annotation("kubernetes.io/egress-bandwidth"),
	}
	if part := document.Path(p.path...); o.Typed == nil && part != "spec.template" {
		w.Part = part
	}
	for _, c := range p.Containers {
		w.Containers = append(w.Containers, p.container(c))
	}
	return w
}

// said is a field whose type does not tell whether it is said; its place does.
func said[T any](value T, at workload.Place) workload.Field[T] {
	return workload.Field[T]{Value: value, Set: len(at.Missing) == 0, Place: at}
}

// optional is a field with a default.
func optional[T any](value *T, otherwise T, at workload.Place) workload.Field[T] {
	if value == nil {
		return workload.Field[T]{Value: otherwise, Place: at}
	}
	return workload.Field[T]{Value: *value, Set: true, Place: at}
}

func (p *Pod) annotation(key string) workload.Field[string] {
	return said(p.Meta.Annotations[key], p.InMeta("annotations", key))
}

func replicas(o *Object) workload.Field[int] {
	var n *int32
	switch t := o.Typed.(type) {
	case *appsv1.Deployment:
		n = t.Spec.Replicas
	case *appsv1.StatefulSet:
		n = t.Spec.Replicas
	case *appsv1.ReplicaSet:
		n = t.Spec.Replicas
	case *corev1.ReplicationController:
		n = t.Spec.Replicas
	default:
		return workload.Field[int]{}
	}
	at := o.At("spec", "replicas")
	if n == nil {
		return workload.Field[int]{Value: 1, Place: at}
	}
	return workload.Field[int]{Value: int(*n), Set: true, Place: at}
}

func rollingUpdate(o *Object) workload.Field[bool] {
	var strategy, path string
	switch t := o.Typed.(type) {
	case *appsv1.Deployment:
		strategy, path = string(t.Spec.Strategy.Type), "strategy"
	case *appsv1.StatefulSet:
		strategy, path = string(t.Spec.UpdateStrategy.Type), "updateStrategy"
	case *appsv1.DaemonSet:
		strategy, path = string(t.Spec.UpdateStrategy.Type), "updateStrategy"
	default:
		return workload.Field[bool]{}
	}
	return said(strategy == "" || strategy == "RollingUpdate", o.At("spec", path, "type"))
}
