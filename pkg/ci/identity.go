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

// Identity gives the tokens and service connections by which a job of the CI system proves who it is.
type Identity interface {
	// IDToken is where tokens come from that prove to audience (OpenID Connect, the claim aud) which job this is. The
	// source fails with ErrNoIDToken where the system, or this job, has none.
	IDToken(audience string) IDTokenSource
	// Connections are the service connections that the inputs name; only Azure Pipelines has any. One that cannot be
	// used is a wrong request.
	Connections() ([]ServiceConnection, error)
}

// noIDToken is the part of an Identity of a system that gives no tokens.
type noIDToken struct{}

func (noIDToken) IDToken(string) IDTokenSource {
	return func(context.Context, *http.Client) (string, error) { return "", ErrNoIDToken }
}

// noConnections is the part of an Identity of a system without service connections.
type noConnections struct{}

func (noConnections) Connections() ([]ServiceConnection, error) { return nil, nil }

// nobody is the Identity of a process that runs outside a CI job: it has no tokens and no connections.
type nobody struct {
	noIDToken
	noConnections
}

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
