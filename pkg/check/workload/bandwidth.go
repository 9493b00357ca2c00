package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func bandwidth() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-010", Name: "no-bandwidth-limit", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "the network traffic of the pod has no limit",
			Why:    "One pod can take the bandwidth of its node. The annotations count where the network plugin heeds them.",
			Remedy: "Set both annotations on the pod, if the cluster has the bandwidth plugin.",
			References: []check.Reference{
				{Name: "Kubernetes: traffic shaping", URL: "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/#support-traffic-shaping"},
			},
		},
		platforms: []workload.Platform{workload.Kubernetes},
		workload:  findBandwidth,
	}
}

func findBandwidth(_ *input, w *workload.Workload) []violation {
	var out []violation
	for _, f := range []workload.Field[string]{w.BandwidthIn, w.BandwidthOut} {
		if known(f) && f.Value == "" && !w.HostNetwork.Value {
			out = append(out, violation{at: f.Place, saw: "there is no limit of bandwidth", add: "100M"})
		}
	}
	return out
}
