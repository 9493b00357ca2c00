package entra_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registrytest"
)

const (
	tenant   = "22222222-2222-2222-2222-222222222222"
	client   = "11111111-1111-1111-1111-111111111111"
	subject  = "repo:team/app:ref:refs/heads/main"
	audience = "api://AzureADTokenExchange"
	host     = "example.azurecr.io"
)

func play(t *testing.T, change func(*registrytest.AzureConfig)) *registrytest.Azure {
	t.Helper()
	cfg := registrytest.AzureConfig{Tenant: tenant, Client: client, Subject: subject, Audience: audience, CIToken: "ci", Pull: true, Push: true}
	if change != nil {
		change(&cfg)
	}
	azure, err := registrytest.StartAzure(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { azure.Close() })
	return azure
}

// workload is the identity of a job that gets its token from the play.
func workload(azure *registrytest.Azure) entra.Identity {
	return entra.Identity{Kind: entra.Workload, TenantID: tenant, ClientID: client, Assertion: azure.IDToken}
}

func TestServes(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"example.azurecr.io": true, "EXAMPLE.AZURECR.IO": true, "example.azurecr.io:443": true, "example.azurecr.us": true, "example.azurecr.cn": true,
		"azurecr.io": false, ".azurecr.io": false, "example.azurecr.io.evil.example": false, "evilazurecr.io": false, "127.0.0.1:5000": false, "": false,
	} {
		if got := entra.Serves(host); got != want {
			t.Errorf("Serves(%q) = %t, want %t", host, got, want)
		}
	}
}

func TestLoginOfWorkload(t *testing.T) {
	t.Parallel()
	for name, offset := range map[string]time.Duration{"right clock": 0, "slow clock": 26 * time.Hour, "fast clock": -26 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			azure := play(t, func(cfg *registrytest.AzureConfig) { cfg.Offset = offset })
			var masked []string
			d := entra.New(entra.Config{
				Identities: []entra.Identity{workload(azure)}, Transport: azure.Transport(),
				Mask: func(s string) { masked = append(masked, s) },
			})
			login, err := d.Login(context.Background(), host)
			if err != nil {
				t.Fatal(err)
			}
			if want := "the workload identity " + client + " (tenant " + tenant + ")"; login.Account != want || login.ID != "object-of-"+client {
				t.Errorf("Login() = %q with the id %q, want %q", login.Account, login.ID, want)
			}
			if len(masked) != 2 || !slices.Contains(masked, login.RefreshToken) {
				t.Errorf("%d tokens were masked, want Entra's and the registry's", len(masked))
			}
			asked := len(azure.Requests())
			if again, err := d.Login(context.Background(), host); err != nil || again != login || len(azure.Requests()) != asked {
				t.Errorf("a second Login() = %v after %q, want the first one's and no request", err, azure.Requests()[asked:])
			}
			if !slices.Contains(azure.Requests(), "POST example.azurecr.io /oauth2/exchange") {
				t.Errorf("the play saw %q", azure.Requests())
			}
		})
	}
}

// A login is asked for again when half of its time is over, by the time that went by here.
func TestLoginIsRenewed(t *testing.T) {
	t.Parallel()
	azure := play(t, nil)
	now := time.Now()
	d := entra.New(entra.Config{Identities: []entra.Identity{workload(azure)}, Transport: azure.Transport(), Now: func() time.Time { return now }})
	exchanges := func() int {
		if _, err := d.Login(context.Background(), host); err != nil {
			t.Fatal(err)
		}
		return len(slices.DeleteFunc(azure.Requests(), func(r string) bool { return !strings.HasSuffix(r, "/oauth2/exchange") }))
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {89 * time.Minute, 1}, {91 * time.Minute, 2}} {
		start := now
		now = now.Add(step.after)
		if got := exchanges(); got != step.want {
			t.Errorf("after %v there were %d exchanges, want %d", step.after, got, step.want)
		}
		now = start
	}
}

func TestLoginOfCertificate(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var both bytes.Buffer
	for kind, body := range map[string][]byte{"CERTIFICATE": der, "PRIVATE KEY": private} {
		if err := pem.Encode(&both, &pem.Block{Type: kind, Bytes: body}); err != nil {
			t.Fatal(err)
		}
	}
	id := entra.Identity{Kind: entra.Certificate, TenantID: tenant, ClientID: client, PEM: both.String(), Of: "the service connection prod"}
	for _, tt := range []struct {
		name    string
		offset  time.Duration
		pem     string
		want    string // in the error
		wantTip string
	}{
		{name: "right"},
		{name: "slow clock", offset: 26 * time.Hour, want: "AADSTS700024", wantTip: "clock"},
		{name: "fast clock", offset: -26 * time.Hour, want: "AADSTS700024", wantTip: "clock"},
		{name: "not PEM", pem: "c2VjcmV0", want: "not in PEM form"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := play(t, func(cfg *registrytest.AzureConfig) { cfg.Key, cfg.Offset = &key.PublicKey, tt.offset })
			id := id
			if tt.pem != "" {
				id.PEM = tt.pem
			}
			login, err := entra.New(entra.Config{Identities: []entra.Identity{id}, Transport: azure.Transport()}).Login(context.Background(), host)
			if tt.want == "" {
				if err != nil || !strings.HasSuffix(login.Account, " of the service connection prod") {
					t.Errorf("Login() = %q, %v", login.Account, err)
				}
				return
			}
			checkRefused(t, err, tt.want, tt.wantTip)
			if tt.pem != "" && strings.Contains(err.Error(), tt.pem) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func checkRefused(t *testing.T, err error, want, wantTip string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\r\n") {
		t.Errorf("Login() = %v, want %s on one line", err, want)
	}
	if !strings.Contains(strings.Join(fault.Hints(err), "\n"), wantTip) {
		t.Errorf("Hints() = %q, want one with %q", fault.Hints(err), wantTip)
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want, wantTip string
		play                func(*registrytest.AzureConfig)
		id                  func(*entra.Identity)
	}{
		{
			name: "no federated credential", want: "no token to the workload identity " + client + " (tenant " + tenant + ") from Entra: AADSTS700213", wantTip: "federated credential",
			play: func(cfg *registrytest.AzureConfig) { cfg.Subject = "repo:other/app:pull_request" },
			id: func(id *entra.Identity) {
				id.Assertion = func(context.Context, *http.Client) (string, error) { return tokenOf("repo:team/app"), nil }
			},
		},
		{name: "another application", want: "AADSTS700016", wantTip: "that azure-client-id", id: func(id *entra.Identity) { id.ClientID = tenant }},
		{name: "another tenant", want: "AADSTS90002", wantTip: "that azure-tenant-id", id: func(id *entra.Identity) { id.TenantID = client }},
		{
			name: "Entra refuses", want: "AADSTS53003", wantTip: "conditional access",
			play: func(cfg *registrytest.AzureConfig) {
				cfg.Refuse = func(r *http.Request) string {
					if r.Method == http.MethodPost && r.Host != host {
						return "AADSTS53003: Access has been blocked by Conditional Access policies."
					}
					return ""
				}
			},
		},
		{
			name: "the registry refuses", want: host + " refuses to log in the workload identity " + client, wantTip: "AcrPush",
			play: func(cfg *registrytest.AzureConfig) {
				cfg.Refuse = func(r *http.Request) string {
					if r.Host == host {
						return "client with IP is not allowed access"
					}
					return ""
				}
			},
		},
		{
			name: "the CI system fails", want: "the CI system is down", id: func(id *entra.Identity) {
				id.Assertion = func(context.Context, *http.Client) (string, error) { return "", errors.New("the CI system is down") }
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := play(t, tt.play)
			id := workload(azure)
			if tt.id != nil {
				tt.id(&id)
			}
			_, err := entra.New(entra.Config{Identities: []entra.Identity{id}, Transport: azure.Transport()}).Login(context.Background(), host)
			checkRefused(t, err, tt.want, tt.wantTip)
			if errors.Is(err, entra.ErrNone) {
				t.Errorf("Login() = %v, want no way around an identity that was asked for", err)
			}
		})
	}
}

// tokenOf is a token of the CI system that the play signs with another subject.
func tokenOf(subject string) string {
	other, err := registrytest.StartAzure(registrytest.AzureConfig{Subject: subject, Audience: audience, CIToken: "ci"})
	if err != nil {
		panic(err)
	}
	defer other.Close()
	token, err := other.IDToken(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	return token
}

// metadata plays the metadata service of a virtual machine.
type metadata struct {
	mu     sync.Mutex
	asked  []string
	direct string // where the token comes from; empty where there is no such service
}

func (m *metadata) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, r.URL.Host)
	if m.direct == "" {
		return nil, errors.New("no route to host")
	}
	answer := func(code int, body io.ReadCloser) *http.Response {
		return &http.Response{StatusCode: code, Status: fmt.Sprint(code), Body: body, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	}
	if r.Header.Get("Metadata") != "true" {
		return answer(http.StatusBadRequest, http.NoBody), nil
	}
	req, err := http.NewRequest(http.MethodGet, m.direct+"/identity?"+r.URL.RawQuery, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-IDENTITY-HEADER", "ci")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	return answer(resp.StatusCode, resp.Body), nil
}

func TestLoginOfManagedIdentity(t *testing.T) {
	t.Parallel()
	azure := play(t, nil)
	service := &metadata{direct: azure.Direct}
	d := entra.New(entra.Config{Identities: []entra.Identity{{Kind: entra.Managed}}, Transport: azure.Transport(), Metadata: service})
	login, err := d.Login(context.Background(), host)
	if err != nil {
		t.Fatal(err)
	}
	if want := "this machine's managed identity (client id " + client + ")"; login.Account != want {
		t.Errorf("Login() = %q, want %q", login.Account, want)
	}
	if slices.ContainsFunc(service.asked, func(h string) bool { return h != "169.254.169.254" }) {
		t.Errorf("asked %q", service.asked)
	}
}

// What is only there by chance is passed over, with its reason; what somebody set up or asked for is not.
func TestLoginWithoutIdentity(t *testing.T) {
	t.Parallel()
	azure := play(t, nil)
	noExchange := play(t, func(cfg *registrytest.AzureConfig) {
		cfg.Refuse = func(r *http.Request) string { return map[bool]string{true: "another tenant"}[r.Host == host] }
	})
	unavailable := workload(azure)
	unavailable.Assertion = func(context.Context, *http.Client) (string, error) {
		return "", fmt.Errorf("the job has no token: %w", entra.ErrUnavailable)
	}
	of := func(id entra.Identity, ambient bool) entra.Identity { id.Ambient = ambient; return id }
	managed := entra.Identity{Kind: entra.Managed}
	other := workload(azure)
	other.Registry = "other.azurecr.io"
	for name, tt := range map[string]struct {
		azure  *registrytest.Azure
		direct string // where the metadata service is, if there is one
		ids    []entra.Identity
		none   bool
		want   []string
	}{
		"none":                          {azure: azure, none: true},
		"of another registry":           {azure: azure, ids: []entra.Identity{other}, none: true},
		"ambient":                       {azure: azure, ids: []entra.Identity{of(unavailable, true), of(managed, true)}, none: true, want: []string{"the job has no token", "nothing on this machine gives tokens"}},
		"ambient of another tenant":     {azure: noExchange, direct: noExchange.Direct, ids: []entra.Identity{of(managed, true)}, none: true, want: []string{"another tenant"}},
		"asked for, and not there":      {azure: azure, ids: []entra.Identity{unavailable, of(managed, true)}, want: []string{"the job has no token"}},
		"asked for, and refused":        {azure: noExchange, direct: noExchange.Direct, ids: []entra.Identity{managed}, want: []string{"another tenant"}},
		"a workload that Entra refuses": {azure: noExchange, ids: []entra.Identity{of(workload(noExchange), true)}, want: []string{"another tenant"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := entra.New(entra.Config{Identities: tt.ids, Transport: tt.azure.Transport(), Metadata: &metadata{direct: tt.direct}})
			_, err := d.Login(context.Background(), host)
			if err == nil || errors.Is(err, entra.ErrNone) != tt.none {
				t.Fatalf("Login() = %v, want ErrNone: %t", err, tt.none)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Login() = %v, want it to say %q", err, want)
				}
			}
		})
	}
}

// Nobody but Azure's registries ever sees a token.
func TestLoginElsewhere(t *testing.T) {
	t.Parallel()
	azure := play(t, nil)
	d := entra.New(entra.Config{Identities: []entra.Identity{workload(azure)}, Transport: azure.Transport()})
	if _, err := d.Login(context.Background(), "registry.example"); err == nil || len(azure.Requests()) > 0 {
		t.Errorf("Login() = %v after %q", err, azure.Requests())
	}
}

func TestLoginOfSecret(t *testing.T) {
	t.Parallel()
	azure := play(t, func(cfg *registrytest.AzureConfig) { cfg.Secret = "s3cret" })
	for secret, wantTip := range map[string]string{"s3cret": "", "wrong-one": "does not know the secret"} {
		id := entra.Identity{Kind: entra.Secret, TenantID: tenant, ClientID: client, Secret: secret}
		_, err := entra.New(entra.Config{Identities: []entra.Identity{id}, Transport: azure.Transport()}).Login(context.Background(), host)
		if wantTip == "" {
			if err != nil {
				t.Errorf("Login() = %v", err)
			}
			continue
		}
		checkRefused(t, err, "the service principal "+client, wantTip)
		if strings.Contains(fmt.Sprint(err), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}
