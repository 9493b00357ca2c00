package transport

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
)

func TestProxy(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HTTPS_PROXY": "http://proxy.example:3128", "http_proxy": "http://plain.example:80", "NO_PROXY": "inside.example,.corp.example"}
	proxy := EnvironmentProxy(func(name string) string { return env[name] })
	proxy.ExceptURLs = []*regexp.Regexp{regexp.MustCompile(`//[^/]*\.local(:|$)`)}
	tr, err := network(Config{Proxy: proxy})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"https://registry.example/v2/":    "http://proxy.example:3128",
		"http://registry.example/v2/":     "http://plain.example:80",
		"https://inside.example/v2/":      "",
		"https://a.corp.example/v2/":      "",
		"https://a.local/v2/":             "",
		"https://a.local:5000/v2/":        "",
		"https://a.local.example/v2/":     "http://proxy.example:3128",
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
		t.Errorf("network() without a proxy has one: %v", err)
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
		_, err := New(Config{Proxy: EnvironmentProxy(func(name string) string {
			if name == tt.name {
				return tt.value
			}
			return ""
		})})
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
