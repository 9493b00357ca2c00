package registry_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// Azure Container Registry tells what it keeps, on several pages: manifests without a tag, when they came, and what is locked.
func TestKept(t *testing.T) {
	t.Parallel()
	a := fakeAzure(t, nil)
	first, second, third := variant(t, "first"), variant(t, "second"), variant(t, "third")
	who := login.Config{Entra: job(a)}
	for _, push := range []struct {
		img  *image.Image
		refs []string
	}{
		{first, []string{acr + "/team/app:1", acr + "/team/app:stable", acr + "/team/app:moves"}}, {second, []string{acr + "/team/app:moves"}}, {third, []string{acr + "/team/app:moves"}},
	} {
		if _, err := pushTo(t, who, a.Transport(), push.img, push.refs...); err != nil {
			t.Fatal(err)
		}
	}
	pushed := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := map[string]registry.Kept{}
	for _, k := range []registry.Kept{
		{Digest: first.Root.Digest.String(), Tags: []string{"1", "stable"}, Locked: true}, {Digest: second.Root.Digest.String(), Tags: []string{}}, {Digest: third.Root.Digest.String(), Tags: []string{"moves"}, Locked: true},
	} {
		a.SetPushed("team/app", k.Digest, pushed)
		k.Pushed, k.Updated = pushed, pushed
		want[k.Digest] = k
	}
	a.Lock("team/app", first.Root.Digest.String())
	a.Lock("team/app", "moves")
	list, told, err := jobClient(t, a).Kept(context.Background(), acr+"/team/app")
	if err != nil || told != registry.ToldAll {
		t.Fatalf("Kept() = %v, %v", told, err)
	}
	got := map[string]registry.Kept{}
	for _, k := range list {
		if k.Size <= 0 {
			t.Errorf("%s has %d bytes", k.Digest, k.Size)
		}
		k.Size = 0
		got[k.Digest] = k
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Kept() (-want +got):\n%s", diff)
	}
}

// variant is an image of one platform with one layer.
func variant(t *testing.T, name string) *image.Image {
	t.Helper()
	return openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: name, Body: name}}}}}}})
}

// jobClient reads as the job of the fake cloud.
func jobClient(t *testing.T, a *registrytest.FakeAzure) *registry.Client {
	t.Helper()
	logins, err := login.Resolve(login.Config{Read: []string{acr + "/team/app:1"}, Entra: job(a)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{Logins: logins, Transport: a.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What cannot be read is not taken for nothing.
func TestKeptFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, repository string
		change           func(*registrytest.FakeAzureConfig)
		answer           string // of the list of manifests, in place of the registry's
		link             string
		want, hint       string
	}{
		{name: "no role", repository: acr + "/team/app", change: func(cfg *registrytest.FakeAzureConfig) { cfg.Pull = false }, want: "may not read team/app", hint: "AcrPull"},
		{name: "no repository", repository: acr + "/team/APP", want: `the repository "` + acr + `/team/APP" is not valid`, hint: "HOST/REPOSITORY"},
		{name: "no JSON", repository: acr + "/team/app", answer: "<html>", want: "the list _manifests is not valid"},
		{name: "a page elsewhere", repository: acr + "/team/app", answer: "{}", link: `<https://elsewhere.example/next>; rel="next"`, want: "the next page is at https://elsewhere.example"},
		{name: "pages without end", repository: acr + "/team/app", answer: "{}", link: `</acr/v1/team/app/_manifests?last=1>; rel="next"`, want: "more than 1000 pages"},
		{name: "too large", repository: acr + "/team/app", answer: strings.Repeat(" ", 33<<20), want: "more than 33554432 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) {
				if tt.change != nil {
					tt.change(cfg)
				}
				if tt.answer != "" {
					cfg.Answer = func(w http.ResponseWriter, r *http.Request) bool {
						if !strings.HasSuffix(r.URL.Path, "/_manifests") {
							return false
						}
						if tt.link != "" {
							w.Header().Set("Link", tt.link)
						}
						w.Write([]byte(tt.answer))
						return true
					}
				}
			})
			_, _, err := jobClient(t, a).Kept(context.Background(), tt.repository)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint) {
				t.Errorf("Kept() = %v with %q, want %q with %q", err, fault.Hints(err), tt.want, tt.hint)
			}
		})
	}
}

// Another registry is not asked.
func TestKeptElsewhere(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if list, told, err := c.Kept(context.Background(), server.Host+"/team/app"); told != registry.ToldNothing || err != nil || len(list) > 0 {
		t.Errorf("Kept() = %v, %v, %v, want nothing", list, told, err)
	}
	if _, _, err := c.Kept(context.Background(), server.Host+"/team/web"); err != nil {
		t.Error(err)
	}
	// It is asked once whether it is a Harbor, as every client begins.
	if got := server.Requests(); !slices.Equal(got, []string{"GET /v2/"}) {
		t.Errorf("the registry saw %q", got)
	}
}
