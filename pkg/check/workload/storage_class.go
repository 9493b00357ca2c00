package workload

import (
	"fmt"

	storagev1 "k8s.io/api/storage/v1"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func storageClass() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-K8S-031", Name: "in-tree-storage", Kind: finding.KindCheck, Severity: finding.SeverityLow,
			Title:  "the storage class is for a driver that is gone",
			Why:    "The drivers that were in Kubernetes itself are removed; the volumes of such a class are not made.",
			Remedy: "Use disk.csi.azure.com or file.csi.azure.com.",
			References: []check.Reference{
				{Name: "AKS Deployment Safeguards", URL: aksPage},
			},
		},
		optional:  true,
		manifests: findStorageClass,
	}
}

func findStorageClass(in *input) []violation {
	var out []violation
	for o, s := range typed[*storagev1.StorageClass](in) {
		if s.Provisioner == "kubernetes.io/azure-disk" || s.Provisioner == "kubernetes.io/azure-file" {
			out = append(out, violation{at: o.At("provisioner"), saw: fmt.Sprintf("the provisioner is %s", s.Provisioner), resource: o.Resource()})
		}
	}
	return out
}
