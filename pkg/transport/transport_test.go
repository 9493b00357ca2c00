package transport

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
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
		cfg := Config{OnlyCAFiles: tt.only}
		if tt.file != "" {
			cfg.CAFiles = []CAFile{{Path: tt.file, From: "ca-file"}}
		}
		tr, err := New(cfg)
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

// A certificate of an authority that nobody trusts is told with the input that names the authority.
func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	for input, cfg := range map[string]Config{"ca-file": {}, "db-ca-file": {Authorities: "db-ca-file"}, "": {}} {
		tr := Direct()
		if input != "" {
			var err error
			if tr, err = New(cfg); err != nil {
				t.Fatal(err)
			}
		}
		_, err := (&http.Client{Transport: tr}).Get(server.URL)
		want := "the certificate of " + server.Listener.Addr().String() + " is from an unknown authority: "
		hints := strings.Join(fault.Hints(err), "\n")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(hints, "with "+cmp.Or(input, "ca-file")) {
			t.Errorf("Get() = %v, hint %q, want %q and %s", err, hints, want, cmp.Or(input, "ca-file"))
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
	both, err := authorities([]CAFile{{Path: file}}, false)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := authorities([]CAFile{{Path: file}}, true)
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
