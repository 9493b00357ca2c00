package transport

import (
	"encoding/base64"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// What a proxy refuses is told as such, with what to do, and without its password.
func TestProxyThatRefuses(t *testing.T) {
	t.Parallel()
	target := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is for example.com
	t.Cleanup(target.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: target.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch user := r.Header.Get("Proxy-Authorization"); {
		case user != "Basic "+base64.StdEncoding.EncodeToString([]byte("robot:hush p@ss")):
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.Host != "example.com:443":
			w.WriteHeader(http.StatusForbidden)
		default:
			connect(w, target.Listener.Addr().String())
		}
	}))
	t.Cleanup(proxy.Close)
	at := proxy.Listener.Addr().String()
	tests := []struct {
		name, proxy, url string
		sentence, hint   string // of the error; empty where there is none
	}{
		{name: "the user", proxy: "http://robot:hush%20p%40ss@" + at, url: "https://example.com/x"},
		{name: "without a scheme", proxy: "robot:hush%20p%40ss@" + at, url: "https://example.com/x"},
		{name: "nobody", proxy: at, url: "https://example.com/x", sentence: "the proxy " + at + " (HTTPS_PROXY) answers 407 Proxy Authentication Required", hint: "http://USER:PASSWORD@HOST:PORT"},
		{name: "another password", proxy: "http://robot:hush@" + at, url: "https://example.com/x", sentence: "the proxy " + at + " (HTTPS_PROXY) answers 407 Proxy Authentication Required", hint: "does not take the user name and the password"},
		{name: "another host", proxy: "http://robot:hush%20p%40ss@" + at, url: "https://example.net/x", sentence: "the proxy " + at + " (HTTPS_PROXY) does not connect to example.net:443 and answers 403 Forbidden", hint: "no-proxy"},
		{name: "no proxy there", proxy: "http://robot:hush@127.0.0.1:1", url: "https://example.com/x", sentence: "the proxy 127.0.0.1:1 (HTTPS_PROXY) cannot be used: ", hint: "proxy names another one"},
		{name: "none for plain HTTP", proxy: "http://robot:hush@127.0.0.1:1", url: "http://127.0.0.1:1/x", sentence: "connection refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr, err := New(Config{CAFiles: []CAFile{{Path: ca}}, Proxy: Proxy{HTTPS: ProxyAddress{URL: tt.proxy, From: "HTTPS_PROXY"}}})
			if err != nil {
				t.Fatal(err)
			}
			resp, err := (&http.Client{Transport: tr}).Get(tt.url)
			if tt.sentence == "" {
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				return
			}
			hints := strings.Join(fault.Hints(err), "\n")
			if err == nil || !strings.Contains(err.Error(), tt.sentence) || !strings.Contains(hints, tt.hint) || tt.hint == "" && hints != "" {
				t.Errorf("Get(%s) = %v, hint %q, want %q, %q", tt.url, err, hints, tt.sentence, tt.hint)
			}
			if err != nil && strings.Contains(err.Error()+hints, "hush") {
				t.Errorf("Get(%s) = %v shows the password", tt.url, err)
			}
		})
	}
}

// connect passes a connection on to an address. The client may speak as soon as it is answered: the server may have read the
// beginning of that already.
func connect(w http.ResponseWriter, to string) {
	from, read, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer from.Close()
	onward, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer onward.Close()
	if _, err := io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	go func() {
		io.Copy(onward, read) // either side may end
		onward.Close()
	}()
	io.Copy(from, onward) // either side may end
}
