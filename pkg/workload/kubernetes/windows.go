package kubernetes

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"

	"github.com/layergate/layergate/pkg/workload"
)

// IsWindows tells whether the pod says that it runs on Windows, which has none of Linux' protections: by its operating system, or by
// labels of nodes without which it starts nowhere.
func (p *Pod) IsWindows() bool {
	if os := p.Spec.OS; os != nil {
		return os.Name == corev1.Windows
	}
	return p.windowsClass || selectsWindows(p.Spec.NodeSelector) || requiresWindows(p.Spec.Affinity)
}

// osLabels are the labels in which the kubelet says the operating system of its node.
var osLabels = []string{corev1.LabelOSStable, "beta.kubernetes.io/os"}

func selectsWindows(nodes map[string]string) bool {
	return slices.ContainsFunc(osLabels, func(label string) bool { return nodes[label] == string(corev1.Windows) })
}

// requiresWindows tells whether an affinity lets a pod start on nodes of Windows alone: by each of its terms, one of which is enough.
func requiresWindows(a *corev1.Affinity) bool {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return false
	}
	terms := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	windows := func(r corev1.NodeSelectorRequirement) bool {
		return slices.Contains(osLabels, r.Key) && r.Operator == corev1.NodeSelectorOpIn && slices.Equal(r.Values, []string{string(corev1.Windows)})
	}
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(t corev1.NodeSelectorTerm) bool { return !slices.ContainsFunc(t.MatchExpressions, windows) })
}

// noteClasses tells the pods of objects that they run on Windows where a RuntimeClass among the objects says so.
func noteClasses(objects []*Object) {
	windows := map[string]bool{}
	for _, o := range objects {
		if class, ok := o.Typed.(*nodev1.RuntimeClass); ok && class.Scheduling != nil && selectsWindows(class.Scheduling.NodeSelector) {
			windows[o.Name] = true
		}
	}
	for _, o := range objects {
		for _, p := range o.Pods {
			p.windowsClass = p.Spec.RuntimeClassName != nil && windows[*p.Spec.RuntimeClassName]
		}
	}
}

// windowsOptions fills in whom a container runs as on Windows, where that is none of its administrators.
func (p *Pod) windowsOptions(c Container, out *workload.Container) {
	name := ""
	if sc := p.Spec.SecurityContext; sc != nil && sc.WindowsOptions != nil && sc.WindowsOptions.RunAsUserName != nil {
		name = *sc.WindowsOptions.RunAsUserName
	}
	if sc := c.SecurityContext; sc != nil && sc.WindowsOptions != nil && sc.WindowsOptions.RunAsUserName != nil {
		name = *sc.WindowsOptions.RunAsUserName
	}
	at, _ := p.inherited(c, "windowsOptions", "runAsUserName")
	lower := strings.ToLower(name)
	if name != "" && !strings.Contains(lower, "administrator") && !strings.Contains(lower, "system") {
		out.User = workload.Field[string]{Value: name, Set: true, Place: at}
	}
}
