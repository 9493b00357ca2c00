package registry_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// conforming is a registry that keeps to the OCI distribution specification, and what it does where that leaves a choice.
type conforming struct {
	host      string
	referrers bool // lists referrers itself
	reuses    bool // mounts blobs, or shares them among its repositories
	resumes   bool // goes on with an upload that was cut where it was; others have it begin anew
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conforming{host: start(t, registrytest.Config{}).Host, referrers: true, reuses: true}.test(t)
}

// test does with a registry all that Layergate does with any.
func (c conforming) test(t *testing.T) {
	for _, tt := range []struct {
		name string
		test func(*testing.T)
	}{
		{"push", c.testPush},
		{"uploads", c.testUploads},
		{"mount", c.testMount},
		{"referrers", c.testReferrers},
		{"artifacts", c.testArtifacts},
		{"tags", c.testTags},
		{"immutable tags", c.testImmutable},
		{"delete", c.testDelete},
	} {
		t.Run(tt.name, tt.test)
	}
}

// onWire notes the requests of a client, and may change how they are sent.
type onWire struct {
	mu       sync.Mutex
	requests []string // METHOD PATH?QUERY
	send     func(*http.Request) (*http.Response, error)
}

// RoundTrip sends a request.
func (w *onWire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.requests = append(w.requests, r.Method+" "+r.URL.RequestURI())
	w.mu.Unlock()
	if w.send != nil {
		return w.send(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// count is how many requests of a method were sent.
func (w *onWire) count(method string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, r := range w.requests {
		if strings.HasPrefix(r, method+" ") {
			n++
		}
	}
	return n
}

// over makes a client whose requests go over a wire.
func over(t *testing.T, wire *onWire) *registry.Client {
	t.Helper()
	c, err := registry.New(registry.Config{Transport: wire, Wait: func(ctx context.Context, _ time.Duration) error {
		time.Sleep(100 * time.Millisecond) // a registry may still be busy with what was cut
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pushed pushes an image to one reference, and checks what the registry has then.
func (c conforming) pushed(t *testing.T, client *registry.Client, img *image.Image, ref string, p registry.Promotion) {
	t.Helper()
	if err := c.push(t, client, img, ref, p); err != nil {
		t.Fatal(err)
	}
	repository, tag, _ := strings.Cut(ref, ":")
	if got := c.get(t, repository+"/manifests/"+tag, img.Root.MediaType); imagetest.Digest(got) != img.Root.Digest {
		t.Errorf("%s leads to %s, want %s", ref, imagetest.Digest(got), img.Root.Digest)
	}
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range content.Manifests {
		if got := c.get(t, repository+"/manifests/"+m.Digest.String(), m.MediaType); !bytes.Equal(got, m.Raw) {
			t.Errorf("the manifest %s has the content %s", m.Digest, got)
		}
	}
	for _, b := range content.Blobs {
		if got := imagetest.Digest(c.get(t, repository+"/blobs/"+b.Digest.String(), "*/*")); got != b.Digest {
			t.Errorf("the blob %s has the content of %s", b.Digest, got)
		}
	}
}

func (c conforming) push(t *testing.T, client *registry.Client, img *image.Image, ref string, p registry.Promotion) error {
	t.Helper()
	var err error
	if p.Content, err = img.Content(); err != nil {
		t.Fatal(err)
	}
	if p.References, err = registry.ParseReferences([]string{c.host + "/" + ref}); err != nil {
		t.Fatal(err)
	}
	return client.Push(context.Background(), clear(t, img.Digests()...), p)
}

// get asks the registry without the client that is tested.
func (c conforming) get(t *testing.T, path string, mt types.MediaType) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.host+"/v2/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", string(mt))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", path, resp.Status, err)
	}
	return body
}

// oneLayer is an image that no other test has, with a layer of some bytes.
func oneLayer(t *testing.T, seed int64, size int, c imagetest.Compression) *image.Image {
	t.Helper()
	body := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(body)
	return openEntry(t, imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Compression: c, Files: []imagetest.File{{Name: "random", Body: string(body)}}}}}}})
}

// dockerTypes is an image with the media types of Docker, as it is sealed.
func dockerTypes(t *testing.T) *image.Image {
	t.Helper()
	files, err := imagetest.Docker(nil, imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "docker"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	img := openFiles(t, files)
	if err := img.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	return img
}

// Images of every form are stored, and stored again without being sent.
func (c conforming) testPush(t *testing.T) {
	for name, img := range map[string]*image.Image{
		"index": open(t), "gzip": oneLayer(t, 1, 1000, imagetest.Gzip), "zstd": oneLayer(t, 2, 1000, imagetest.Zstd),
		"plain": oneLayer(t, 3, 1000, imagetest.None), "large": oneLayer(t, 4, registry.SmallBlob+1, imagetest.None), "docker": dockerTypes(t),
	} {
		t.Run(name, func(t *testing.T) {
			ref := "push/" + name + ":1"
			c.pushed(t, client(t), img, ref, registry.Promotion{})
			wire := &onWire{}
			c.pushed(t, over(t, wire), img, ref, registry.Promotion{})
			if wire.count(http.MethodPost) != 0 {
				t.Errorf("an image that is there is sent again: %q", wire.requests)
			}
		})
	}
}

// A blob is stored where parts of it are refused, and where the connection is cut on the way.
func (c conforming) testUploads(t *testing.T) {
	t.Run("whole", func(t *testing.T) {
		wire := &onWire{}
		wire.send = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPatch {
				r.Body.Close()
				return &http.Response{StatusCode: http.StatusMethodNotAllowed, Body: http.NoBody, Request: r}, nil
			}
			return http.DefaultTransport.RoundTrip(r)
		}
		c.pushed(t, over(t, wire), oneLayer(t, 5, 100_000, imagetest.Gzip), "uploads/whole:1", registry.Promotion{})
		if wire.count(http.MethodPatch) == 0 {
			t.Error("no part was sent")
		}
	})
	t.Run("cut", func(t *testing.T) {
		const size = 8 << 20
		var mu sync.Mutex
		var ranges []string
		cut := false
		wire := &onWire{}
		wire.send = func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPatch && (r.ContentLength > size || r.Header.Get("Content-Range") != "") {
				mu.Lock()
				defer mu.Unlock()
				if !cut {
					cut = true
					r.Body = struct {
						io.Reader
						io.Closer
					}{io.MultiReader(io.LimitReader(r.Body, size/2), lost{}), r.Body}
				} else {
					ranges = append(ranges, r.Header.Get("Content-Range"))
				}
			}
			return http.DefaultTransport.RoundTrip(r)
		}
		c.pushed(t, over(t, wire), oneLayer(t, 6, size, imagetest.None), "uploads/cut:1", registry.Promotion{})
		if len(ranges) != 1 || c.resumes != (ranges[0] != "") {
			t.Errorf("the upload went on with the ranges %q, and that it goes on where it was cut should be %t", ranges, c.resumes)
		}
	})
}

// lost is a connection that is lost.
type lost struct{}

// Read fails.
func (lost) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// What the registry has in one repository is not sent to another.
func (c conforming) testMount(t *testing.T) {
	img := oneLayer(t, 7, 100_000, imagetest.Gzip)
	c.pushed(t, client(t), img, "mount/staging:1", registry.Promotion{})
	wire := &onWire{}
	c.pushed(t, over(t, wire), img, "mount/production:1", registry.Promotion{Source: place(t, c.host+"/mount/staging:1")})
	if sent := wire.count(http.MethodPatch) > 0; sent == c.reuses {
		t.Errorf("blobs were sent: %t, with %q", sent, wire.requests)
	}
}

// What is attached is found, one beside the other, by the registry's list or by that under a tag.
func (c conforming) testReferrers(t *testing.T) {
	img := oneLayer(t, 8, 1000, imagetest.Gzip)
	for _, body := range []string{"first", "second", "second"} {
		attach := func(context.Context, registry.Reference, attest.Target, registry.Form) ([]registry.Artifact, error) {
			return []registry.Artifact{{Type: attest.Bundle, Annotations: map[string]string{"a": body}, Body: []byte(body)}}, nil
		}
		c.pushed(t, client(t), img, "referrers/app:1", registry.Promotion{Attach: attach})
	}
	var got []string
	for _, a := range attachedTo(t, client(t), c.host+"/referrers/app:1") {
		got = append(got, string(a.Body))
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("attached are %q", got)
	}
	tags, err := client(t).Tags(t.Context(), c.host+"/referrers/app")
	if byTag := slices.Contains(tags, tagged(img.Root.Digest.String(), "")); err != nil || byTag == c.referrers {
		t.Errorf("the tags are %q, %v", tags, err)
	}
	// They move on with the image.
	source := place(t, c.host+"/referrers/app:1")
	referrers, err := source.Collect(t.Context(), img.Digests()...)
	if err != nil {
		t.Fatal(err)
	}
	c.pushed(t, client(t), img, "referrers/production:1", registry.Promotion{Source: source, Referrers: referrers})
	if got := attachedTo(t, client(t), c.host+"/referrers/production:1"); len(got) != 2 {
		t.Errorf("%d documents moved on, want 2", len(got))
	}
}

// What is no image is stored and read.
func (c conforming) testArtifacts(t *testing.T) {
	ref, err := client(t).PublishPolicy(t.Context(), c.host+"/artifacts/policy:1", []byte(policyText))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client(t).Policy(t.Context(), ref, 100); err != nil || string(got) != policyText {
		t.Errorf("Policy(%s) = %q, %v", ref, got, err)
	}
	if _, err := publishArchive(t, client(t), c.host); err != nil {
		t.Fatal(err)
	}
	if found, err := client(t).Database(t.Context(), c.host+"/db:1"); err != nil || found.Digest != digestOf([]byte(archiveText)) {
		t.Errorf("Database() = %+v, %v", found, err)
	}
}

// More tags than a page holds are listed, and the repositories with them.
func (c conforming) testTags(t *testing.T) {
	const repository, n = "tags/app", 1001
	img := oneLayer(t, 9, 1000, imagetest.Gzip)
	c.pushed(t, client(t), img, repository+":t0000", registry.Promotion{})
	want := []string{"t0000"}
	var tagging errgroup.Group
	tagging.SetLimit(8)
	for i := 1; i < n; i++ {
		tag := fmt.Sprintf("t%04d", i)
		want = append(want, tag)
		tagging.Go(func() error { return c.tag(t.Context(), repository, tag, img.Root) })
	}
	if err := tagging.Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := client(t).Tags(t.Context(), c.host+"/"+repository)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Tags() = %d tags, %v, want %d", len(got), err, n)
	}
	repositories, err := client(t).Repositories(t.Context(), c.host)
	if err != nil || !slices.Contains(repositories, c.host+"/"+repository) {
		t.Errorf("Repositories() = %q, %v", repositories, err)
	}
	if _, err := client(t).Tags(t.Context(), c.host+"/tags/none"); err == nil || !strings.Contains(err.Error(), "has no repository") {
		t.Errorf("Tags(of none) = %v", err)
	}
}

// tag stores a manifest under a tag without the client that is tested.
func (c conforming) tag(ctx context.Context, repository, tag string, m image.Manifest) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+c.host+"/v2/"+repository+"/manifests/"+tag, bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", string(m.MediaType))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("tagging %s: %s", tag, resp.Status)
	}
	return nil
}

// A tag is not moved where it may not be.
func (c conforming) testImmutable(t *testing.T) {
	img, other := oneLayer(t, 10, 1000, imagetest.Gzip), oneLayer(t, 11, 1000, imagetest.Gzip)
	c.pushed(t, client(t), img, "immutable/app:1", registry.Promotion{ImmutableTags: true})
	c.pushed(t, client(t), img, "immutable/app:1", registry.Promotion{ImmutableTags: true})
	if err := c.push(t, client(t), other, "immutable/app:1", registry.Promotion{ImmutableTags: true}); !fault.IsRequest(err) {
		t.Errorf("Push(another) = %v, want a wrong request", err)
	}
	if got := c.get(t, "immutable/app/manifests/1", img.Root.MediaType); imagetest.Digest(got) != img.Root.Digest {
		t.Error("the tag was moved")
	}
	c.pushed(t, client(t), other, "immutable/app:1", registry.Promotion{})
}

// What is deleted is gone, with its tags, and may be deleted again.
func (c conforming) testDelete(t *testing.T) {
	img := oneLayer(t, 12, 1000, imagetest.Gzip)
	c.pushed(t, client(t), img, "delete/app:1", registry.Promotion{})
	digest := img.Root.Digest.String()
	for _, want := range []string{"202 Accepted", "404 Not Found"} {
		if answer, err := client(t).Delete(t.Context(), c.host+"/delete/app", digest); err != nil || answer != want {
			t.Errorf("Delete() = %q, %v, want %q", answer, err, want)
		}
	}
	if has, err := client(t).Has(t.Context(), c.host+"/delete/app", digest); err != nil || has {
		t.Errorf("Has() = %t, %v", has, err)
	}
	if _, err := place(t, c.host+"/delete/app:1").Root(t.Context()); err == nil {
		t.Error("the tag leads to an image")
	}
	c.pushed(t, client(t), img, "delete/app:1", registry.Promotion{})
}
