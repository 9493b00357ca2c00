package workload

import (
	"iter"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// objects yields every object of the Kubernetes manifests.
func (in *input) objects() iter.Seq[*kubernetes.Object] {
	return func(yield func(*kubernetes.Object) bool) {
		for _, f := range in.files {
			for _, o := range f.Objects {
				if o, ok := o.(*kubernetes.Object); ok && !yield(o) {
					return
				}
			}
		}
	}
}

// typed yields the objects of one type, such as *corev1.Service.
func typed[T any](in *input) iter.Seq2[*kubernetes.Object, T] {
	return func(yield func(*kubernetes.Object, T) bool) {
		for _, o := range in.byType[reflect.TypeFor[T]()] {
			if t, ok := o.Typed.(T); ok && !yield(o, t) {
				return
			}
		}
	}
}

// selects tells whether a selector of labels fits some. One that is missing or not valid fits none.
func (in *input) selects(s *metav1.LabelSelector, some map[string]string) bool {
	selector, parsed := in.selectors[s]
	if !parsed {
		var err error
		if selector, err = metav1.LabelSelectorAsSelector(s); err != nil {
			selector = labels.Nothing()
		}
		in.selectors[s] = selector
	}
	return selector.Matches(labels.Set(some))
}

// pods makes a function over workloads of one over pods.
func pods(find func(in *input, w *workload.Workload, p *kubernetes.Pod) []violation) func(*input, *workload.Workload) []violation {
	return func(in *input, w *workload.Workload) []violation {
		p, ok := w.Object.(*kubernetes.Pod)
		if !ok {
			return nil
		}
		return find(in, w, p)
	}
}

// ofKubernetes are the platforms of rules that judge pods.
func ofKubernetes() []workload.Platform { return []workload.Platform{workload.Kubernetes} }
