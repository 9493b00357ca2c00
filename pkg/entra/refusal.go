package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/layergate/layergate/pkg/fault"
)

// refusedToken says in one sentence why Entra gives an identity no token, and what to do about it.
func refusedToken(err error, id Identity) error {
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || failed.RawResponse == nil {
		err = fmt.Errorf("%s: %w", id, err)
		if id.Kind == CLI {
			return fault.WithHint(err, fault.Hintf("run az login, or choose another identity with %s", fault.Input("azure-identity")))
		}
		return fault.WithHint(err, "check that this machine reaches Entra")
	}
	text := answerOf(failed.RawResponse)
	return fault.WithHint(fmt.Errorf("no token to %s from Entra: %s", id, text), remedy(text, id))
}

// answerOf is what an answer of Entra says, without the numbers for its support.
func answerOf(resp *http.Response) string {
	status := fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	body, err := runtime.Payload(resp)
	if err != nil {
		return status
	}
	var said struct {
		Description string `json:"error_description"`
		Error       any    `json:"error"`
		Errors      []struct{ Code, Message string }
	}
	if json.Unmarshal(body, &said) != nil {
		return status
	}
	text := said.Description
	if code, ok := said.Error.(string); ok && text == "" {
		text = code
	}
	if len(said.Errors) > 0 {
		text = strings.TrimSpace(said.Errors[0].Code + ": " + said.Errors[0].Message)
	}
	text, _, _ = strings.Cut(text, "Trace ID")
	text, _, _ = strings.Cut(text, "CorrelationId")
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return status
	}
	return strings.TrimSuffix(text, ".")
}

// errorCode is one of Entra's own error numbers (Microsoft Entra authentication error codes).
var errorCode = regexp.MustCompile(`AADSTS\d+`)

// remedy is what to do about an error of Entra.
func remedy(text string, id Identity) fault.Hint {
	switch errorCode.FindString(text) {
	case "AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213":
		return fault.Hintf("add a federated credential for this issuer, subject and audience to the application %s", id.ClientID)
	case "AADSTS700024", "AADSTS700023":
		return fault.Hintf("the token that proves the identity is outside its time: check that this machine's clock is right, and that the job did not wait for long")
	case "AADSTS700016":
		return fault.Hintf("check that %s names an application of the tenant that %s names", fault.Input("azure-client-id"), fault.Input("azure-tenant-id"))
	case "AADSTS90002", "AADSTS900023":
		return fault.Hintf("check that %s names a tenant, and that it is one of this registry's cloud", fault.Input("azure-tenant-id"))
	case "AADSTS7000222":
		return fault.Hintf("the application's secret or certificate has expired: renew it in Entra and in the service connection")
	case "AADSTS700027", "AADSTS7000215":
		return fault.Hintf("the application does not know the secret or certificate: renew it in the service connection")
	case "AADSTS500011":
		return fault.Hintf("the tenant has never used Azure Container Registry: check that %s names the tenant of the registry's subscription", fault.Input("azure-tenant-id"))
	case "AADSTS53003":
		return fault.Hintf("a conditional access policy of the tenant forbids it: ask who administers the tenant")
	}
	if id.Kind == Managed {
		return fault.Hintf("check that this machine has the managed identity that %s names, or exactly one where it names none", fault.Input("azure-client-id"))
	}
	return fault.Hintf("see this code in Microsoft Entra's list of authentication errors")
}

// refusedExchange says in one sentence why a registry takes no token of an identity, and what to do about it.
func refusedExchange(err error, host string, login Login) error {
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.RawResponse == nil {
		return fault.WithHint(fmt.Errorf("logging in to %s as %s: %w", host, login.Account, err), "check the registry's name, and that this machine reaches it")
	}
	err = fmt.Errorf("%s refuses to log in %s: %s", host, login.Account, answerOf(refused.RawResponse))
	switch refused.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest:
		return fault.WithHint(err, "give the identity the role AcrPull to read or AcrPush to push, in the tenant that the registry belongs to; a registry that lets only some networks in also refuses so")
	}
	return fault.WithHint(err, "check the registry's name, and try again")
}
