package registry_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// survey looks at a repository, and returns what it sees by digest.
func survey(t *testing.T, c *registry.Client, repository string) (map[string]registry.Manifest, bool) {
	t.Helper()
	list, told, err := c.NewSurvey(2).Look(context.Background(), repository)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]registry.Manifest{}
	for _, m := range list {
		out[m.Digest] = m
	}
	return out, told
}

// partsOf are the digests of an image's manifests but for the one that tags point to.
func partsOf(img *image.Image) []string {
	out := slices.DeleteFunc(slices.Clone(img.Digests()), func(d string) bool { return d == img.Root.Digest.String() })
	slices.Sort(out)
	return out
}

// A registry that lists tags alone is followed from there: to the platforms of an index and to what refers to any of them, by the question
// for referrers or by the list that clients keep under a tag.
func TestSurvey(t *testing.T) {
	t.Parallel()
	for name, noReferrers := range map[string]bool{"referrers API": false, "referrers by tag": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img := open(t)
			server := start(t, registrytest.Config{NoReferrers: noReferrers})
			if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
				t.Fatal(err)
			}
			root, part := img.Root.Digest.String(), partsOf(img)[0]
			attached, err := server.Attach("app", part, registrytest.Layer{MediaType: "application/spdx+json", Body: []byte("{}")})
			if err != nil {
				t.Fatal(err)
			}
			listed := "sha256-" + strings.TrimPrefix(part, "sha256:")
			if noReferrers {
				err = server.ListReferrers("app", part, attached)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := server.AttachByTag("app", root, ".sig", registrytest.Layer{MediaType: "application/vnd.dev.cosign.simplesigning.v1+json", Body: []byte("{}")}); err != nil {
				t.Fatal(err)
			}
			hidden := imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{CreatedBy: "hidden"}}}}}
			files, err := imagetest.OCI(hidden)
			if err == nil {
				err = server.Store("app", "sha256-"+strings.TrimPrefix(root, "sha256:")+".att", files)
			}
			if err != nil {
				t.Fatal(err)
			}
			c, err := registry.New(registry.Config{})
			if err != nil {
				t.Fatal(err)
			}
			got, told := survey(t, c, server.Host+"/app")
			if told {
				t.Error("the registry is said to list all manifests")
			}
			if diff := cmp.Diff([]string{"1", "2"}, got[root].Tags); diff != "" {
				t.Errorf("tags (-want +got):\n%s", diff)
			}
			parts := slices.Sorted(slices.Values(got[root].Parts))
			if diff := cmp.Diff(partsOf(img), parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if m := got[attached.Digest.String()]; m.Subject != part {
				t.Errorf("the referrer has the subject %q, want %q", m.Subject, part)
			}
			tags := map[string]bool{}
			for _, m := range got {
				for _, tag := range m.Tags {
					tags[tag] = true
				}
			}
			for digest, m := range got { // by what they hold, and not by their tags
				is := slices.ContainsFunc(m.Tags, func(tag string) bool { return strings.HasPrefix(tag, "sha256-") && !strings.HasSuffix(tag, ".att") })
				if (m.Artifact != "") != is {
					t.Errorf("%s, %v, has the type %q", digest, m.Tags, m.Artifact)
				}
			}
			if !tags["sha256-"+strings.TrimPrefix(root, "sha256:")+".sig"] || tags[listed] != noReferrers {
				t.Errorf("the tags are %v", tags)
			}
		})
	}
}

// storing is a registry with an image, and a client of it.
func storing(t *testing.T, img *image.Image) (*registrytest.Server, *registry.Client) {
	t.Helper()
	server := start(t, registrytest.Config{})
	if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return server, c
}

// An image says when it was built, and on what.
func TestSurveyReadsImages(t *testing.T) {
	t.Parallel()
	created, base := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "sha256:"+strings.Repeat("b", 64)
	runs := imagetest.WellKept()
	runs.Labels = map[string]string{"org.opencontainers.image.base.digest": base}
	img := openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Created: created, Config: &runs, Layers: []imagetest.Layer{{CreatedBy: "base"}}}}})
	server, c := storing(t, img)
	got, _ := survey(t, c, server.Host+"/app")
	if m := got[img.Root.Digest.String()]; !m.Created.Equal(created) || m.Base != base {
		t.Errorf("the image was built %s on %q, want %s on %q", m.Created, m.Base, created, base)
	}
}

// A survey reads each manifest once, and the tags each time.
func TestSurveyAgain(t *testing.T) {
	t.Parallel()
	img := open(t)
	server, c := storing(t, img)
	s := c.NewSurvey(4)
	first, _, err := s.Look(context.Background(), server.Host+"/app")
	if err != nil {
		t.Fatal(err)
	}
	before := len(server.Requests())
	second, _, err := s.Look(context.Background(), server.Host+"/app")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second look differs (-first +second):\n%s", diff)
	}
	for _, r := range server.Requests()[before:] {
		if strings.HasPrefix(r, "GET ") && strings.Contains(r, "/manifests/") || strings.Contains(r, "/blobs/") {
			t.Errorf("the second look asks %s", r)
		}
	}
}

// Azure Container Registry lists manifests without a tag, and what refers to others, of whatever type they are.
func TestSurveyAzure(t *testing.T) {
	t.Parallel()
	a := fakeAzure(t, nil)
	old, img := variant(t, "old"), open(t)
	for _, i := range []*image.Image{old, img} {
		if _, err := pushTo(t, login.Config{Entra: job(a)}, a.Transport(), i, acr+"/team/app:1"); err != nil {
			t.Fatal(err)
		}
	}
	got, told := survey(t, jobClient(t, a), acr+"/team/app")
	if !told || len(got) != len(img.Digests())+1 {
		t.Fatalf("Look() sees %d manifests, all of them: %t, want %d", len(got), told, len(img.Digests())+1)
	}
	if m := got[old.Root.Digest.String()]; len(m.Tags) > 0 || m.Kept == nil || m.Kept.Pushed.IsZero() {
		t.Errorf("the manifest without a tag is %+v", m)
	}
	if m := got[img.Root.Digest.String()]; len(m.Parts) != 2 || len(m.Tags) != 1 {
		t.Errorf("the index is %+v", m)
	}
}

// What cannot be read is no empty repository.
func TestSurveyFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		fail func(r *http.Request) bool
	}{
		{"the tags", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/tags/list") }},
		{"a tag", func(r *http.Request) bool {
			return r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/manifests/2")
		}},
		{"a manifest", func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/sha256:")
		}},
		{"a configuration", func(r *http.Request) bool {
			return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/sha256:")
		}},
		{"the referrers", func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/referrers/") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := open(t)
			reading := false
			server := start(t, registrytest.Config{Fail: func(r *http.Request) bool { return reading && tt.fail(r) }})
			if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
				t.Fatal(err)
			}
			reading = true
			c, err := registry.New(registry.Config{})
			if err != nil {
				t.Fatal(err)
			}
			if list, _, err := c.NewSurvey(1).Look(context.Background(), server.Host+"/app"); err == nil || len(list) > 0 || len(fault.Hints(err)) == 0 {
				t.Errorf("Look() = %v, %v with %q, want an error with a hint", list, err, fault.Hints(err))
			}
		})
	}
}

// Deleting a manifest deletes its tags, and says what the registry answers.
func TestDelete(t *testing.T) {
	t.Parallel()
	img := open(t)
	digest := img.Root.Digest.String()
	for _, tt := range []struct {
		name         string
		cfg          registrytest.Config
		digest       string
		answer, want string
		hint         string
	}{
		{name: "deleted", digest: digest, answer: "202 Accepted"},
		{name: "gone already", digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}.String(), answer: "404 Not Found"},
		{name: "docker-registry 2.8", cfg: registrytest.Config{NoDelete: true}, digest: digest, want: "405", hint: "REGISTRY_STORAGE_DELETE_ENABLED=true"},
		{name: "no right", cfg: registrytest.Config{Fail: func(r *http.Request) bool { return r.Method == http.MethodDelete }}, digest: digest, want: "may delete from app (403", hint: "may delete from app"},
		{name: "another answer", cfg: registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool { return r.Method == http.MethodDelete }}, digest: digest, want: "200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.cfg)
			if err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img); err != nil {
				t.Fatal(err)
			}
			c, err := registry.New(registry.Config{})
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.Delete(context.Background(), server.Host+"/app", tt.digest)
			if answer != tt.answer || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint) {
				t.Errorf("Delete() = %q, %v with %q, want %q, %q with %q", answer, err, fault.Hints(err), tt.answer, tt.want, tt.hint)
			}
			if has, err := c.Has(context.Background(), server.Host+"/app", digest); err != nil || has == (tt.name == "deleted") {
				t.Errorf("Has() = %t, %v", has, err)
			}
			tags, err := c.Tags(context.Background(), server.Host+"/app")
			if gone := tt.name == "deleted"; err != nil || (len(tags) == 0) != gone {
				t.Errorf("the tags are %q, %v", tags, err)
			}
		})
	}
}

// What the registry does not say is not known.
func TestHasFails(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{Fail: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") }})
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if has, err := c.Has(context.Background(), server.Host+"/app", "sha256:"+strings.Repeat("0", 64)); has || err == nil || len(fault.Hints(err)) == 0 {
		t.Errorf("Has() = %t, %v, want an error with a hint", has, err)
	}
}

// Azure takes a role of its own, and no deletion of what is locked.
func TestDeleteFromAzure(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		role, lock bool
		want, hint string
	}{
		{name: "deleted", role: true},
		{name: "no role", want: "may not delete from team/app", hint: "--role AcrDelete"},
		{name: "locked", role: true, lock: true, want: "405", hint: "locked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := fakeAzure(t, func(cfg *registrytest.FakeAzureConfig) { cfg.Delete = tt.role })
			img := variant(t, "one")
			c, err := pushTo(t, login.Config{Entra: job(a)}, a.Transport(), img, acr+"/team/app:1")
			if err != nil {
				t.Fatal(err)
			}
			if tt.lock {
				a.Lock("team/app", "1")
			}
			answer, err := c.Delete(context.Background(), acr+"/team/app", img.Root.Digest.String())
			if (err == nil) != (tt.want == "") || err == nil && answer != "202 Accepted" || err != nil && !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint) {
				t.Errorf("Delete() = %q, %v with %q, want %q with %q", answer, err, fault.Hints(err), tt.want, tt.hint)
			}
		})
	}
}
