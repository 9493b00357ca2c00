package transport_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

func TestAuthorities(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	write := func(name string, body []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for name, tt := range map[string]struct {
		file           string
		request, reach bool
	}{
		"the server's":   {file: good, reach: true},
		"none":           {},
		"missing":        {file: filepath.Join(t.TempDir(), "none.pem"), request: true},
		"a folder":       {file: t.TempDir(), request: true},
		"not PEM":        {file: write("der", server.Certificate().Raw), request: true},
		"PEM, but no CA": {file: write("key.pem", []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")), request: true},
		"an empty file":  {file: write("empty", nil), request: true},
	} {
		tr, err := transport.New(transport.Config{CAFile: tt.file})
		if tt.request {
			if !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
				t.Errorf("%s: New() = %v, want a wrong request with a remedy", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: New() = %v", name, err)
		}
		resp, err := (&http.Client{Transport: tr}).Get(server.URL)
		if err == nil {
			resp.Body.Close()
		}
		if (err == nil) != tt.reach {
			t.Errorf("%s: the server is reached: %v, want %t", name, err, tt.reach)
		}
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HTTPS_PROXY": "http://proxy.example:3128", "http_proxy": "http://plain.example:80", "NO_PROXY": "inside.example,.corp.example"}
	tr, err := transport.New(transport.Config{Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"https://registry.example/v2/":    "http://proxy.example:3128",
		"http://registry.example/v2/":     "http://plain.example:80",
		"https://inside.example/v2/":      "",
		"https://a.corp.example/v2/":      "",
		"https://127.0.0.1:5000/v2/":      "",
		"http://localhost:5000/v2/":       "",
		"http://169.254.169.254/metadata": "", // a proxy would ask for its own machine
	} {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.Proxy(req)
		if err != nil || (got == nil) != (want == "") || got != nil && got.String() != want {
			t.Errorf("the proxy for %s is %v, %v, want %q", url, got, err, want)
		}
	}
	if tr, err := transport.New(transport.Config{}); err != nil || tr.Proxy != nil {
		t.Errorf("New() without an environment has a proxy: %v", err)
	}
}
