package registry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// startHarbor starts a played Harbor with images of the repository team/sub/app, by their tags; that without a tag is stored by its digest alone.
func startHarbor(t *testing.T, change func(http.ResponseWriter, *http.Request) bool, images map[string]*image.Image) (*registrytest.Harbor, *registry.Client) {
	t.Helper()
	h := &registrytest.Harbor{PageSize: 2}
	h.Server = start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
		return change != nil && change(w, r) || h.Answer(w, r)
	}})
	for tag, img := range images {
		content, err := img.Content()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range content.Blobs {
			raw, err := io.ReadAll(b.Open())
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Server.StoreBlob("team/sub/app", raw); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range content.Manifests {
			if err := h.Server.StoreManifest("team/sub/app", m.Digest.String(), m.MediaType, m.Raw); err != nil {
				t.Fatal(err)
			}
			if tag != "" && m.Digest == img.Root.Digest {
				if err := h.Server.StoreManifest("team/sub/app", tag, m.MediaType, m.Raw); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	login := func(context.Context, string) (registry.Credentials, error) {
		return registry.Credentials{Username: "user", Password: "secret", Account: "user"}, nil
	}
	client, err := registry.New(registry.Config{Logins: map[string]registry.Login{h.Server.Host: login}})
	if err != nil {
		t.Fatal(err)
	}
	return h, client
}

// Harbor tells when images were pushed and last pulled, on several pages, those without a tag as well. The time that stands for never is none.
func TestKeptByHarbor(t *testing.T) {
	t.Parallel()
	first, second, third := variant(t, "first"), variant(t, "second"), variant(t, "third")
	h, client := startHarbor(t, nil, map[string]*image.Image{"1": first, "2": second, "": third})
	pushed, pulled := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	h.Set("team/sub/app", first.Root.Digest.String(), pushed, pulled, false)
	h.Set("team/sub/app", second.Root.Digest.String(), pushed, time.Time{}, true)
	h.Set("team/sub/app", third.Root.Digest.String(), pushed, time.Time{}, false)
	list, told, err := client.Kept(context.Background(), h.Server.Host+"/team/sub/app")
	if err != nil || told != registry.ToldImages {
		t.Fatalf("Kept() = %v, %v", told, err)
	}
	want := []registry.Kept{
		{Digest: first.Root.Digest.String(), Tags: []string{"1"}, Pushed: pushed, Updated: pushed, Size: 1234, Pulled: pulled, TellsPulls: true},
		{Digest: second.Root.Digest.String(), Tags: []string{"2"}, Pushed: pushed, Updated: pushed, Size: 1234, Locked: true, TellsPulls: true},
		{Digest: third.Root.Digest.String(), Tags: []string{}, Pushed: pushed, Updated: pushed, Size: 1234, TellsPulls: true},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("Kept() (-want +got):\n%s", diff)
	}
}

// What Harbor does not tell is not taken for nothing.
func TestKeptByHarborFails(t *testing.T) {
	t.Parallel()
	say := func(status int, total, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/api/") {
				return false
			}
			w.Header().Set("X-Total-Count", total)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			w.Write([]byte(body))
			return true
		}
	}
	for _, tt := range []struct {
		name       string
		answer     func(http.ResponseWriter, *http.Request) bool
		want, hint string
	}{
		{"no right", say(http.StatusForbidden, "", "{}"), "does not tell when images were pulled: it answers with 403 Forbidden", "List Artifact"},
		{"broken", say(http.StatusInternalServerError, "", "{}"), "it answers with 500", "log"},
		{"a redirect", say(http.StatusFound, "", ""), "it answers with 302", ""},
		{"no JSON", say(http.StatusOK, "1", "<html>"), "the list of artifacts is not valid", ""},
		{"no number", say(http.StatusOK, "", "[]"), "does not say how many there are", ""},
		{"an end in the middle", say(http.StatusOK, "7", "[]"), "ends in the middle: there are 0 of 7", ""},
		{"no end", say(http.StatusOK, "2000000", `[{"digest": "sha256:1"}]`), "more than 1000 pages", ""},
		{"a list that shrinks", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/api/") {
				return false
			}
			total := "3"
			if r.URL.Query().Get("page") != "1" {
				total = "2"
			}
			w.Header().Set("X-Total-Count", total)
			w.Write([]byte(`[{"digest": "sha256:1"}]`))
			return true
		}, "the list of artifacts changed while it was read", "try again"},
		{"too large", say(http.StatusOK, "1", strings.Repeat(" ", 33<<20)), "more than 33554432 bytes", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, client := startHarbor(t, tt.answer, nil)
			_, told, err := client.Kept(context.Background(), h.Server.Host+"/team/sub/app")
			if err == nil || told != registry.ToldNothing || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint) {
				t.Errorf("Kept() = %v, %v with %q, want %q with %q", told, err, fault.Hints(err), tt.want, tt.hint)
			}
		})
	}
}

// A survey of Harbor sees images without a tag and parts of indexes. That it reads them is no pull; that somebody else does is one.
func TestSurveyOfHarbor(t *testing.T) {
	t.Parallel()
	index, untagged := open(t), variant(t, "untagged")
	h, client := startHarbor(t, nil, map[string]*image.Image{"1": index, "": untagged})
	long := time.Now().AddDate(0, -6, 0).UTC().Truncate(time.Second)
	root, other := index.Root.Digest.String(), untagged.Root.Digest.String()
	h.Set("team/sub/app", root, long, long, false)
	h.Set("team/sub/app", other, long, time.Time{}, false)
	s := client.NewSurvey(2)
	look := func() map[string]registry.Manifest {
		t.Helper()
		list, told, err := s.Look(context.Background(), h.Server.Host+"/team/sub/app")
		if err != nil || !told {
			t.Fatalf("Look() = %t, %v", told, err)
		}
		out := map[string]registry.Manifest{}
		for _, m := range list {
			out[m.Digest] = m
		}
		return out
	}
	for _, when := range []string{"before it is read", "after it was read"} {
		got := look()
		if len(got) != len(index.Digests())+1 || got[root].Kept == nil || got[other].Kept == nil || got[partsOf(index)[0]].Digest == "" {
			t.Fatalf("Look() %s = %v, want the index with its parts and the image without a tag", when, got)
		}
		if p, q := got[root].Kept.Pulled, got[other].Kept.Pulled; !p.Equal(long) || !q.IsZero() {
			t.Errorf("Look() %s says pulled %s and %s, want %s and never", when, p, q, long)
		}
	}
	now := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	h.Set("team/sub/app", root, long, now, false)
	if got := look()[root].Kept.Pulled; !got.Equal(now) {
		t.Errorf("Look() says pulled %s after somebody did, want %s", got, now)
	}
}

// An image to which a tag leads and that Harbor does not list is said to be so: it may have been pulled, or be locked.
func TestSurveyOfHarborThatListsTooLittle(t *testing.T) {
	t.Parallel()
	listed, img := open(t), variant(t, "unlisted")
	h, client := startHarbor(t, nil, map[string]*image.Image{"1": listed, "2": img})
	h.Set("team/sub/app", listed.Root.Digest.String(), time.Now(), time.Time{}, false)
	list, _, err := client.NewSurvey(2).Look(t.Context(), h.Server.Host+"/team/sub/app")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if m.Unlisted != (m.Digest == img.Root.Digest.String()) {
			t.Errorf("%s with the tags %q is unlisted: %t", m.Digest, m.Tags, m.Unlisted)
		}
	}
}

// The clock of Harbor may be another one.
func TestSurveyOfHarborInTheFuture(t *testing.T) {
	t.Parallel()
	img := openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "a", Body: "a"}}}}}}})
	h, _ := startHarbor(t, nil, map[string]*image.Image{"1": img})
	h.Set("team/sub/app", img.Root.Digest.String(), time.Now(), time.Time{}, false)
	login := func(context.Context, string) (registry.Credentials, error) {
		return registry.Credentials{Username: "user", Password: "secret", Account: "user"}, nil
	}
	client, err := registry.New(registry.Config{Logins: map[string]registry.Login{h.Server.Host: login}, Now: func() time.Time { return time.Now().Add(-3 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	s := client.NewSurvey(1)
	for range 2 {
		list, _, err := s.Look(context.Background(), h.Server.Host+"/team/sub/app")
		if err != nil || len(list) != 1 || !list[0].Kept.Pulled.IsZero() {
			t.Fatalf("Look() = %+v, %v, want one that nobody has pulled", list, err)
		}
	}
}
