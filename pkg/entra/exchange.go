package entra

import (
	"context"
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/containers/azcontainerregistry"
)

// exchange has the registry give a refresh token of its own for an access token of Entra.
func (d *Directory) exchange(ctx context.Context, host, access, tenant string) (string, error) {
	client, err := azcontainerregistry.NewAuthenticationClient("https://"+host, &azcontainerregistry.AuthenticationClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: &http.Client{Transport: d.cfg.Transport, CheckRedirect: noRedirect}},
	})
	if err != nil {
		return "", err
	}
	options := &azcontainerregistry.AuthenticationClientExchangeAADAccessTokenForACRRefreshTokenOptions{AccessToken: &access}
	if tenant != "" {
		options.Tenant = &tenant
	}
	answer, err := client.ExchangeAADAccessTokenForACRRefreshToken(ctx, azcontainerregistry.PostContentSchemaGrantTypeAccessToken, host, options)
	if err != nil {
		return "", err
	}
	if answer.RefreshToken == nil || *answer.RefreshToken == "" {
		return "", errors.New("the registry answers without a refresh token")
	}
	return *answer.RefreshToken, nil
}

// noRedirect keeps a token from being sent on to another host.
func noRedirect(*http.Request, []*http.Request) error {
	return errors.New("the server sends the token elsewhere, which is refused")
}
