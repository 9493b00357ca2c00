package registry

import (
	"fmt"
	"strings"
)

// The roles of Azure Container Registry. A registry whose role assignment mode is ABAC takes no account of those that begin with Acr,
// and others know nothing of those for repositories.
const (
	roleCatalog = "Container Registry Repository Catalog Lister"
	modeABAC    = "AbacRepositoryPermissions"
)

// roles are the role of Azure that allows the action, and the one of a registry in the mode ABAC.
func (a action) roles() (role, abac string) {
	switch a {
	case push:
		return "AcrPush", "Container Registry Repository Writer"
	case remove:
		return "AcrDelete", "Container Registry Repository Contributor"
	}
	return "AcrPull", "Container Registry Repository Reader"
}

// roleHint says which role of Azure an account lacks, and how it is given.
func roleHint(wanted action, host, assignee string) string {
	if wanted == lock {
		return lockHint(host)
	}
	role, abac := wanted.roles()
	registry := azureName(host)
	return fmt.Sprintf("the role %s is missing: az role assignment create --role %s --assignee %s --scope $(az acr show --name %s --query id --output tsv); "+
		"where az acr show --name %s --query roleAssignmentMode says %s, the role is %q", role, role, assignee, registry, registry, modeABAC, abac)
}

// lockHint says what an account needs to lock. Outside of the mode ABAC, Azure has no role for that but those of whoever runs the registry.
func lockHint(host string) string {
	return fmt.Sprintf("the right to change metadata is missing, which AcrPush does not include: where az acr show --name %s --query roleAssignmentMode says %s, "+
		"the role \"Container Registry Repository Writer\" has it; elsewhere give the account a role of your own with the actions Microsoft.ContainerRegistry/registries/metadata/read "+
		"and Microsoft.ContainerRegistry/registries/metadata/write, and a token of the registry metadata/read and metadata/write in its scope map", azureName(host), modeABAC)
}

// azureName is the name of a registry of Azure, by its host.
func azureName(host string) string {
	name, _, _ := strings.Cut(host, ".")
	return name
}
