package ci

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layergate/layergate/pkg/fault"
)

const connectionID = "3f2b7c1e-6a51-4a0d-9a55-0c2d8f0b7e11"

// fakePEM is a certificate with its key, as far as reading it matters here.
const fakePEM = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleS1saW5l\nQQ==\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nY2VydGlmaWNhdGUtbGluZQ==\n-----END CERTIFICATE-----\n"

// agentConnection is a service connection as the server hands it to an agent.
type agentConnection struct {
	url, scheme      string
	parameters, data map[string]string
}

// variables are those in which an agent gives a task the connection.
func (c agentConnection) variables(id string) map[string]string {
	key := func(s string) string {
		return strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(s, ".", "_"), " ", "_"))
	}
	auth, err := json.Marshal(map[string]any{"scheme": c.scheme, "parameters": c.parameters})
	if err != nil {
		panic(err)
	}
	env := map[string]string{"ENDPOINT_URL_" + id: c.url, "ENDPOINT_AUTH_" + id: string(auth)}
	if c.scheme != "" {
		env["ENDPOINT_AUTH_SCHEME_"+id] = c.scheme
	}
	for name, value := range c.parameters {
		env["ENDPOINT_AUTH_PARAMETER_"+id+"_"+key(name)] = value
	}
	for name, value := range c.data {
		env["ENDPOINT_DATA_"+id+"_"+key(name)] = value
	}
	return env
}

// azureWith is the platform of a step that names the connection in an input.
func azureWith(input string, c agentConnection, more map[string]string) (*azure, *strings.Builder) {
	env := map[string]string{"TF_BUILD": "True", input: connectionID}
	maps.Copy(env, c.variables(connectionID))
	maps.Copy(env, more)
	var out strings.Builder
	return newAzure(Env{Getenv: getenv(env), Stdout: &out, Stderr: &out}), &out
}

const (
	registryInput = "INPUT_REGISTRYCONNECTION"
	azureInput    = "INPUT_AZURECONNECTION"
)

func acr(scheme string, more map[string]string) agentConnection {
	c := agentConnection{
		url: "https://example.azurecr.io/", scheme: scheme,
		parameters: map[string]string{"loginServer": "Example.azurecr.io", "tenantId": "tenant", "role": "AcrPush", "scope": "/subscriptions/s"},
		data:       map[string]string{"registrytype": "ACR", "registryId": "/subscriptions/s"},
	}
	maps.Copy(c.parameters, more)
	return c
}

func arm(scheme string, parameters, data map[string]string) agentConnection {
	return agentConnection{url: "https://management.azure.com/", scheme: scheme, parameters: parameters, data: data}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, input string
		connection  agentConnection
		env         map[string]string
		want        ServiceConnection
		secrets     []string
	}{
		{
			name: "Docker Hub", input: registryInput,
			connection: agentConnection{
				url: "https://index.docker.io/v1/", scheme: "UsernamePassword", data: map[string]string{"registrytype": "DockerHub"},
				parameters: map[string]string{"registry": "https://index.docker.io/v1/", "username": "team", "password": "p;w]", "email": "a@b.example"},
			},
			want:    ServiceConnection{Scheme: SchemeUsernamePassword, Registry: "index.docker.io", Username: "team", Password: "p;w]"},
			secrets: []string{"p;w]"},
		},
		{
			name: "another registry, with a port and a path", input: registryInput,
			connection: agentConnection{
				url: "https://elsewhere.example/", scheme: "UsernamePassword",
				parameters: map[string]string{"Registry": "https://Registry.example:5000/v2/", "Username": "team", "Password": "pw"},
			},
			want:    ServiceConnection{Scheme: SchemeUsernamePassword, Registry: "registry.example:5000", Username: "team", Password: "pw"},
			secrets: []string{"pw"},
		},
		{
			name: "the address of the connection where it has no other", input: registryInput,
			connection: agentConnection{
				url: "https://registry.example:443/", scheme: "usernamepassword",
				parameters: map[string]string{"username": "team", "password": "pw"},
			},
			want:    ServiceConnection{Scheme: SchemeUsernamePassword, Registry: "registry.example", Username: "team", Password: "pw"},
			secrets: []string{"pw"},
		},
		{
			name: "Docker Hub by another name", input: registryInput,
			connection: agentConnection{
				scheme: "UsernamePassword", parameters: map[string]string{"registry": "docker.io", "username": "team", "password": "pw"},
			},
			want:    ServiceConnection{Scheme: SchemeUsernamePassword, Registry: "index.docker.io", Username: "team", Password: "pw"},
			secrets: []string{"pw"},
		},
		{
			name: "ACR, service principal", input: registryInput,
			connection: acr("ServicePrincipal", map[string]string{"serviceprincipalid": "client", "serviceprincipalkey": "s3cret", "authenticationType": "spnKey"}),
			want:       ServiceConnection{Scheme: SchemeServicePrincipal, Registry: "example.azurecr.io", TenantID: "tenant", ClientID: "client", ClientSecret: "s3cret"},
			secrets:    []string{"s3cret"},
		},
		{
			name: "ACR, the scheme among the parameters", input: registryInput,
			connection: acr("", map[string]string{"scheme": "ManagedServiceIdentity"}),
			want:       ServiceConnection{Scheme: SchemeManagedIdentity, Registry: "example.azurecr.io", TenantID: "tenant"},
		},
		{
			name: "ACR, managed identity", input: registryInput,
			connection: acr("ManagedServiceIdentity", nil),
			want:       ServiceConnection{Scheme: SchemeManagedIdentity, Registry: "example.azurecr.io", TenantID: "tenant"},
		},
		{
			name: "ACR, workload identity federation", input: registryInput,
			connection: acr("WorkloadIdentityFederation", map[string]string{"serviceprincipalid": "client"}),
			env:        map[string]string{"SYSTEM_ACCESSTOKEN": "job-token"},
			want:       ServiceConnection{Scheme: SchemeWorkloadFederated, Registry: "example.azurecr.io", TenantID: "tenant", ClientID: "client"},
			secrets:    []string{"job-token"},
		},
		{
			name: "the JSON alone", input: registryInput,
			env: map[string]string{"ENDPOINT_AUTH_PARAMETER_" + connectionID + "_PASSWORD": "", "ENDPOINT_AUTH_SCHEME_" + connectionID: ""},
			connection: agentConnection{
				url: "https://registry.example", scheme: "UsernamePassword", parameters: map[string]string{"username": "team", "password": "pw"},
			},
			want:    ServiceConnection{Scheme: SchemeUsernamePassword, Registry: "registry.example", Username: "team", Password: "pw"},
			secrets: []string{"pw"},
		},
		{
			name: "Azure, service principal", input: azureInput,
			connection: arm("ServicePrincipal", map[string]string{"tenantid": "tenant", "serviceprincipalid": "client", "serviceprincipalkey": "s3cret"},
				map[string]string{"environment": "AzureCloud", "environmentAuthorityUrl": "https://login.windows.net/", "activeDirectoryAuthority": "https://login.microsoftonline.com/"}),
			want:    ServiceConnection{Scheme: SchemeServicePrincipal, TenantID: "tenant", ClientID: "client", ClientSecret: "s3cret", Authority: "https://login.microsoftonline.com/"},
			secrets: []string{"s3cret"},
		},
		{
			name: "Azure, service principal with a certificate", input: azureInput,
			connection: arm("ServicePrincipal", map[string]string{
				"tenantid": "tenant", "serviceprincipalid": "client", "authenticationType": "spnCertificate", "servicePrincipalCertificate": fakePEM,
			}, map[string]string{"environmentAuthorityUrl": "https://login.windows.net/"}),
			want:    ServiceConnection{Scheme: SchemeServicePrincipal, TenantID: "tenant", ClientID: "client", Certificate: fakePEM, Authority: "https://login.windows.net/"},
			secrets: []string{"c2VjcmV0LWtleS1saW5l\nY2VydGlmaWNhdGUtbGluZQ==\n"},
		},
		{
			name: "Azure, managed identity that a user assigned", input: azureInput,
			connection: arm("ManagedServiceIdentity", map[string]string{"tenantid": "tenant"}, map[string]string{"msiclientId": "client"}),
			want:       ServiceConnection{Scheme: SchemeManagedIdentity, TenantID: "tenant", ClientID: "client"},
		},
		{
			name: "Azure, workload identity federation in a cloud of its own", input: azureInput,
			connection: arm("WorkloadIdentityFederation", map[string]string{"tenantid": "tenant", "serviceprincipalid": "client"}, map[string]string{"environment": "AzureUSGovernment"}),
			want:       ServiceConnection{Scheme: SchemeWorkloadFederated, TenantID: "tenant", ClientID: "client", Authority: "https://login.microsoftonline.us/"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			z, _ := azureWith(tt.input, tt.connection, tt.env)
			got, err := z.Connections()
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Name = connectionID
			tt.want.Input = map[string]string{registryInput: "input registryConnection", azureInput: "input azureConnection"}[tt.input]
			if diff := cmp.Diff([]ServiceConnection{tt.want}, got, cmpopts.IgnoreFields(ServiceConnection{}, "IDToken")); diff != "" {
				t.Errorf("Connections() (-want +got):\n%s", diff)
			}
			if federated := tt.want.Scheme == SchemeWorkloadFederated; (got[0].IDToken != nil) != federated {
				t.Errorf("Connections() gives a source of tokens: %t, want %t", !federated, federated)
			}
			if diff := cmp.Diff(append([]string{}, tt.secrets...), z.Inputs().Secrets()); diff != "" {
				t.Errorf("Secrets() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoConnections(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{{"TF_BUILD": "True"}, {"TF_BUILD": "True", registryInput: " "}, {"GITHUB_ACTIONS": "true", registryInput: connectionID}, {registryInput: connectionID}} {
		_, identity := Detect(Env{Getenv: getenv(env)})
		got, err := identity.Connections()
		if len(got) != 0 || err != nil {
			t.Errorf("Connections() with %v = %v, %v, want none", env, got, err)
		}
	}
}

func TestNoIDToken(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{{"TF_BUILD": "True"}, {"GITHUB_ACTIONS": "true"}, {}} {
		_, identity := Detect(Env{Getenv: getenv(env)})
		if token, err := identity.IDToken("audience")(t.Context(), http.DefaultClient); token != "" || !errors.Is(err, ErrNoIDToken) {
			t.Errorf("IDToken() with %v = %q, %v, want ErrNoIDToken", env, token, err)
		}
	}
}

// Both inputs may name a connection, and an id may be written in capitals.
func TestTwoConnections(t *testing.T) {
	t.Parallel()
	z, _ := azureWith(azureInput, arm("ManagedServiceIdentity", nil, nil), map[string]string{
		registryInput: strings.ToUpper(connectionID), "ENDPOINT_AUTH_PARAMETER_" + connectionID + "_LOGINSERVER": "example.azurecr.io",
	})
	got, err := z.Connections()
	if err != nil || len(got) != 2 || got[0].Registry != "example.azurecr.io" || got[1].Registry != "" || got[0].Name != connectionID {
		t.Errorf("Connections() = %+v, %v, want that of the registry and that of Azure", got, err)
	}
}

func TestConnectionsRefuse(t *testing.T) {
	t.Parallel()
	password := map[string]string{"username": "team", "password": "hidden-one", "registry": "registry.example"}
	without := func(name string) map[string]string {
		parameters := maps.Clone(password)
		delete(parameters, name)
		return parameters
	}
	tests := []struct {
		name, input string
		connection  agentConnection
		env         map[string]string
		err, hint   string
	}{
		{
			name: "not there", input: registryInput, env: map[string]string{registryInput: "my registry"},
			err: `input registryConnection: the agent has no service connection "my registry" for this step`, hint: "authorised",
		},
		{
			name: "JSON that is none", input: registryInput, connection: agentConnection{scheme: "UsernamePassword", parameters: password},
			env: map[string]string{"ENDPOINT_AUTH_" + connectionID: `{"scheme": "UsernamePassword", "parameters": {"password": "hidden-one`},
			err: "in a form that cannot be read", hint: "save the connection",
		},
		{
			name: "unknown scheme", input: registryInput, connection: agentConnection{scheme: "Token", parameters: password},
			err: `authenticates by "Token", which does not lead to a registry`, hint: "UsernamePassword, ServicePrincipal, ManagedServiceIdentity, WorkloadIdentityFederation",
		},
		{
			name: "user name and password for Azure", input: azureInput, connection: agentConnection{scheme: "UsernamePassword", parameters: password},
			err: `authenticates by "UsernamePassword"`, hint: "use one of ServicePrincipal, ManagedServiceIdentity, WorkloadIdentityFederation",
		},
		{name: "no scheme", input: registryInput, connection: agentConnection{url: "https://registry.example", parameters: password}, err: "does not say how it authenticates", hint: "use one of"},
		{name: "no password", input: registryInput, connection: agentConnection{scheme: "UsernamePassword", parameters: without("password")}, err: "came without password", hint: "edit and save"},
		{name: "no user name", input: registryInput, connection: agentConnection{scheme: "UsernamePassword", parameters: without("username")}, err: "came without username", hint: "edit and save"},
		{name: "no registry", input: registryInput, connection: agentConnection{scheme: "UsernamePassword", parameters: without("registry")}, err: "does not say to which registry", hint: "edit and save"},
		{
			name: "an address that is none", input: registryInput, connection: agentConnection{scheme: "UsernamePassword", parameters: map[string]string{"registry": "ftp://registry.example"}},
			err: `leads to "ftp://registry.example"`, hint: "https://HOST",
		},
		{name: "no key", input: registryInput, connection: acr("ServicePrincipal", map[string]string{"serviceprincipalid": "client"}), err: "came without serviceprincipalkey", hint: "edit and save"},
		{
			name: "no certificate", input: azureInput,
			connection: arm("ServicePrincipal", map[string]string{"tenantid": "t", "serviceprincipalid": "c", "authenticationType": "spnCertificate", "serviceprincipalkey": "hidden-one"}, nil),
			err:        "came without servicePrincipalCertificate", hint: "edit and save",
		},
		{name: "no identity", input: azureInput, connection: arm("WorkloadIdentityFederation", nil, nil), err: "came without serviceprincipalid and tenantid", hint: "edit and save"},
		{
			name: "an authority in the clear", input: azureInput,
			connection: arm("ServicePrincipal", map[string]string{"tenantid": "t", "serviceprincipalid": "c", "serviceprincipalkey": "hidden-one"}, map[string]string{"activeDirectoryAuthority": "http://login.example/"}),
			err:        `has the authority "http://login.example/"`, hint: "correct it",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			z, out := azureWith(tt.input, tt.connection, tt.env)
			got, err := z.Connections()
			if err == nil || !strings.Contains(err.Error(), tt.err) || !fault.IsRequest(err) || got != nil {
				t.Fatalf("Connections() = %v, %v, want the wrong request %q", got, err, tt.err)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("Connections() hints %q, want %q", hints, tt.hint)
			}
			for _, want := range []string{"input ", "service connection"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Connections() = %v, which does not name the %s", err, want)
				}
			}
			if strings.Contains(err.Error(), "hidden-one") || out.Len() > 0 {
				t.Errorf("Connections() = %v and printed %q, which shows a secret", err, out)
			}
		})
	}
}

// What is secret in a connection is masked even where the connection cannot be used.
func TestSecretsOfUnusableConnection(t *testing.T) {
	t.Parallel()
	z, _ := azureWith(registryInput, agentConnection{scheme: "Token", parameters: map[string]string{"apitoken": "t0ken", "password": "pw"}}, nil)
	if diff := cmp.Diff([]string{"pw", "t0ken"}, z.Inputs().Secrets()); diff != "" {
		t.Errorf("Secrets() (-want +got):\n%s", diff)
	}
}

func FuzzEndpointAuth(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"scheme":"UsernamePassword","parameters":{"username":"u","password":"p"}}`, `{"parameters":{"a":1,"A":"b"}}`,
		`{"scheme":1}`, `{"parameters":null}`, `{"parameters":{"Registry":"r","registry":"s"}}`, `{"scheme":"x","scheme":"y"}`, "{\"parameters\":{\"\xff\":\"\"}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		env := map[string]string{"TF_BUILD": "True", registryInput: connectionID, "ENDPOINT_AUTH_" + connectionID: raw}
		z := newAzure(Env{Getenv: getenv(env)})
		connections, err := z.Connections()
		again, errAgain := z.Connections()
		if (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() ||
			!cmp.Equal(connections, again, cmpopts.IgnoreFields(ServiceConnection{}, "IDToken")) {
			t.Errorf("Connections() of %q = %v, %v and then %v, %v", raw, connections, err, again, errAgain)
		}
		if err != nil && (!fault.IsRequest(err) || len(fault.Hints(err)) == 0) {
			t.Errorf("Connections() of %q = %v, want a wrong request with a hint", raw, err)
		}
		for _, c := range connections {
			if c.Registry == "" || strings.ContainsAny(c.Registry, "/@ ") {
				t.Errorf("Connections() of %q leads to %q", raw, c.Registry)
			}
		}
	})
}
