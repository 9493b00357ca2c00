package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// The versions of Azure DevOps' REST API, which its servers know from 2019 on.
const (
	AzureVersion        = "5.0"
	azureVersionPreview = "5.0-preview"
)

// AzureDevOps speaks the REST API of a collection or organization of Azure DevOps.
type AzureDevOps struct {
	*client
	// Collection is the address that requests begin with, with a slash at its end.
	Collection string
}

// NewAzureDevOps makes a client for the collection at the API's address.
func NewAzureDevOps(cfg Config) (*AzureDevOps, error) {
	// A refusal is to be one, and no way to a page for people to sign in.
	c, err := newClient(cfg, map[string]string{"X-TFS-FedAuthRedirect": "Suppress"})
	if err != nil {
		return nil, err
	}
	return &AzureDevOps{client: c, Collection: strings.TrimSuffix(cfg.API, "/") + "/"}, nil
}

// Me is the id of the identity that the token is of. Letters of ids are the same in both cases.
func (z *AzureDevOps) Me(ctx context.Context) (string, error) {
	var answer struct{ AuthenticatedUser struct{ ID string } }
	if err := z.Call(ctx, http.MethodGet, z.Collection+"_apis/connectionData?api-version="+azureVersionPreview, nil, &answer); err != nil {
		return "", fmt.Errorf("asking whose the token is: %w", err)
	}
	if answer.AuthenticatedUser.ID == "" {
		return "", errors.New("asking whose the token is: the answer names nobody")
	}
	return answer.AuthenticatedUser.ID, nil
}
