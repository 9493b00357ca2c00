package registry_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// changed is a transport that changes answers on their way.
type changed func(r *http.Request, resp *http.Response)

func (c changed) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		c(r, resp)
	}
	return resp, err
}

// Which status a registry has for success does not matter: what came of it is read back.
func TestPushTakesEverySuccess(t *testing.T) {
	t.Parallel()
	img := large(t)
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut} {
		for _, status := range []int{200, 201, 202, 204} {
			t.Run(method+" "+strconv.Itoa(status), func(t *testing.T) {
				t.Parallel()
				server := start(t, registrytest.Config{})
				of := changed(func(r *http.Request, resp *http.Response) {
					if r.Method == method && resp.StatusCode/100 == 2 {
						resp.StatusCode = status
					}
				})
				if err := pushAll(t, server, registry.Config{Transport: of}, clear(t, img.Digests()...), img); err != nil {
					t.Errorf("Push() = %v", err)
				}
			})
		}
	}
}

// Each oddity of a registry, or of what stands before it, has a sentence and a way out of its own.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	img := open(t)
	page := func(status int, body string) func(*http.Response) {
		return func(resp *http.Response) {
			resp.StatusCode, resp.Body = status, io.NopCloser(strings.NewReader(body))
			resp.Header.Set("Content-Type", "text/html; charset=utf-8")
		}
	}
	const proxy = "<html><head><TITLE>\n Blocked &amp; \n logged</title></head><body>…</body></html>"
	tests := []struct {
		name, method, path string
		change             func(*http.Response)
		want, hint         string
	}{
		{name: "a web page has a title", method: http.MethodPost, path: "/blobs/uploads/", change: page(400, proxy), want: "400 Bad Request: a web page, Blocked & logged", hint: "try again"},
		{name: "a web page without one", method: http.MethodPut, path: "/manifests/1", change: page(404, "<html>"), want: "404 Not Found: a web page", hint: "check that app exists"},
		{name: "a title is a message", method: http.MethodPut, path: "/manifests/1", change: page(403, "<title>Request is too large</title>"), want: "a web page, Request is too large", hint: "of this size"},
		{name: "a long title", method: http.MethodPut, path: "/manifests/1", change: page(400, "<title>"+strings.Repeat("é", 100)+"ü</title>"), want: "a web page, " + strings.Repeat("é", 100), hint: "try again"},
		{name: "no registry", path: "/v2/", change: page(404, proxy), want: "is no registry: it answers /v2/ with 404 Not Found: a web page", hint: "check the host and its port"},
		{name: "no registry, and no page", path: "/v2/", change: func(resp *http.Response) { resp.StatusCode = 405 }, want: "is no registry: it answers /v2/ with 405", hint: "check the host and its port"},
		{name: "a registry that fails", path: "/v2/", change: func(resp *http.Response) { resp.StatusCode = 501 }, want: "answers with 501", hint: "try again"},
		{name: "a code that says enough", method: http.MethodPut, path: "/manifests/1", change: func(resp *http.Response) {
			resp.StatusCode, resp.Body = 409, io.NopCloser(strings.NewReader(`{"errors":[{"code":"TAG_ALREADY_EXISTS","message":"no"}]}`))
		}, want: "409 Conflict: no", hint: "push another tag"},
		{name: "no address", method: http.MethodPost, path: "/blobs/uploads/", change: func(resp *http.Response) { resp.Header.Del("Location") }, want: "does not say where to send the blob", hint: "look at the header Location"},
		{name: "an address that is none", method: http.MethodPost, path: "/blobs/uploads/", change: func(resp *http.Response) { resp.Header.Set("Location", "http://[") }, want: "does not say where to send the blob", hint: "look at the header Location"},
		{name: "another manifest", method: http.MethodGet, path: "/manifests/sha256:", change: func(resp *http.Response) {
			if resp.StatusCode == 200 {
				resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
			}
		}, want: "does not match", hint: "registries keep each byte"},
		{name: "no token", path: "/token", change: page(200, proxy), want: "gives no token: invalid character '<'", hint: "look at the token service"},
		{name: "a token of another form", path: "/token", change: func(resp *http.Response) {
			resp.Body = io.NopCloser(strings.NewReader(`{"token":"t","expires_in":"300"}`))
		}, want: "gives no token: json: cannot unmarshal string", hint: "look at the token service"},
		{name: "an empty token", path: "/token", change: func(resp *http.Response) { resp.Body = io.NopCloser(strings.NewReader(`{}`)) }, want: "gives no token: no token in bearer response", hint: "look at the token service"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{})
			of := changed(func(r *http.Request, resp *http.Response) {
				switch {
				case tt.path == "/token" && r.URL.Path == "/v2/":
					resp.StatusCode = http.StatusUnauthorized
					resp.Header.Set("WWW-Authenticate", `Bearer realm="http://`+r.URL.Host+`/token",service="x"`)
				case tt.path == "/token" && r.URL.Path == "/token":
					resp.StatusCode = 200
					tt.change(resp)
				case (tt.method == "" || r.Method == tt.method) && (tt.path == "/v2/" && r.URL.Path == "/v2/" || tt.path != "/v2/" && strings.Contains(r.URL.Path, tt.path)):
					tt.change(resp)
				}
			})
			err := pushAll(t, server, registry.Config{Transport: of}, clear(t, img.Digests()...), img)
			hints := strings.Join(fault.Hints(err), "\n")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(hints, tt.hint) || strings.Contains(err.Error(), "<") && tt.path != "/token" || strings.Contains(err.Error(), "ü") {
				t.Errorf("Push() = %v\nwith the hint %q, want %q and %q", err, hints, tt.want, tt.hint)
			}
		})
	}
}
