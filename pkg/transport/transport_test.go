package transport

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
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
		only           bool
		request, reach bool
	}{
		"the server's":   {file: good, reach: true},
		"it alone":       {file: good, only: true, reach: true},
		"none":           {},
		"missing":        {file: filepath.Join(t.TempDir(), "none.pem"), request: true},
		"a directory":    {file: t.TempDir(), request: true},
		"not PEM":        {file: write("der", server.Certificate().Raw), request: true},
		"PEM, but no CA": {file: write("key.pem", []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")), request: true},
		"an empty file":  {file: write("empty", nil), request: true},
	} {
		tr, err := New(Config{CAFile: tt.file, OnlyCAFile: tt.only})
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
	tr, err := network(Config{Getenv: func(name string) string { return env[name] }})
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
	if tr, err := network(Config{}); err != nil || tr.Proxy != nil {
		t.Errorf("network() without an environment has a proxy: %v", err)
	}
}

// Nobody is connected to directly because a proxy's address is wrong, and the message does not repeat it.
func TestWrongProxy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"HTTPS_PROXY", "http://user:hush@proxy.example:3128", true},
		{"https_proxy", "proxy.example:3128", true},
		{"HTTP_PROXY", "socks5://proxy.example", true},
		{"HTTPS_PROXY", "", true},
		{"HTTPS_PROXY", "http://user:hush@", false},
		{"HTTPS_PROXY", "http://user:hush@[::1", false},
		{"http_proxy", "://hush", false},
		{"https_proxy", "http://proxy.example:hush", false},
		{"HTTP_PROXY", "ftp://hush.example", false},
		{"HTTPS_PROXY", "http://%zz-hush", false},
	} {
		_, err := New(Config{Getenv: func(name string) string {
			if name == tt.name {
				return tt.value
			}
			return ""
		}})
		if tt.want {
			if err != nil {
				t.Errorf("New() with %s=%s = %v", tt.name, tt.value, err)
			}
			continue
		}
		if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.name) || strings.Contains(err.Error(), "hush") || len(fault.Hints(err)) == 0 {
			t.Errorf("New() with %s=%s = %v, want a wrong request that names the variable and not its value", tt.name, tt.value, err)
		}
	}
}

// Only the authorities of the file are trusted where that is asked for.
func TestOnlyCAFile(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := authorities(file, false)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := authorities(file, true)
	if err != nil {
		t.Fatal(err)
	}
	system, err := x509.SystemCertPool()
	if err != nil || system.Equal(x509.NewCertPool()) {
		t.Skip("this system has no certificate authorities to leave out")
	}
	if both.Equal(alone) {
		t.Error("the system's authorities are trusted beside the file's, or the file's are not")
	}
}
