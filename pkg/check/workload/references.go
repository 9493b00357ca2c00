package workload

// Pages about the rules that several of ours refer to.
const (
	pssPage        = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
	kubeLinterPage = "https://github.com/stackrox/kube-linter/blob/main/docs/generated/checks.md"
	kubescapePage  = "https://hub.armosec.io/docs/"
	rbacPage       = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
	aksPage        = "https://learn.microsoft.com/azure/aks/deployment-safeguards"
)
