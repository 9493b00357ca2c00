package registry_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const (
	tenant  = "22222222-2222-2222-2222-222222222222"
	account = "11111111-1111-1111-1111-111111111111"
	acr     = "example.azurecr.io"
)

func fakeAzure(t *testing.T, change func(*registrytest.FakeAzureConfig)) *registrytest.FakeAzure {
	t.Helper()
	cfg := registrytest.FakeAzureConfig{Tenant: tenant, Client: account, Secret: "s3cret", Subject: "job", Audience: "api", CIToken: "ci", Pull: true, Push: true}
	if change != nil {
		change(&cfg)
	}
	a, err := registrytest.StartFakeAzure(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// job is the workload identity of a CI system's job in the fake cloud.
func job(a *registrytest.FakeAzure) *entra.Directory {
	return entra.New(entra.Config{Transport: a.Transport(), Identities: []entra.Identity{
		{Kind: entra.Workload, TenantID: tenant, ClientID: account, Assertion: a.IDToken},
	}})
}

// pushTo pushes an image as whoever logs in.
func pushTo(t *testing.T, who login.Config, network http.RoundTripper, img *image.Image, refs ...string) (*registry.Client, error) {
	t.Helper()
	who.Push = refs
	logins, err := login.Resolve(who)
	if err != nil {
		t.Fatal(err)
	}
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := registry.ParseReferences(refs)
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{Logins: logins, Transport: network})
	if err != nil {
		t.Fatal(err)
	}
	return c, c.Push(context.Background(), clear(t, img.Digests()...), registry.Promotion{Content: content, References: parsed})
}

func TestPushToAzure(t *testing.T) {
	t.Parallel()
	img := open(t)
	tests := []struct {
		name    string
		change  func(*registrytest.FakeAzureConfig)
		who     func(*registrytest.FakeAzure) login.Config
		want    []string // in the error
		wantTip string
		denied  bool // nothing may have been written
	}{
		{name: "workload identity", who: func(a *registrytest.FakeAzure) login.Config { return login.Config{Entra: job(a)} }},
		{
			name: "service principal of a service connection", who: func(*registrytest.FakeAzure) login.Config {
				return login.Config{Connections: []login.Connection{{Registry: acr, Username: account, Password: "s3cret", Name: "the service connection prod"}}}
			},
		},
		{
			name: "the explicit user before all else",
			who: func(a *registrytest.FakeAzure) login.Config {
				return login.Config{Username: account, Password: "wrong-one", Entra: job(a)}
			},
			want: []string{acr + " says that the user " + account + " may not push to team/app (401 Unauthorized: authentication required"}, wantTip: "AcrPush", denied: true,
		},
		{
			name: "the service connection before Entra", who: func(a *registrytest.FakeAzure) login.Config {
				return login.Config{Entra: job(a), Connections: []login.Connection{{Registry: acr, Username: account, Password: "wrong-one", Name: "the service connection prod"}}}
			},
			want: []string{"the service connection prod may not push to team/app"}, wantTip: "AcrPush", denied: true,
		},
		{
			name: "a service connection of another registry", who: func(a *registrytest.FakeAzure) login.Config {
				return login.Config{Entra: job(a), Connections: []login.Connection{{Registry: "other.azurecr.io", Username: account, Password: "wrong-one"}}}
			},
		},
		{
			name:   "without the role to push",
			change: func(cfg *registrytest.FakeAzureConfig) { cfg.Push = false },
			who:    func(a *registrytest.FakeAzure) login.Config { return login.Config{Entra: job(a)} },
			want:   []string{acr + " says that the workload identity " + account + " (tenant " + tenant + ") may not push to team/app"}, denied: true,
			wantTip: "the role AcrPush is missing: az role assignment create --role AcrPush --assignee object-of-" + account + " --scope $(az acr show --name example ",
		},
		{
			name: "without any role", change: func(cfg *registrytest.FakeAzureConfig) { cfg.Push, cfg.Pull = false, false },
			who:  func(a *registrytest.FakeAzure) login.Config { return login.Config{Entra: job(a)} },
			want: []string{"may not"}, wantTip: "role Acr", denied: true,
		},
		{
			name: "the tenant refuses", change: func(cfg *registrytest.FakeAzureConfig) {
				cfg.Refuse = func(r *http.Request) string {
					if r.Method == http.MethodPost && r.Host != acr {
						return "AADSTS700213: No matching federated identity record found."
					}
					return ""
				}
			},
			who:  func(a *registrytest.FakeAzure) login.Config { return login.Config{Entra: job(a)} },
			want: []string{"AADSTS700213"}, wantTip: "federated credential", denied: true,
		},
		{
			name: "nobody", who: func(*registrytest.FakeAzure) login.Config { return login.Config{} },
			want: []string{"without credentials nobody may push to team/app"}, wantTip: "with azure-identity", denied: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := fakeAzure(t, tt.change)
			client, err := pushTo(t, tt.who(a), a.Transport(), img, acr+"/team/app:1", acr+"/team/app:2")
			if len(tt.want) == 0 {
				if err != nil {
					t.Fatalf("Push() = %v after\n%s", err, strings.Join(a.Requests(), "\n"))
				}
				source, err := client.Image(acr + "/team/app:2")
				if err != nil {
					t.Fatal(err)
				}
				if root, err := source.Root(context.Background()); err != nil || root.Digest != img.Root.Digest {
					t.Errorf("the registry has %v, %v, want %v", root.Digest, err, img.Root.Digest)
				}
				return
			}
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("Push() = %v, want %q", err, want)
				}
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.wantTip) {
				t.Errorf("Hints() = %q, want %q", hints, tt.wantTip)
			}
			if strings.Contains(err.Error(), "wrong-one") {
				t.Errorf("the error shows a password: %v", err)
			}
			if tt.denied && slices.ContainsFunc(a.Requests(), func(r string) bool { return strings.HasPrefix(r, http.MethodPut) }) {
				t.Errorf("something was written: %q", a.Requests())
			}
		})
	}
}

// Whatever the push is at when its token expires, it goes on with a new one, and with the whole of what it was sending.
// The cloud's clock does not matter.
func TestPushOutlivesItsToken(t *testing.T) {
	t.Parallel()
	img := open(t)
	for lasts := 1; lasts <= 24; lasts++ {
		t.Run(fmt.Sprint(lasts), func(t *testing.T) {
			t.Parallel()
			a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) {
				cfg.Lasts = lasts
				cfg.Offset = time.Duration(lasts%3-1) * 26 * time.Hour
			})
			client, err := pushTo(t, login.Config{Entra: job(a)}, a.Transport(), img, acr+"/team/app:1")
			if err != nil {
				t.Fatalf("Push() = %v after\n%s", err, strings.Join(a.Requests(), "\n"))
			}
			source, err := client.Image(acr + "/team/app:1")
			if err != nil {
				t.Fatal(err)
			}
			if root, err := source.Root(context.Background()); err != nil || root.Digest != img.Root.Digest {
				t.Errorf("the registry has %v, %v, want %v", root.Digest, err, img.Root.Digest)
			}
		})
	}
}

// Reading needs another role.
func TestReadFromAzure(t *testing.T) {
	t.Parallel()
	a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) { cfg.Pull = false })
	source, err := jobClient(t, a).Image(acr + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Root(context.Background())
	if err == nil || !strings.Contains(err.Error(), "may not read team/app") || !strings.Contains(strings.Join(fault.Hints(err), "\n"), "--role AcrPull") {
		t.Errorf("Root() = %v with %q", err, fault.Hints(err))
	}
}
