package registry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
)

// plainOnly is a fake of registries that speak plain HTTP and no HTTPS, whatever they are called, and remembers who
// was asked.
type plainOnly struct {
	mu      sync.Mutex
	asked   []string
	headers map[string]string // of the answer 401; empty for registries that anybody may read
}

func (p *plainOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.URL.Scheme+"://"+r.URL.Host)
	if r.URL.Scheme == "https" {
		return nil, http.ErrSchemeMismatch
	}
	resp := &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}
	if r.URL.Path == "/v2/" {
		resp.StatusCode = http.StatusOK
		for name, value := range p.headers {
			resp.StatusCode = http.StatusUnauthorized
			resp.Header.Set(name, value)
		}
	}
	return resp, nil
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	realm := map[string]string{"Www-Authenticate": `Bearer realm="http://tokens.example/token",service="registry"`}
	tests := []struct {
		host     string
		insecure []string
		headers  map[string]string
		want     bool   // plain HTTP is spoken
		refused  string // the host that the error names
	}{
		{host: "127.0.0.1:5000", want: true},
		{host: "localhost:5000", want: true},
		{host: "[::1]:5000", want: true},
		{host: "registry.example", refused: "registry.example"},
		// go-containerregistry would try plain HTTP with these by itself.
		{host: "10.1.2.3:5000", refused: "10.1.2.3:5000"},
		{host: "192.168.1.2", refused: "192.168.1.2"},
		{host: "registry.local:5000", refused: "registry.local:5000"},
		{host: "registry.example:5000", insecure: []string{"registry.example:5000"}, want: true},
		{host: "registry.example:5000", insecure: []string{"REGISTRY.example"}, want: true},
		{host: "registry.example:5000", insecure: []string{"registry.example:5001"}, refused: "registry.example:5000"},
		{host: "registry.example:5000", insecure: []string{"example"}, refused: "registry.example:5000"},
		{host: "192.168.1.2", insecure: []string{"192.168.1.2"}, want: true},
		{host: "registry.example", insecure: []string{"registry.example"}, headers: realm, refused: "tokens.example", want: true},
	}
	for _, tt := range tests {
		t.Run(tt.host+" "+strings.Join(tt.insecure, ","), func(t *testing.T) {
			t.Parallel()
			network := &plainOnly{headers: tt.headers}
			c, err := registry.New(registry.Config{Insecure: tt.insecure, Transport: network})
			if err != nil {
				t.Fatal(err)
			}
			source, err := c.Image(tt.host + "/app:1")
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Root(context.Background())
			if err == nil {
				t.Fatal("Root() found an image in a registry that has none")
			}
			plain := false
			for _, asked := range network.asked {
				plain = plain || asked == "http://"+tt.host
				if tt.refused != "" && asked == "http://"+tt.refused {
					t.Errorf("plain HTTP was spoken to %s", tt.refused)
				}
			}
			if plain != tt.want {
				t.Errorf("plain HTTP was spoken: %t, want %t; asked %q", plain, tt.want, network.asked)
			}
			if tt.refused == "" {
				return
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, "adding "+tt.refused+" to insecure-registry") {
				t.Errorf("Root() = %v with %q, want the remedy for %s", err, hints, tt.refused)
			}
		})
	}
}

func TestInsecureRegistriesAreHosts(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"http://registry.example", "registry.example/app", "", "regis try"} {
		if _, err := registry.New(registry.Config{Insecure: []string{host}}); !fault.IsRequest(err) {
			t.Errorf("New with the insecure registry %q = %v, want a wrong request", host, err)
		}
	}
}
