package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// pushed is an image in a registry that is pushed to again, with something to attach.
type pushed struct {
	server   *registrytest.Server
	client   *registry.Client
	image    *image.Image
	content  image.Content
	refs     []registry.Reference
	warnings []string
	forms    []registry.Form // that were asked for
}

func newPushed(t *testing.T, cfg registrytest.Config) *pushed {
	t.Helper()
	s := &pushed{server: start(t, cfg), image: open(t)}
	var err error
	if s.content, err = s.image.Content(); err != nil {
		t.Fatal(err)
	}
	if s.refs, err = registry.ParseReferences([]string{s.server.Host + "/app:1"}); err != nil {
		t.Fatal(err)
	}
	if s.client, err = registry.New(registry.Config{Wait: func(context.Context, time.Duration) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if err := s.push(t, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// root is the digest of the image.
func (s *pushed) root() string { return s.image.Root.Digest.String() }

func (s *pushed) push(t *testing.T, attach registry.Attach) error {
	t.Helper()
	return s.client.Push(context.Background(), clear(t, s.image.Digests()...), registry.Promotion{
		Content: s.content, References: s.refs, Attach: attach, Warn: func(m string) { s.warnings = append(s.warnings, m) },
	})
}

// attach attaches a statement in the form that is asked for, and a report.
func (s *pushed) attach(_ context.Context, _ registry.Reference, _ attest.Target, form registry.Form) ([]registry.Artifact, error) {
	s.forms = append(s.forms, form)
	of := registry.Artifact{Type: attest.Bundle, PredicateType: "https://example/verdict", Body: []byte(`{"bundle": true}`)}
	if form == registry.Envelopes {
		of.Type, of.Body = attest.EnvelopeType, []byte(`{"envelope": true}`)
	}
	return []registry.Artifact{of, {Type: "application/sarif+json", Body: []byte("{}")}}, nil
}

// statements is the manifest under the tag of cosign's statements, and its configuration.
func (s *pushed) statements(t *testing.T) (*v1.Manifest, *v1.ConfigFile) {
	t.Helper()
	base := "http://" + s.server.Host + "/v2/app/"
	manifest, err := v1.ParseManifest(bytes.NewReader(fetch(t, base+"manifests/"+strings.Replace(s.root(), ":", "-", 1)+".att")))
	if err != nil {
		t.Fatal(err)
	}
	if !manifest.Config.MediaType.IsConfig() {
		return manifest, nil
	}
	config, err := v1.ParseConfigFile(bytes.NewReader(fetch(t, base+"blobs/"+manifest.Config.Digest.String())))
	if err != nil {
		t.Fatal(err)
	}
	return manifest, config
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	return raw
}

// cosigned stores a manifest as cosign 2 writes it: with a layer, and the configuration of an image.
func (s *pushed) cosigned(t *testing.T, tag string) v1.Manifest {
	t.Helper()
	body := []byte(`{"earlier": true}`)
	digest := image.NewBlob(attest.EnvelopeType, body).Digest
	config := []byte(`{"architecture":"","created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"","rootfs":{"type":"layers","diff_ids":["` + digest.String() + `"]},"config":{}}`)
	m := v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Annotations: map[string]string{"kept": "as it was"},
		Config: v1.Descriptor{MediaType: types.OCIConfigJSON, Size: int64(len(config)), Digest: image.NewBlob(types.OCIConfigJSON, config).Digest},
		Layers: []v1.Descriptor{{MediaType: attest.EnvelopeType, Digest: digest, Size: int64(len(body)), Annotations: map[string]string{"predicateType": "earlier"}}},
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range [][]byte{body, config} {
		if err := s.server.StoreBlob("app", blob); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.server.StoreManifest("app", strings.Replace(s.root(), ":", "-", 1)+tag, m.MediaType, raw); err != nil {
		t.Fatal(err)
	}
	return m
}

// A statement is added to those that cosign keeps under its tag, and all that stood there stays as it was.
func TestPushAppendsToStatements(t *testing.T) {
	t.Parallel()
	s := newPushed(t, registrytest.Config{})
	before := s.cosigned(t, ".att")
	if err := s.push(t, s.attach); err != nil {
		t.Fatal(err)
	}
	after, config := s.statements(t)
	if len(after.Layers) != 2 || after.Layers[0].Digest != before.Layers[0].Digest || after.Layers[0].Annotations["predicateType"] != "earlier" || after.Annotations["kept"] != "as it was" {
		t.Errorf("the manifest is %+v, want the earlier layer and the annotations kept", after)
	}
	want := map[string]string{"dev.cosignproject.cosign/signature": "", "predicateType": "https://example/verdict"}
	if got := after.Layers[1]; string(got.MediaType) != attest.EnvelopeType || fmt.Sprint(got.Annotations) != fmt.Sprint(want) {
		t.Errorf("the new layer is %+v, want an envelope with the annotations %v", got, want)
	}
	if len(config.RootFS.DiffIDs) != 2 || config.RootFS.DiffIDs[1] != after.Layers[1].Digest || len(config.History) != 2 {
		t.Errorf("the configuration is %+v, want the diff IDs of both layers", config)
	}
	got := attachedTo(t, s.client, s.server.Host+"/app:1")
	if !slices.ContainsFunc(got, func(a attest.Attachment) bool { return string(a.Body) == `{"envelope": true}` }) {
		t.Errorf("attached is %q, want the new statement among it", got)
	}
	if slices.ContainsFunc(got, func(a attest.Attachment) bool { return strings.HasPrefix(a.MediaType, attest.AnyBundle) }) || len(s.warnings) > 0 {
		t.Errorf("attached is %q, with the warnings %q: want no bundle, which would hide the others, and none", got, s.warnings)
	}
	if !slices.ContainsFunc(s.server.Requests(), func(r string) bool { return strings.Contains(r, "/referrers/") }) {
		t.Error("the report was attached to nothing")
	}
	if n := len(slices.DeleteFunc(got, func(a attest.Attachment) bool { return string(a.Body) != `{"envelope": true}` })); n != 1 {
		t.Errorf("the statement is attached %d times, want once: under the tag alone", n)
	}
	writes := len(s.server.Writes())
	if err := s.push(t, s.attach); err != nil {
		t.Fatal(err)
	}
	if again := s.server.Writes()[writes:]; slices.ContainsFunc(again, func(w string) bool { return strings.HasSuffix(w, ".att") }) {
		t.Errorf("the second push wrote %q, want the tag left alone, which has the statement", again)
	}
}

// Where cosign keeps signatures under its tag and no statements, these get a tag of their own.
func TestPushBeginsStatements(t *testing.T) {
	t.Parallel()
	s := newPushed(t, registrytest.Config{})
	s.cosigned(t, ".sig")
	if err := s.push(t, s.attach); err != nil {
		t.Fatal(err)
	}
	manifest, config := s.statements(t)
	if len(manifest.Layers) != 1 || manifest.MediaType != types.OCIManifestSchema1 || config == nil || len(config.RootFS.DiffIDs) != 1 || len(s.warnings) > 0 {
		t.Errorf("the manifest is %+v with the configuration %+v and the warnings %q, want an image with one layer", manifest, config, s.warnings)
	}
}

// What is no configuration of an image stays as it is.
func TestPushKeepsOtherConfig(t *testing.T) {
	t.Parallel()
	s := newPushed(t, registrytest.Config{})
	if err := s.server.AttachByTag("app", s.root(), ".att", layer(attest.EnvelopeType, "earlier")); err != nil {
		t.Fatal(err)
	}
	if err := s.push(t, s.attach); err != nil {
		t.Fatal(err)
	}
	if manifest, _ := s.statements(t); len(manifest.Layers) != 2 || manifest.Config.MediaType != "application/vnd.oci.empty.v1+json" {
		t.Errorf("the manifest is %+v, want two layers and the configuration that was there", manifest)
	}
}

// Statements are bundles where the image has no statements of cosign's, or has a bundle already.
func TestPushAttachesBundles(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*testing.T, *pushed){
		"nothing": func(*testing.T, *pushed) {},
		"a bundle": func(t *testing.T, s *pushed) {
			s.cosigned(t, ".att")
			if _, err := s.server.Attach("app", s.root(), layer(attest.Bundle, "earlier")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPushed(t, registrytest.Config{})
			before(t, s)
			if err := s.push(t, s.attach); err != nil {
				t.Fatal(err)
			}
			if len(s.forms) != 1 || s.forms[0] != registry.Bundles || len(s.warnings) > 0 {
				t.Errorf("Push() asked for the forms %v and warns of %q, want bundles and no warning", s.forms, s.warnings)
			}
		})
	}
}

// What cannot be kept under the tag becomes a bundle, and the push says which tags that hides.
func TestPushWarnsOfHiding(t *testing.T) {
	t.Parallel()
	refuse := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, ".att") {
			return false
		}
		w.WriteHeader(http.StatusPreconditionFailed)
		io.WriteString(w, `{"errors": [{"code": "PRECONDITION", "message": "the tag is immutable"}]}`)
		return true
	}
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request) bool
		before func(*testing.T, *pushed)
		want   []string // are in the warning
	}{
		"a tag that does not move":                  {answer: refuse, before: func(t *testing.T, s *pushed) { s.cosigned(t, ".att") }, want: []string{".att", "immutable"}},
		"signatures, and a tag that cannot be made": {answer: refuse, before: func(t *testing.T, s *pushed) { s.cosigned(t, ".sig") }, want: []string{".sig", "immutable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPushed(t, registrytest.Config{Answer: test.answer})
			test.before(t, s)
			if err := s.push(t, s.attach); err != nil {
				t.Fatal(err)
			}
			if want := []registry.Form{registry.Envelopes, registry.Bundles}; !slices.Equal(s.forms, want) || len(s.warnings) != 1 {
				t.Fatalf("Push() asked for the forms %v and warns of %q, want %v and one warning", s.forms, s.warnings, want)
			}
			for _, word := range append(test.want, "cosign 3 does not look at") {
				if !strings.Contains(s.warnings[0], word) {
					t.Errorf("Push() warns of %q, want %q in it", s.warnings[0], word)
				}
			}
		})
	}
}

// A tag of cosign's that leads to anything but statements is left as it is: nothing is sent, and it is a wrong request.
func TestPushRefusesForeignStatements(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		put  func(t *testing.T, s *pushed, tag string) error
		want string
	}{
		"the image itself": {func(_ *testing.T, s *pushed, tag string) error {
			return s.server.StoreManifest("app", tag, s.image.Root.MediaType, s.image.Root.Raw)
		}, "leads to the image itself"},
		"an index": {func(_ *testing.T, s *pushed, tag string) error {
			return s.server.StoreManifest("app", tag, types.OCIImageIndex, []byte(`{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}`))
		}, "image.index"},
		"another image": {func(_ *testing.T, s *pushed, tag string) error {
			return s.server.AttachByTag("app", s.root(), ".att", layer("application/vnd.oci.image.layer.v1.tar+gzip", "files"))
		}, "a layer of the type \"application/vnd.oci.image.layer.v1.tar+gzip\""},
		"nothing": {func(_ *testing.T, s *pushed, tag string) error {
			config := image.NewBlob("application/vnd.oci.empty.v1+json", []byte("{}"))
			if err := s.server.StoreBlob("app", []byte("{}")); err != nil {
				return err
			}
			return s.server.StoreManifest("app", tag, types.OCIManifestSchema1, fmt.Appendf(nil, `{"schemaVersion": 2, "mediaType": %q, "config": {"mediaType": %q, "digest": %q, "size": 2}, "layers": []}`, types.OCIManifestSchema1, config.MediaType, config.Digest))
		}, "without statements"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPushed(t, registrytest.Config{})
			tag := strings.Replace(s.root(), ":", "-", 1) + ".att"
			if err := test.put(t, s, tag); err != nil {
				t.Fatal(err)
			}
			before := fetch(t, "http://"+s.server.Host+"/v2/app/manifests/"+tag)
			writes := len(s.server.Writes())
			err := s.push(t, s.attach)
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), tag) {
				t.Errorf("Push() = %v, want a wrong request that names the tag, with %q", err, test.want)
			}
			if got := s.server.Writes()[writes:]; len(got) > 0 {
				t.Errorf("Push() wrote %q, want nothing", got)
			}
			if after := fetch(t, "http://"+s.server.Host+"/v2/app/manifests/"+tag); !bytes.Equal(before, after) {
				t.Errorf("the tag leads to %s, want what was there", after)
			}
		})
	}
}

// One that leads to something else only once the image was sent is left as it is as well.
func TestPushRefusesForeignStatementsLate(t *testing.T) {
	t.Parallel()
	var s *pushed
	var armed atomic.Bool
	s = newPushed(t, registrytest.Config{Answer: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && armed.CompareAndSwap(true, false) {
			if err := s.server.StoreManifest("app", strings.Replace(s.root(), ":", "-", 1)+".att", s.image.Root.MediaType, s.image.Root.Raw); err != nil {
				t.Error(err)
			}
		}
		return false
	}})
	s.cosigned(t, ".att")
	armed.Store(true)
	if err := s.push(t, s.attach); err == nil || !strings.Contains(err.Error(), "leads to the image itself") || !strings.Contains(err.Error(), "no tag was moved") {
		t.Errorf("Push() = %v, want that the tag leads to the image itself, and that no tag was moved", err)
	}
	if got := fetch(t, "http://"+s.server.Host+"/v2/app/manifests/"+strings.Replace(s.root(), ":", "-", 1)+".att"); !bytes.Equal(got, s.image.Root.Raw) {
		t.Errorf("the tag leads to %s, want the image", got)
	}
}

// A registry that is busy, fails or does not know who asks is no reason to hide what is there: the push ends, and no tag was moved.
func TestPushThatAddsNoStatement(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			s := newPushed(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if !armed.Load() || r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, ".att") {
					return false
				}
				w.WriteHeader(status)
				return true
			}})
			s.cosigned(t, ".att")
			armed.Store(true)
			if err := s.push(t, s.attach); err == nil || !strings.Contains(err.Error(), "no tag was moved") || len(s.warnings) > 0 {
				t.Errorf("Push() = %v, warns of %q, want that no tag was moved", err, s.warnings)
			}
		})
	}
}

// What somebody else adds while a statement is added is not lost, whenever that is.
func TestPushNoticesOtherStatements(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		on   func(*http.Request) bool // the request before which the other one writes
	}{
		{"before the tag is written", func(r *http.Request) bool { return r.Method == http.MethodPost }},
		{"right after that", func(r *http.Request) bool { return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, ".att") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s *pushed
			var armed, wrote atomic.Bool
			other := func(r *http.Request) {
				if err := s.server.AttachByTag("app", s.root(), ".att", layer(attest.EnvelopeType, "of somebody else")); err != nil {
					t.Error(err)
				}
			}
			s = newPushed(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if !armed.Load() || !tt.on(r) || !wrote.CompareAndSwap(false, true) {
					return false
				}
				other(r)
				if r.Method == http.MethodPut { // what is written is overwritten at once
					w.WriteHeader(http.StatusCreated)
					return true
				}
				return false
			}})
			s.cosigned(t, ".att")
			armed.Store(true)
			if err := s.push(t, s.attach); err != nil {
				t.Fatal(err)
			}
			var bodies []string
			for _, a := range attachedTo(t, s.client, s.server.Host+"/app:1") {
				bodies = append(bodies, string(a.Body))
			}
			if !wrote.Load() || !slices.Contains(bodies, `{"envelope": true}`) || !slices.Contains(bodies, "of somebody else") {
				t.Errorf("attached is %q, want the new statement and that of somebody else: %t", bodies, wrote.Load())
			}
		})
	}
}
