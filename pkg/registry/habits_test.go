package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// counter tells how often something was asked before.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counter) seen(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[what]++
	return c.n[what] - 1
}

// Registries that refuse what is optional, or are late, store an image all the same.
func TestPushToRegistriesWithHabits(t *testing.T) {
	t.Parallel()
	img := large(t)
	on := func(method, part string, do func(w http.ResponseWriter, r *http.Request, before int) bool) func() func(http.ResponseWriter, *http.Request) bool {
		return func() func(http.ResponseWriter, *http.Request) bool {
			var asked counter
			of := func(r *http.Request) string {
				if r.Method == http.MethodPatch {
					return "" // each upload has another path
				}
				return r.URL.Path
			}
			return func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == method && strings.Contains(r.URL.Path, part) && do(w, r, asked.seen(of(r)))
			}
		}
	}
	status := func(code, times int) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, before int) bool {
			if before < times {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(code)
			}
			return before < times
		}
	}
	tests := []struct {
		name   string
		answer func() func(http.ResponseWriter, *http.Request) bool
		fails  string // in the error; empty where the push succeeds
	}{
		{name: "HEAD of blobs is refused (403)", answer: on(http.MethodHead, "/blobs/", status(http.StatusForbidden, 100))},
		{name: "HEAD of blobs is refused (405)", answer: on(http.MethodHead, "/blobs/", status(http.StatusMethodNotAllowed, 100))},
		{name: "HEAD of blobs is refused (401)", answer: on(http.MethodHead, "/blobs/", status(http.StatusUnauthorized, 100))},
		{name: "parts of blobs are refused (405)", answer: on(http.MethodPatch, "/blobs/", status(http.StatusMethodNotAllowed, 100))},
		{name: "parts of blobs are refused (411)", answer: on(http.MethodPatch, "/blobs/", status(http.StatusLengthRequired, 100))},
		{name: "a blob cannot be stored for a while", answer: on(http.MethodPatch, "/blobs/", status(http.StatusBadGateway, 2))},
		{name: "a blob cannot be stored at all", answer: on(http.MethodPatch, "/blobs/", status(http.StatusBadGateway, 100)), fails: "502"},
		{name: "an upload is forgotten", answer: on(http.MethodPatch, "/blobs/", status(http.StatusNotFound, 1))},
		{name: "a manifest cannot be stored for a while", answer: on(http.MethodPut, "/manifests/", status(http.StatusServiceUnavailable, 3))},
		{name: "a small blob shows late", answer: on(http.MethodGet, "/blobs/", status(http.StatusNotFound, 3))},
		{name: "a manifest shows late", answer: on(http.MethodGet, "/manifests/", status(http.StatusNotFound, 3))},
		{name: "a tag shows what it led to for a while", answer: on(http.MethodGet, "/manifests/1", func(w http.ResponseWriter, _ *http.Request, before int) bool {
			if before < 3 {
				w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
				io.WriteString(w, `{"schemaVersion":2}`)
			}
			return before < 3
		})},
		{name: "a manifest never shows", answer: on(http.MethodGet, "/manifests/sha256:", status(http.StatusNotFound, 100)), fails: "404"},
		{name: "requests are limited", answer: on(http.MethodPut, "/manifests/", func(w http.ResponseWriter, _ *http.Request, before int) bool {
			if before < 6 {
				w.Header().Set("Retry-After", "5")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return before < 6
		})},
		{name: "requests are limited for too long", answer: on(http.MethodPut, "/manifests/", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}), fails: "asks to wait 3600 seconds, and a run waits 120 at once and 600 in all"},
		{name: "it is down for too long", answer: on(http.MethodPut, "/manifests/", func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}), fails: "takes no more requests for now (503 Service Unavailable): 127.0.0.1:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: tt.answer()})
			err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("Push() = %v, want an error with %q", err, tt.fails)
			}
		})
	}
}

// Only who is busy is asked again: others say by the same header when to look at what they do.
func TestPushAsksNobodyAgainWhoAnswered(t *testing.T) {
	t.Parallel()
	img := open(t)
	of := changed(func(_ *http.Request, resp *http.Response) { resp.Header.Set("Retry-After", "1") })
	if err := pushAll(t, start(t, registrytest.Config{}), registry.Config{Transport: of}, clear(t, img.Digests()...), img); err != nil {
		t.Errorf("Push() = %v", err)
	}
}

// A registry is waited for as long as it asks for, by seconds or by its own clock, and longer each time.
func TestPushWaitsAsAsked(t *testing.T) {
	t.Parallel()
	img := open(t)
	var asked counter
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/manifests/1") {
			return false
		}
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		w.Header().Set("Date", now.Format(http.TimeFormat))
		switch asked.seen("") {
		case 0:
			w.Header().Set("Retry-After", "7")
		case 1:
			w.Header().Set("Retry-After", now.Add(11*time.Second).Format(http.TimeFormat))
		case 2:
			w.Header().Set("Retry-After", "0")
		default:
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}})
	var waits []string
	err := pushAll(t, server, registry.Config{Wait: func(_ context.Context, d time.Duration) error {
		waits = append(waits, d.String())
		return nil
	}}, clear(t, img.Digests()...), img)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"7s", "11s", "4s"}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

// A registry that asks to wait for longer than it is waited for is not asked again before.
func TestPushAsksNoSoonerThanWanted(t *testing.T) {
	t.Parallel()
	img := open(t)
	for name, status := range map[string]int{"limited": http.StatusTooManyRequests, "down": http.StatusServiceUnavailable} {
		for _, at := range []struct{ method, path string }{{http.MethodPut, "/manifests/"}, {http.MethodPatch, "/blobs/"}, {http.MethodGet, "/manifests/sha256:"}, {http.MethodGet, "/blobs/"}} {
			var asked counter
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != at.method || !strings.Contains(r.URL.Path, at.path) {
					return false
				}
				if n := asked.seen(r.URL.Path); n > 0 {
					t.Errorf("%s: %s %s was asked %d times", name, r.Method, r.URL.Path, n+1)
				}
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(status)
				return true
			}})
			err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
			if err == nil || !strings.Contains(err.Error(), "asks to wait 3600 seconds") {
				t.Errorf("%s, %s %s: Push() = %v, want how long it asks to wait", name, at.method, at.path, err)
			}
		}
	}
}

// A registry that asks for more and more time is waited for ten minutes in all, and no longer.
func TestPushWaitsNoLongerThanTenMinutes(t *testing.T) {
	t.Parallel()
	img := open(t)
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		w.Header().Set("Retry-After", "110")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}})
	var waited time.Duration
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	err := pushAll(t, server, registry.Config{Now: func() time.Time { return now }, Wait: func(_ context.Context, d time.Duration) error {
		if now = now.Add(d); d == 110*time.Second {
			waited += d
		}
		if waited > time.Hour {
			return errors.New("it waits on and on")
		}
		return nil
	}}, clear(t, img.Digests()...), img)
	if err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("Push() = %v, want the registry's answer", err)
	}
	if want := 550 * time.Second; waited != want {
		t.Errorf("the registry was waited for %s, want %s", waited, want)
	}
}

// A registry that asks for no time, again and again, is asked less and less often, and for ten minutes in all.
func TestPushAsksSeldom(t *testing.T) {
	t.Parallel()
	img := open(t)
	var asked counter
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		asked.seen("")
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	err := pushAll(t, server, registry.Config{Now: func() time.Time { return now }, Wait: func(_ context.Context, d time.Duration) error {
		now = now.Add(d)
		return nil
	}}, clear(t, img.Digests()...), img)
	if want := "asks to wait 0 seconds, and a run waits 120 at once and 600 in all"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Push() = %v, want %q", err, want)
	}
	if got := asked.seen(""); got != 24 { // after 1, 2, 4, 8 and 16 seconds, and 18 times after 30
		t.Errorf("the registry was asked %d times, want 24", got)
	}
}

// What is waited for at the same time counts once: of the ten minutes, waits in a row use up their sum, and parallel ones the longest.
func TestParallelWaitsCountOnce(t *testing.T) {
	t.Parallel()
	var asked counter
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/manifests/") || asked.seen("")%2 == 1 {
			return false
		}
		w.Header().Set("Retry-After", "100")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c, err := registry.New(registry.Config{
		Now: func() time.Time { return now }, Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() error {
		_, err := c.Has(context.Background(), server.Host+"/app", "sha256:"+strings.Repeat("0", 64))
		return err
	}
	for i := range 12 { // while the clock stands still
		if err := ask(); err != nil {
			t.Fatalf("wait %d of those at the same time: %v", i+1, err)
		}
	}
	now = now.Add(50 * time.Second)
	for i := range 5 { // the first of them goes on from 50 to 150 seconds
		if err := ask(); err != nil {
			t.Fatalf("wait %d of those in a row: %v", i+1, err)
		}
		now = now.Add(100 * time.Second)
	}
	if err := ask(); err == nil || !strings.Contains(err.Error(), "asks to wait 100 seconds") {
		t.Errorf("after 550 seconds: %v, want that there is no time left for 100 more", err)
	}
}

// A registry that asks for more time than fits into a number is not taken for one that asks for none.
func TestAsksToWaitForEver(t *testing.T) {
	t.Parallel()
	img := open(t)
	var asked counter
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		if n := asked.seen(r.URL.Path); n > 0 {
			t.Errorf("%s was asked %d times", r.URL.Path, n+1)
		}
		w.Header().Set("Retry-After", "99999999999")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}})
	if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err == nil || !strings.Contains(err.Error(), "asks to wait 2147483648 seconds") {
		t.Errorf("Push() = %v, want how long it asks to wait", err)
	}
}

// byHTTPS is a registry that is reached as https://registry.example, through a proxy that speaks plain HTTP to it. It notes where
// requests go.
type byHTTPS struct {
	server *registrytest.Server
	lead   func(location *url.URL) // changes the addresses of uploads that the registry answers with
	mu     sync.Mutex
	asked  []string
}

func (b *byHTTPS) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	b.asked = append(b.asked, r.URL.Scheme+"://"+r.URL.Host)
	b.mu.Unlock()
	behind := r.Clone(r.Context())
	behind.URL.Scheme, behind.URL.Host = "http", b.server.Host
	resp, err := http.DefaultTransport.RoundTrip(behind)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	if to := resp.Header.Get("Location"); strings.Contains(to, "/uploads/") {
		location, err := r.URL.Parse(to)
		if err != nil {
			return nil, err
		}
		b.lead(location)
		resp.Header.Set("Location", location.String())
	}
	return resp, nil
}

// Where a registry sends an upload to: one that does not know of the HTTPS before it is asked by HTTPS all the same, and none leads
// to an address of the network that the run is in.
func TestPushFollowsLocations(t *testing.T) {
	t.Parallel()
	img := open(t)
	tests := []struct {
		name  string
		lead  func(*url.URL)
		fails string
	}{
		{name: "as it is reached", lead: func(*url.URL) {}},
		{name: "by plain HTTP", lead: func(u *url.URL) { u.Scheme = "http" }},
		{name: "by plain HTTP at its own port", lead: func(u *url.URL) { u.Scheme, u.Host = "http", u.Hostname()+":5000" }},
		{name: "to a private address", lead: func(u *url.URL) { u.Host = "10.0.0.5" }, fails: "registry.example leads to 10.0.0.5, an address of this network"},
		{name: "to this machine", lead: func(u *url.URL) { u.Host = "127.0.0.1:5000" }, fails: "registry.example leads to 127.0.0.1, an address of this network"},
		{name: "to the machine's credentials", lead: func(u *url.URL) { u.Host = "169.254.169.254" }, fails: "registry.example leads to 169.254.169.254, an address of this network"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			outside := &byHTTPS{server: start(t, registrytest.Config{}), lead: tt.lead}
			c, err := registry.New(registry.Config{Transport: outside, Wait: func(context.Context, time.Duration) error { return errors.New("it waits") }})
			if err != nil {
				t.Fatal(err)
			}
			content, err := img.Content()
			if err != nil {
				t.Fatal(err)
			}
			refs, err := registry.ParseReferences([]string{"registry.example/app:1"})
			if err != nil {
				t.Fatal(err)
			}
			err = c.Push(context.Background(), clear(t, img.Digests()...), registry.Promotion{Content: content, References: refs})
			if (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("Push() = %v, want an error with %q", err, tt.fails)
			}
			if other := slices.DeleteFunc(outside.asked, func(at string) bool { return at == "https://registry.example" }); len(other) > 0 {
				t.Errorf("%q were asked, too", other)
			}
		})
	}
}

// An upload that is cut goes on where the registry has got to, and its bytes are those of the digest.
func TestPushGoesOnAfterACut(t *testing.T) {
	t.Parallel()
	img := large(t)
	first := img.Platforms[0].Layers[0]
	const at = "/v2/app/blobs/uploads/large"
	var server *registrytest.Server
	var mu sync.Mutex // for the answer that was cut may still be on its way when the next request comes
	var got []byte
	var ranges []string
	large := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.Method == http.MethodGet:
			w.Header().Set("Range", fmt.Sprintf("0-%d", len(got)-1))
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodPut:
			if err := server.StoreBlob("app", got); err != nil {
				t.Error(err)
			}
			if want := "state=2&digest=sha256%3A" + first.Digest.Hex; r.URL.RawQuery != want {
				t.Errorf("the upload ends with %q, want %q", r.URL.RawQuery, want)
			}
			w.WriteHeader(http.StatusCreated)
		case len(got) == 0:
			got, _ = io.ReadAll(io.LimitReader(r.Body, 1<<20))
			panic(http.ErrAbortHandler)
		default:
			ranges = append(ranges, r.Header.Get("Content-Range"))
			more, _ := io.ReadAll(r.Body)
			got = append(got, more...)
			w.Header().Set("Location", "large?state=2")
			w.WriteHeader(http.StatusAccepted)
		}
	}
	server = start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == at:
			large(w, r)
		case r.Method == http.MethodPost: // the registry has the other blobs
			w.Header().Set("Location", at)
			w.WriteHeader(http.StatusAccepted)
		default:
			return false
		}
		return true
	}})
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range content.Blobs {
		body, err := io.ReadAll(b.Open())
		if err != nil {
			t.Fatal(err)
		}
		if b.Digest != first.Digest {
			if err := server.StoreBlob("app", body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{fmt.Sprintf("%d-%d", 1<<20, first.Size-1)}; !slices.Equal(ranges, want) {
		t.Errorf("the upload went on with %q, want %q", ranges, want)
	}
	if imagetest.Digest(got) != first.Digest {
		t.Errorf("the registry has %s, want %s", imagetest.Digest(got), first.Digest)
	}
}

// A foreign layer whose bytes are there, and were scanned, is sent as any other.
func TestPushForeignLayer(t *testing.T) {
	t.Parallel()
	img := open(t)
	layer := img.Platforms[0].Layers[0]
	layer.MediaType = types.DockerForeignLayer
	server, err := push(t, registrytest.Config{}, clear(t, img.Digests()...), img)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(server.Requests(), "GET /v2/app/blobs/"+layer.Digest.String()) {
		t.Error("the layer was not read back")
	}
}

// elsewhere is a server that has a token service, at an address by number.
func elsewhere(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server
}

// A registry at a loopback address may have its token service at another port there.
func TestPushWithTokenServiceByNumber(t *testing.T) {
	t.Parallel()
	img := open(t)
	tokens := elsewhere(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "user" || password != "secret" {
			t.Errorf("the token service is asked by %q", user)
		}
		io.WriteString(w, `{"token":"t"}`)
	})
	server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer t" {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+tokens.URL+`/token",service="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}})
	login := func(context.Context, string) (registry.Credentials, error) {
		return registry.Credentials{Username: "user", Password: "secret", Account: "the user user"}, nil
	}
	cfg := registry.Config{Logins: map[string]registry.Login{server.Host: login}}
	if err := pushAll(t, server, cfg, clear(t, img.Digests()...), img); err != nil {
		t.Errorf("Push() = %v", err)
	}
	tokens.Close()
	err := pushAll(t, server, cfg, clear(t, img.Digests()...), img)
	if err == nil || !strings.Contains(err.Error(), tokens.URL+"/token") {
		t.Errorf("Push() = %v, want the address of the token service that is not there", err)
	}
}

// network answers for every host, as registry.example or as an address.
type network func(*http.Request) *http.Response

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r), nil }

// Who may lead to an address by number, and who may not.
// A registry that misleads to its token service, or that ends its answers early, is named with a remedy of its own.
func TestRemediesOfAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		realm string
		err   error
		hint  string
	}{
		"a token service in a file":  {realm: "file:///etc/passwd", hint: "correct the address of its token service"},
		"an answer that ends early":  {err: io.ErrUnexpectedEOF, hint: "ends its answers early"},
		"a connection that is ended": {err: io.EOF, hint: "ends its answers early"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := registry.New(registry.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if tt.err != nil {
					return nil, tt.err
				}
				header := http.Header{"Www-Authenticate": {`Bearer realm="` + tt.realm + `",service="x"`}}
				return &http.Response{StatusCode: http.StatusUnauthorized, Header: header, Body: http.NoBody, Request: r}, nil
			}), Wait: func(context.Context, time.Duration) error { return nil }})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Tags(t.Context(), "registry.example/app:1")
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("Tags() = %v, hints %q, want one with %q", err, hints, tt.hint)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip answers.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAddressesByNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to string
		follow   bool
	}{
		{"10.0.0.5:5000", "https://10.0.0.5:8443/token", true},
		{"10.0.0.5:5000", "https://192.168.1.7/token", true},
		{"[fd00::1]:5000", "https://[fd00::2]:8443/token", true},
		{"127.0.0.1:5000", "https://[::1]:5001/token", true},
		{"10.0.0.5:5000", "https://127.0.0.1/token", false},
		{"10.0.0.5:5000", "https://169.254.169.254/token", false},
		{"127.0.0.1:5000", "https://10.0.0.5/token", false},
		{"registry.example", "https://10.0.0.5/token", false},
		{"8.8.8.8", "https://10.0.0.5/token", false},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			t.Parallel()
			var asked []string
			c, err := registry.New(registry.Config{Transport: network(func(r *http.Request) *http.Response {
				asked = append(asked, r.URL.String())
				header := http.Header{}
				header.Set("WWW-Authenticate", `Bearer realm="`+tt.to+`",service="x"`)
				return &http.Response{StatusCode: http.StatusUnauthorized, Header: header, Body: http.NoBody, Request: r}
			}), Wait: func(context.Context, time.Duration) error { return errors.New("it waits") }})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Tags(context.Background(), tt.from+"/app:1")
			if err == nil {
				t.Fatal("Tags() gives no error")
			}
			followed := slices.ContainsFunc(asked, func(u string) bool { return strings.HasPrefix(u, tt.to) })
			if followed != tt.follow {
				t.Errorf("%q were asked, want %s among them: %t", asked, tt.to, tt.follow)
			}
			if !tt.follow && !strings.Contains(strings.Join(fault.Hints(err), "\n"), "by a host name") {
				t.Errorf("Hints() = %q, want the way out", fault.Hints(err))
			}
		})
	}
}
