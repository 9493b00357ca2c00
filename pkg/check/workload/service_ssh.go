package workload

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func serviceSSH() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-007", Name: "service-ssh", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the service offers SSH",
			Why:    "A container needs no remote shell: kubectl exec is one, with the cluster's own rights and record.",
			Remedy: "Remove the port, and the daemon behind it.",
			References: []check.Reference{
				{Name: "kube-linter ssh-port", URL: kubeLinterPage},
				{Name: "Kubescape C-0042", URL: kubescapePage + "c-0042"},
			},
		},
		manifests: findServiceSSH,
	}
}

func findServiceSSH(in *input) []violation {
	var out []violation
	for o, s := range typed[*corev1.Service](in) {
		for i, p := range s.Spec.Ports {
			for _, of := range []struct {
				field  string
				number int
			}{{"port", int(p.Port)}, {"targetPort", p.TargetPort.IntValue()}, {"nodePort", int(p.NodePort)}} {
				if p.Protocol != corev1.ProtocolUDP && of.number == 22 {
					out = append(out, violation{at: o.At("spec", "ports", i, of.field), saw: "port 22 is open", resource: o.Resource(), field: "port 22"})
					break
				}
			}
		}
	}
	return out
}
