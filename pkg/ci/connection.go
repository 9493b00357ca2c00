package ci

import (
	"context"
	"errors"
	"net/http"
)

// ErrNoIDToken says that the CI system gives this job no OpenID Connect token.
var ErrNoIDToken = errors.New("the CI system gives this job no OpenID Connect token")

// IDTokenSource gives an OpenID Connect token of the CI system, afresh each time. It asks through client.
type IDTokenSource func(ctx context.Context, client *http.Client) (string, error)

// Scheme is how a service connection proves who it is, in the words of Azure Pipelines.
type Scheme string

// The schemes of the service connections that lead to a registry.
const (
	SchemeUsernamePassword  Scheme = "UsernamePassword"
	SchemeServicePrincipal  Scheme = "ServicePrincipal"
	SchemeManagedIdentity   Scheme = "ManagedServiceIdentity"
	SchemeWorkloadFederated Scheme = "WorkloadIdentityFederation"
)

// ServiceConnection is a service connection of Azure Pipelines, as far as a registry can be reached with it. What its
// scheme does not have is empty.
type ServiceConnection struct {
	Input    string // the input that names it, in the user's spelling
	Name     string // as the project calls it; its id where the agent does not tell
	Scheme   Scheme
	Registry string // the registry's host, which alone it may log in to; empty for an Azure Resource Manager connection

	Username, Password string // of SchemeUsernamePassword

	TenantID, ClientID string        // of Entra; ClientID is also that of a user-assigned managed identity
	ClientSecret       string        // of SchemeServicePrincipal; must not be shown
	Certificate        string        // of SchemeServicePrincipal in place of a secret: PEM with the private key; must not be shown
	Authority          string        // the address of Entra; empty means that of the registry's cloud
	IDToken            IDTokenSource // of SchemeWorkloadFederated
}
