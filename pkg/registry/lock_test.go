package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// pushedTo pushes an image with several manifests to references in the fake cloud, and returns it with a client that does not wait before it
// tries again.
func pushedTo(t *testing.T, a *registrytest.FakeAzure, refs ...string) (*registry.Client, registry.Stored) {
	t.Helper()
	img := open(t)
	if _, err := pushTo(t, login.Config{Entra: job(a)}, a.Transport(), img, refs...); err != nil {
		t.Fatal(err)
	}
	parsed, err := registry.ParseReferences(refs)
	if err != nil {
		t.Fatal(err)
	}
	logins, err := login.Resolve(login.Config{Read: refs, Entra: job(a)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{Logins: logins, Transport: a.Transport(), Wait: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return c, registry.Stored{Digest: img.Root.Digest.String(), References: parsed}
}

// changes are the requests of a fake cloud that changed attributes of what a registry keeps.
func changes(a *registrytest.FakeAzure) []string {
	return slices.DeleteFunc(a.Requests(), func(r string) bool {
		return !strings.HasPrefix(r, http.MethodPatch) || !strings.Contains(r, "/acr/v1/")
	})
}

// In each repository the manifest is locked once, and every tag, and no right but that to write is changed.
func TestLock(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var bodies []string
	a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) {
		cfg.Lock = true
		cfg.Answer = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/acr/") {
				raw, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				bodies = append(bodies, string(raw))
				mu.Unlock()
				r.Body = io.NopCloser(bytes.NewReader(raw))
			}
			return false
		}
	})
	c, img := pushedTo(t, a, acr+"/team/app:1", acr+"/team/app:stable", acr+"/team/copy:1")
	if err := c.Lock(t.Context(), img); err != nil {
		t.Fatalf("Lock() = %v after\n%s", err, strings.Join(a.Requests(), "\n"))
	}
	want := []string{"team/app/_manifests/" + img.Digest, "team/app/_tags/1", "team/app/_tags/stable", "team/copy/_manifests/" + img.Digest, "team/copy/_tags/1"}
	for i := range want {
		want[i] = "PATCH " + acr + " /acr/v1/" + want[i]
	}
	if diff := cmp.Diff(want, changes(a)); diff != "" {
		t.Errorf("Lock() changed (-want +got):\n%s", diff)
	}
	mu.Lock()
	if slices.ContainsFunc(bodies, func(b string) bool { return b != `{"writeEnabled":false}` }) {
		t.Errorf("Lock() sent %q, want the right to write alone", bodies)
	}
	mu.Unlock()
	if err := c.Lock(t.Context(), img); err != nil {
		t.Errorf("Lock() of what is locked = %v", err)
	}
}

// What is not locked in the end is an error, which names it and what comes behind it.
func TestLockFails(t *testing.T) {
	t.Parallel()
	answer := func(method, path string, status int, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != method || !strings.Contains(r.URL.Path, path) {
				return false
			}
			w.WriteHeader(status)
			io.WriteString(w, body)
			return true
		}
	}
	for _, tt := range []struct {
		name       string
		denied     bool // the account may push, and may not lock
		answer     func(http.ResponseWriter, *http.Request) bool
		want, hint string
		unlocked   []string // what comes behind the repository
	}{
		{
			name: "no right", denied: true, want: "may not lock what is in team/app", hint: `the role "Container Registry Repository Writer" has it`,
			unlocked: []string{"@", ":1", ":2"},
		},
		{
			name: "the first tag is refused", answer: answer(http.MethodPatch, "/_tags/1", http.StatusMethodNotAllowed, ""),
			want: "405 Method Not Allowed", hint: "run the same step again: it finds the image there", unlocked: []string{":1", ":2"},
		},
		{
			name: "the change is accepted, and not made", answer: answer(http.MethodPatch, "/_tags/2", http.StatusOK, "{}"),
			want: "it can still be written", hint: "az acr repository update", unlocked: []string{":2"},
		},
		{
			name: "somebody else moved the tag", answer: answer(http.MethodGet, "/_tags/2", http.StatusOK, `{"tag":{"digest":"sha256:other","changeableAttributes":{"writeEnabled":false}}}`),
			want: `it leads to "sha256:other", and not to sha256:`, hint: "who else pushes", unlocked: []string{":2"},
		},
		{
			name: "an answer about nothing", answer: answer(http.MethodGet, "/_manifests/", http.StatusOK, "{}"),
			want: `it leads to ""`, unlocked: []string{"@", ":1", ":2"},
		},
		{
			name: "an answer that is not JSON", answer: answer(http.MethodGet, "/_manifests/", http.StatusOK, "<html>"),
			want: "is not valid", unlocked: []string{"@", ":1", ":2"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) { cfg.Lock, cfg.Answer = !tt.denied, tt.answer })
			c, img := pushedTo(t, a, acr+"/team/app:1", acr+"/team/app:2")
			err := c.Lock(t.Context(), img)
			var unlocked *registry.UnlockedError
			if !errors.As(err, &unlocked) {
				t.Fatalf("Lock() = %v, want an UnlockedError", err)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint) || fault.IsRequest(err) {
				t.Errorf("Lock() = %v with %q, want %q with %q", err, fault.Hints(err), tt.want, tt.hint)
			}
			var want []string
			for _, behind := range tt.unlocked {
				want = append(want, acr+"/team/app"+strings.Replace(behind, "@", "@"+img.Digest, 1))
			}
			if diff := cmp.Diff(want, unlocked.Unlocked); diff != "" {
				t.Errorf("Lock() names as not locked (-want +got):\n%s", diff)
			}
			if !strings.HasSuffix(err.Error(), "; not locked: "+strings.Join(want, ", ")) {
				t.Errorf("Lock() = %v, want it to name %q", err, want)
			}
		})
	}
}

// A registry that is busy for a moment is asked again.
func TestLockWhileBusy(t *testing.T) {
	t.Parallel()
	var busy atomic.Int32
	busy.Store(2)
	a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) {
		cfg.Lock = true
		cfg.Answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPatch || !strings.HasPrefix(r.URL.Path, "/acr/") || busy.Add(-1) < 0 {
				return false
			}
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
	})
	c, img := pushedTo(t, a, acr+"/team/app:1")
	if err := c.Lock(t.Context(), img); err != nil || busy.Load() >= 0 {
		t.Errorf("Lock() = %v with %d answers left", err, busy.Load())
	}
}

// A reference in any other registry is a wrong request, for which nobody is asked.
func TestLockElsewhere(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	refs, err := registry.ParseReferences([]string{acr + "/team/app:1", server.Host + "/team/app:1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"CheckLock": registry.CheckLock(refs),
		"Lock":      client(t).Lock(t.Context(), registry.Stored{Digest: "sha256:" + strings.Repeat("0", 64), References: refs[1:]}),
	} {
		if want := server.Host + "/team/app:1 cannot be locked"; err == nil || !fault.IsRequest(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s() = %v, want a wrong request with %q", name, err, want)
		}
	}
	if err := registry.CheckLock(refs[:1]); err != nil {
		t.Errorf("CheckLock() = %v of an Azure Container Registry", err)
	}
	if got := server.Requests(); len(got) > 0 {
		t.Errorf("the registry saw %q", got)
	}
}

// An image that is there and locked, under a locked tag, may be pushed again; another image may not take the tag.
func TestPushToLockedTag(t *testing.T) {
	t.Parallel()
	a := fakeAzure(t, nil)
	img, who := open(t), login.Config{Entra: job(a)}
	for n := range 2 {
		if _, err := pushTo(t, who, a.Transport(), img, acr+"/team/app:1"); err != nil {
			t.Fatalf("Push() %d = %v after\n%s", n, err, strings.Join(a.Requests(), "\n"))
		}
		for _, digest := range img.Digests() {
			a.Lock("team/app", digest)
		}
		a.Lock("team/app", "1")
	}
	c, err := pushTo(t, who, a.Transport(), variant(t, "other"), acr+"/team/app:1")
	if hints := strings.Join(fault.Hints(err), "\n"); err == nil || !strings.Contains(hints, "have the lock taken away") {
		t.Errorf("Push() of another image = %v with %q, want a refusal that speaks of the lock", err, hints)
	}
	tag, err := c.Image(acr + "/team/app:1")
	if err != nil {
		t.Fatal(err)
	}
	if root, err := tag.Root(t.Context()); err != nil || root.Digest != img.Root.Digest {
		t.Errorf("the tag leads to %v, %v, want %v", root.Digest, err, img.Root.Digest)
	}
}
