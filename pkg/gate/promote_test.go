package gate_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// Several images are pushed all or none: one that is blocked keeps the others back.
func TestPromoteSeveral(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		versions []string // of the package in each image
		want     []string // the tags that are written
		wantErr  error
	}{
		{"all clean", []string{repaired, repaired}, []string{"PUT /v2/app0/manifests/1", "PUT /v2/app1/manifests/1"}, nil},
		{"one blocked", []string{repaired, vulnerable}, nil, registry.ErrNotCleared},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			server := start(t, registrytest.Config{})
			g := open(ctx, t, config(t, "").Env)
			var results []*gate.Result
			for i, version := range tt.versions {
				repository := []string{"app0", "app1"}[i]
				req := config(t, write(t, "oci", lodash(version, imagetest.Gzip, "")), server.Host+"/"+repository+":1").Request
				result, err := g.Inspect(ctx, req)
				if err != nil {
					t.Fatal(err)
				}
				defer result.Close()
				results = append(results, result)
			}
			if err := g.Promote(ctx, results...); !errors.Is(err, tt.wantErr) {
				t.Errorf("Promote() = %v, want %v", err, tt.wantErr)
			}
			writes := server.Writes()
			if tt.want == nil && len(writes) > 0 {
				t.Errorf("the registry saw %q, want nothing", writes)
			}
			tags := slices.DeleteFunc(writes, func(w string) bool { return !strings.HasSuffix(w, "/manifests/1") })
			if !slices.Equal(tags, tt.want) {
				t.Errorf("the tags written are %q, want %q", tags, tt.want)
			}
		})
	}
}

// What was promoted is locked where its request wants that, and nothing else.
func TestLock(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const host, account, password = "example.azurecr.io", "app-id", "app-secret"
	a, err := registrytest.StartFakeAzure(registrytest.FakeAzureConfig{Tenant: "tenant", Client: account, Secret: password, Pull: true, Push: true, Lock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	env := config(t, "").Env
	env.Registry = registry.Config{Transport: a.Transport(), Logins: map[string]registry.Login{
		host: func(context.Context, string) (registry.Credentials, error) {
			return registry.Credentials{Username: account, Password: password, Account: "the test"}, nil
		},
	}}
	g := open(ctx, t, env)
	var results []*gate.Result
	var steps []string
	for _, repository := range []string{"open", "locked"} {
		req := config(t, write(t, "oci", lodash(repaired, imagetest.Gzip, "")), host+"/"+repository+":1").Request
		req.Lock = repository == "locked"
		req.Progress = func(s gate.Step) {
			if s.Kind == gate.Locking {
				steps = append(steps, s.String())
			}
		}
		result, err := g.Inspect(ctx, req)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		results = append(results, result)
	}
	if err := g.Promote(ctx, results...); err != nil {
		t.Fatal(err)
	}
	if err := g.Lock(ctx, results...); err != nil {
		t.Fatal(err)
	}
	digest := results[0].Report.Digest()
	want := []string{"PATCH " + host + " /acr/v1/locked/_manifests/" + digest, "PATCH " + host + " /acr/v1/locked/_tags/1"}
	got := slices.DeleteFunc(a.Requests(), func(r string) bool {
		return !strings.HasPrefix(r, http.MethodPatch) || !strings.Contains(r, "/acr/v1/")
	})
	if !slices.Equal(got, want) {
		t.Errorf("Lock() changed %q, want %q", got, want)
	}
	if want := []string{"locking " + host + "/locked:1"}; !slices.Equal(steps, want) {
		t.Errorf("the steps are %q, want %q", steps, want)
	}
}
