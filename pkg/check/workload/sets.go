package workload

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// The named sets of rules.
const (
	// SetBaseline and SetRestricted are the levels of the Pod Security Standards. A version may stand behind an @: pss-restricted@v1.34.
	SetBaseline   = "pss-baseline"
	SetRestricted = "pss-restricted"
	// SetNSA is what a manifest can show of the NSA's and CISA's Kubernetes Hardening Guidance.
	SetNSA = "nsa"
	// SetAKS are the Deployment Safeguards of the Azure Kubernetes Service.
	SetAKS = "aks-deployment-safeguards"
)

// Sets lists the names of the sets of rules that Options.Sets may ask for. The rules of a set that do not count by
// themselves, or that are for information, count and block with it.
func Sets() []string { return []string{SetAKS, SetNSA, SetBaseline, SetRestricted} }

// CheckSet tells whether a set of rules has a name, which may have a version: it is nil, or a wrong request.
func CheckSet(name string) error {
	if slices.Contains(Sets(), name) {
		return nil
	}
	_, err := parseLevel(name)
	if err == nil {
		return nil
	}
	return fault.Request(fmt.Errorf("there is no set of rules %q: %w", name, err), fault.OneOf(name, Sets()))
}

// members lists the rules of the sets that are made of others' rules.
//
// Of the NSA's the controls are those of Kubescape's framework of that name that look at manifests; of AKS those of
// https://learn.microsoft.com/azure/aks/deployment-safeguards, without those about nodes.
func members(set string) []string {
	switch set {
	case SetNSA:
		return []string{
			"LG-RUN-001", "LG-RUN-002", "LG-RUN-003", "LG-RUN-004", "LG-RUN-005", "LG-RUN-006", "LG-RUN-007", "LG-RUN-008", "LG-RUN-011", "LG-RUN-016", "LG-RUN-017",
			"LG-RUN-022", "LG-K8S-002", "LG-K8S-003", "LG-K8S-010", "LG-K8S-013", "LG-K8S-016", "LG-K8S-018", "LG-K8S-023",
		}
	case SetAKS:
		return []string{"LG-RUN-019", "LG-RUN-020", "LG-RUN-023", "LG-K8S-027", "LG-K8S-028", "LG-K8S-029", "LG-K8S-030", "LG-K8S-031"}
	}
	return nil
}

// Optional tells whether a rule finds something only where a set that has it is asked for.
func Optional(id string) bool {
	return slices.ContainsFunc(rules(), func(r rule) bool { return r.ID == id && r.optional })
}

// asked tells whether one of the sets that somebody asks for has a rule.
func (o Options) asked(id string) bool {
	return slices.ContainsFunc(o.Sets, func(set string) bool {
		_, err := parseLevel(set)
		return slices.Contains(members(set), id) || err == nil && strings.HasPrefix(id, "LG-PSS-")
	})
}
