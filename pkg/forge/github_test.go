package forge_test

import (
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/forgetest"
	"github.com/layergate/layergate/pkg/transport"
)

// A server of GitHub Enterprise has its APIs below /api, and often a certificate authority of its own.
func TestGitHubEnterpriseServer(t *testing.T) {
	t.Parallel()
	played := forgetest.Start("job-token")
	t.Cleanup(played.Close)
	server := httptest.NewTLSServer(played.Config.Handler)
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name         string
		cfg          transport.Config
		api, graphQL string // behind the server's address
		token        string
		fails, hint  string // empty where it works
	}{
		{name: "its authority is trusted", cfg: transport.Config{CAFiles: []transport.CAFile{{Path: ca}}}, api: "/api/v3", graphQL: "/api/graphql", token: "job-token"},
		{name: "with a slash at the end", cfg: transport.Config{CAFiles: []transport.CAFile{{Path: ca}}}, api: "/api/v3/", graphQL: "/api/graphql", token: "job-token"},
		{name: "its authority is unknown", api: "/api/v3", graphQL: "/api/graphql", token: "job-token", fails: "is from an unknown authority", hint: "ca-file"},
		{name: "an API that it does not have", cfg: transport.Config{CAFiles: []transport.CAFile{{Path: ca}}}, api: "/api/v4", graphQL: "/api/graphql", token: "job-token", fails: "answered 404 Not Found", hint: "the right remedy"},
		{name: "another token", cfg: transport.Config{CAFiles: []transport.CAFile{{Path: ca}}}, api: "/api/v3", graphQL: "/api/graphql", token: "other", fails: "answered 401 Unauthorized: Bad credentials", hint: "the right remedy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outside, err := transport.New(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			g, err := forge.NewGitHub(forge.Config{API: server.URL + tt.api, Token: tt.token, Transport: outside, Remedy: "the right remedy"}, server.URL+tt.graphQL, "team/app")
			if err != nil {
				t.Fatal(err)
			}
			err = g.Call(context.Background(), http.MethodGet, g.Repository+"/issues/7/comments?per_page=100&page=1", nil, nil)
			if tt.fails != "" {
				if hints := strings.Join(fault.Hints(err), "\n"); err == nil || !strings.Contains(err.Error(), tt.fails) || !strings.Contains(hints, tt.hint) {
					t.Errorf("Call() = %v, hint %q, want %q, %q", err, hints, tt.fails, tt.hint)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if me, err := g.Me(context.Background()); err != nil || me != forgetest.Me {
				t.Errorf("Me() = %d, %v, want %d", me, err, forgetest.Me)
			}
		})
	}
}
