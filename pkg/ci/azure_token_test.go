package ci

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
)

func TestConnectionToken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		answer string
		env    map[string]string
		token  string
		err    string // of a failure; part of it
	}{
		{name: "token", answer: `{"oidcToken": "to.k;en"}`, token: "to.k;en"},
		{name: "bearer in the JSON alone", answer: `{"oidcToken": "t"}`, token: "t", env: map[string]string{
			"ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN": "",
			"ENDPOINT_AUTH_SYSTEMVSSCONNECTION":                       `{"scheme": "OAuth", "parameters": {"AccessToken": "job-token"}}`,
		}},
		{name: "bearer that the step was given", answer: `{"oidcToken": "t"}`, token: "t", env: map[string]string{
			"ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN": "", "SYSTEM_ACCESSTOKEN": "job-token",
		}},
		{name: "refused", status: http.StatusForbidden, answer: `{"$id": "1", "message": "not authorised"}`, err: "it answered 403 Forbidden: not authorised"},
		{name: "refused without a word", status: http.StatusUnauthorized, err: "it answered 401 Unauthorized"},
		{name: "page of a proxy", status: http.StatusBadGateway, answer: "<html>job-token</html>", err: "it answered 502 Bad Gateway"},
		{name: "page for signing in", status: http.StatusNonAuthoritativeInfo, answer: "<html>", err: "it answered 203"},
		{name: "no token", answer: `{}`, err: "holds no token"},
		{name: "no JSON", answer: `<html>`, err: "holds no token"},
		{name: "no job token", env: map[string]string{"ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN": ""}, err: "no token of its job"},
		{name: "no address", env: map[string]string{"SYSTEM_OIDCREQUESTURI": ""}, err: ErrNoIDToken.Error()},
		{name: "an address that is none", env: map[string]string{"SYSTEM_OIDCREQUESTURI": "http://[::1"}, err: "is not a valid URL"},
		{name: "nobody there", env: map[string]string{"SYSTEM_OIDCREQUESTURI": "http://127.0.0.1:1/"}, err: "127.0.0.1:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query := r.URL.Query()
				if r.Method != http.MethodPost || query.Get("api-version") != "7.1" || query.Get("serviceConnectionId") != connectionID || r.Header.Get("Authorization") != "Bearer job-token" {
					t.Errorf("it was asked %s %s with the authorization %q", r.Method, r.URL, r.Header.Get("Authorization"))
				}
				if tt.status != 0 {
					w.WriteHeader(tt.status)
				}
				w.Write([]byte(tt.answer))
			}))
			t.Cleanup(server.Close)
			env := map[string]string{
				"SYSTEM_OIDCREQUESTURI":                                   server.URL + "/org/_apis/distributedtask/hubs/build/plans/p/jobs/j/oidctoken",
				"ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN": "job-token",
			}
			for name, value := range tt.env {
				env[name] = value
			}
			z, out := azureWith(registryInput, acr("WorkloadIdentityFederation", map[string]string{"serviceprincipalid": "client"}), env)
			connections, err := z.Connections()
			if err != nil {
				t.Fatal(err)
			}
			got, err := connections[0].IDToken(t.Context(), server.Client())
			if tt.err == "" {
				if err != nil || got != tt.token {
					t.Fatalf("IDToken() = %q, %v, want %q", got, err, tt.token)
				}
				if want := "##vso[task.setsecret]" + strings.ReplaceAll(tt.token, ";", "%3B") + "\n"; out.String() != want {
					t.Errorf("IDToken() printed %q, want %q", out, want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) || len(fault.Hints(err)) != 1 || got != "" {
				t.Fatalf("IDToken() = %q, %v with the hints %q, want %q and a hint", got, err, fault.Hints(err), tt.err)
			}
			if !strings.Contains(err.Error(), "input registryConnection") || !strings.Contains(err.Error(), connectionID) || strings.Contains(err.Error(), "job-token") {
				t.Errorf("IDToken() = %v, want the connection to be named and the job's token not to be", err)
			}
		})
	}
}

func TestConnectionTokenInterrupted(t *testing.T) {
	t.Parallel()
	z, _ := azureWith(registryInput, acr("WorkloadIdentityFederation", map[string]string{"serviceprincipalid": "client"}),
		map[string]string{"SYSTEM_OIDCREQUESTURI": "http://127.0.0.1:1/", "SYSTEM_ACCESSTOKEN": "job-token"})
	connections, err := z.Connections()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := connections[0].IDToken(ctx, http.DefaultClient); !errors.Is(err, context.Canceled) {
		t.Errorf("IDToken() = %v, want context.Canceled", err)
	}
}
