package kubernetes

import (
	"path"
	"slices"
	"strings"
)

// forms are patterns of groups and kinds that say what others may say: schemas, and rules about what may be applied.
var forms = []string{
	"apiextensions.k8s.io/*", "apiextensions.crossplane.io/CompositeResourceDefinition", "admissionregistration.k8s.io/*",
	"*kyverno.io/*", "*gatekeeper.sh/*", "policies.kubewarden.io/*AdmissionPolic*", "policy.sigstore.dev/*", "wgpolicyk8s.io/*",
	"*/PodSecurityPolicy", "*/SecurityContextConstraints", "security.kubearmor.com/*",
}

// others are patterns of further kinds that run no containers, though they say what those of pods say: of machines, clusters and builds.
var others = []string{
	// Machines, and clusters on them.
	"kind.x-k8s.io/*", "k3d.io/*", "kubeadm.k8s.io/*", "*cluster.x-k8s.io/*", "karpenter.*/*", "compute.*/*", "ec2.*/*", "*.upbound.io/*",
	// Names of images without a tag, which a program fills in or looks for.
	"skaffold/*", "kbld.*/*", "image.toolkit.fluxcd.io/*",
	// What others store.
	"/ConfigMap", "/Secret", "*/GrafanaDashboard",
}

// runsNothing tells whether a kind runs no containers, whatever it says.
func runsNothing(apiVersion, kind string) bool {
	return isForm(apiVersion, kind) || fits(others, apiVersion, kind)
}

// isForm tells whether a kind says what others may say.
func isForm(apiVersion, kind string) bool { return fits(forms, apiVersion, kind) }

// fits tells whether one of some patterns matches a kind.
func fits(patterns []string, apiVersion, kind string) bool {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group = "" // the core group
	}
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, group+"/"+kind)
		return ok && err == nil
	})
}

// isOther tells whether an object within a custom resource is one of such a kind, or what a policy says that there must not be.
func isOther(v map[string]any) bool {
	if forbidden, _ := v["complianceType"].(string); strings.EqualFold(forbidden, "mustnothave") {
		return true
	}
	version, _ := v["apiVersion"].(string)
	kind, _ := v["kind"].(string)
	return version != "" && kind != "" && runsNothing(version, kind)
}
