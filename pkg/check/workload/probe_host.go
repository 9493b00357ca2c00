package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

func probeHost() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-021", Name: "probe-of-another-host", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "a probe or hook asks another host than the pod",
			Why:    "The kubelet asks from the node's network: with host it can be made to ask what only nodes reach, such as metadata of the cloud.",
			Remedy: "Remove host, so that the pod itself is asked.",
			References: []check.Reference{
				{Name: "PSS baseline", URL: pssPage},
			},
		},
		platforms: ofKubernetes(),
		workload:  pods(findProbeHost),
	}
}

func findProbeHost(_ *input, w *workload.Workload, p *kubernetes.Pod) []violation {
	var out []violation
	for _, c := range p.Containers {
		for _, path := range hostsAsked(c.Container) {
			at := p.In(c, path...)
			out = append(out, violation{at: at, saw: "it names a host", container: c.Name})
		}
	}
	return out
}

// hostsAsked are the paths of the hosts that probes and hooks of a container name.
func hostsAsked(c *corev1.Container) [][]any {
	var out [][]any
	add := func(http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction, path ...any) {
		if http != nil && http.Host != "" {
			out = append(out, append(path, "httpGet", "host"))
		}
		if tcp != nil && tcp.Host != "" {
			out = append(out, append(path, "tcpSocket", "host"))
		}
	}
	for name, probe := range map[string]*corev1.Probe{"livenessProbe": c.LivenessProbe, "readinessProbe": c.ReadinessProbe, "startupProbe": c.StartupProbe} {
		if probe != nil {
			add(probe.HTTPGet, probe.TCPSocket, name)
		}
	}
	if c.Lifecycle != nil {
		for name, hook := range map[string]*corev1.LifecycleHandler{"postStart": c.Lifecycle.PostStart, "preStop": c.Lifecycle.PreStop} {
			if hook != nil {
				add(hook.HTTPGet, hook.TCPSocket, "lifecycle", name)
			}
		}
	}
	return out
}
