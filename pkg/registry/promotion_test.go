package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"

// staged is an image in a staging registry.
type staged struct {
	*image.Image
	server *registrytest.Server
	source *registry.Image
}

// stage pushes an image to staging/app of a registry.
func stage(t *testing.T, cfg registrytest.Config) staged {
	t.Helper()
	s := staged{Image: open(t), server: start(t, cfg)}
	content, err := s.Content()
	if err != nil {
		t.Fatal(err)
	}
	ref := s.server.Host + "/staging/app:1"
	refs, err := registry.ParseReferences([]string{ref})
	if err != nil {
		t.Fatal(err)
	}
	if err := client(t).Push(context.Background(), clear(t, s.Digests()...), registry.Promotion{Content: content, References: refs}); err != nil {
		t.Fatal(err)
	}
	s.source = place(t, ref)
	return s
}

func client(t *testing.T) *registry.Client {
	t.Helper()
	c, err := registry.New(registry.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func place(t *testing.T, ref string) *registry.Image {
	t.Helper()
	img, err := client(t).Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// attach attaches a document to a digest and returns the document's.
func (s staged) attach(t *testing.T, digest, mediaType, body string) string {
	t.Helper()
	d, err := s.server.Attach("staging/app", digest, layer(mediaType, body))
	if err != nil {
		t.Fatal(err)
	}
	return d.Digest.String()
}

// list keeps the lists of referrers under tags, for a registry that does not know the question.
func (s staged) list(t *testing.T, digest string, of ...v1.Descriptor) {
	t.Helper()
	if err := s.server.ListReferrers("staging/app", digest, of...); err != nil {
		t.Fatal(err)
	}
}

// promote copies the image to production/app:1 of another registry, and returns what the push warns of.
func (s staged) promote(t *testing.T, to *registrytest.Server) (warnings []string, err error) {
	t.Helper()
	referrers, err := s.source.Collect(context.Background(), s.Digests()...)
	if err != nil {
		return nil, err
	}
	content, err := s.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{to.Host + "/production/app:1"})
	if err != nil {
		t.Fatal(err)
	}
	return warnings, client(t).Push(context.Background(), clear(t, s.Digests()...), registry.Promotion{
		Content: content, References: refs, Source: s.source, Referrers: referrers, Warn: func(m string) { warnings = append(warnings, m) },
	})
}

// stored is a manifest in a registry; empty where it has none.
func stored(t *testing.T, s *registrytest.Server, repository, ref string) string {
	t.Helper()
	resp, err := http.Get("http://" + s.Host + "/v2/" + repository + "/manifests/" + ref)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

func tagged(digest, end string) string { return strings.Replace(digest, ":", "-", 1) + end }

// What refers to an image, to its platforms and to those documents goes with it, whichever of the registries answers the question for referrers.
func TestPromotionCopiesReferrers(t *testing.T) {
	t.Parallel()
	for _, without := range []struct{ source, target bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("source without the question: %t, target: %t", without.source, without.target), func(t *testing.T) {
			t.Parallel()
			s := stage(t, registrytest.Config{NoReferrers: without.source})
			root, platform := s.Root.Digest.String(), s.Platforms[0].Manifest.Digest.String()
			signature := s.attach(t, root, bundle, "signature of the index")
			sbom := s.attach(t, platform, "application/vnd.cyclonedx+json", "{}")
			ofSBOM := s.attach(t, sbom, bundle, "signature of the SBOM")
			runnable, err := s.server.AttachImage("staging/app", root, layer(string(types.OCILayer), "\x1f\x8b\x08 files"))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.server.AttachByTag("staging/app", root, ".sig", layer(attest.SimpleSigning, "{}")); err != nil {
				t.Fatal(err)
			}
			if without.source {
				of := func(digest string) v1.Descriptor {
					d := v1.Descriptor{MediaType: types.OCIManifestSchema1, Size: 1}
					d.Digest, _ = v1.NewHash(digest)
					return d
				}
				s.list(t, root, of(signature), runnable)
				s.list(t, platform, of(sbom))
				s.list(t, sbom, of(ofSBOM))
			}
			target := start(t, registrytest.Config{NoReferrers: without.target})
			for range 2 { // the second time all is there
				if warnings, err := s.promote(t, target); err != nil || len(warnings) > 0 {
					t.Fatalf("Push() = %q, %v", warnings, err)
				}
			}
			at := place(t, target.Host+"/production/app:1")
			for subject, want := range map[string]string{root: signature, platform: sbom, sbom: ofSBOM} {
				hash, err := v1.NewHash(subject)
				if err != nil {
					t.Fatal(err)
				}
				got, err := at.Referrers(context.Background(), hash)
				if err != nil {
					t.Fatal(err)
				}
				got = slices.DeleteFunc(got, func(d v1.Descriptor) bool { return d.Digest.String() != want })
				if len(got) != 1 || without.target && got[0].ArtifactType == "" {
					t.Errorf("%s is listed as %+v", want, got)
				}
				if stored(t, target, "production/app", want) != stored(t, s.server, "staging/app", want) {
					t.Errorf("%s is not the same in production", want)
				}
			}
			if sig := stored(t, target, "production/app", tagged(root, ".sig")); sig == "" || sig != stored(t, s.server, "staging/app", tagged(root, ".sig")) {
				t.Errorf("the tag of the signature leads to %q", sig)
			}
			if stored(t, target, "production/app", runnable.Digest.String()) != "" {
				t.Error("an image that nobody scanned was copied")
			}
			puts := slices.DeleteFunc(target.Writes(), func(w string) bool { return !strings.Contains(w, "/manifests/") })
			if last := puts[slices.Index(puts, "PUT /v2/production/app/manifests/1")+1:]; slices.ContainsFunc(last, func(w string) bool { return !strings.Contains(w, "/manifests/sha256:") }) {
				t.Errorf("a tag was written after the tag of the image: %q", puts)
			}
		})
	}
}

// What is left behind is named, with the reason.
func TestCollectLeaves(t *testing.T) {
	t.Parallel()
	gzipped := layer(string(types.OCILayer), "\x1f\x8b")
	missing := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("b", 64)}
	tests := []struct {
		name   string
		attach func(t *testing.T, s staged, root string) (listed []v1.Descriptor, err error)
		want   []string // reasons; "" for what is copied
	}{
		{"an image", func(_ *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			d, err := s.server.AttachImage("staging/app", root, gzipped)
			return []v1.Descriptor{d}, err
		}, []string{"no text, which nobody scanned"}},
		{"what refers to what is left behind", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			d, err := s.server.AttachImage("staging/app", root, gzipped)
			s.attach(t, d.Digest.String(), bundle, "a signature of the image that is attached")
			return []v1.Descriptor{d}, err
		}, []string{"no text, which nobody scanned"}},
		{"a document about another image", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			d, err := s.server.Attach("staging/app", subject, layer(bundle, "x"))
			return []v1.Descriptor{d}, err
		}, []string{"names another subject"}},
		{"one under a tag that names another subject", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			raw := stored(t, s.server, "staging/app", s.attach(t, subject, bundle, "x"))
			return nil, s.server.StoreManifest("staging/app", tagged(root, ".sig"), types.OCIManifestSchema1, []byte(raw))
		}, []string{"names another subject"}},
		{"one that is listed and not there", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			return []v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: missing}}, nil
		}, []string{"does not have it"}},
		{"a manifest that is said to be large", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			return []v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: missing, Size: 5 << 20}}, nil
		}, []string{"its manifest has 5242880 bytes"}},
		{"parts of the image, and an index", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			return []v1.Descriptor{{MediaType: types.OCIImageIndex, Digest: s.Root.Digest}, {MediaType: types.OCIImageIndex, Digest: missing}}, nil
		}, []string{"only single manifests"}},
		{"an index that is listed as a manifest", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			raw := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`)
			d := image.NewBlob("", raw).Digest
			return []v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: d}}, s.server.StoreManifest("staging/app", d.String(), types.OCIImageIndex, raw)
		}, []string{"only single manifests"}},
		{"a large document", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			d, err := s.server.Attach("staging/app", root, registrytest.Layer{MediaType: bundle, Body: make([]byte, attest.MaxSize+1)})
			return []v1.Descriptor{d}, err
		}, []string{"33554433 bytes in one piece"}},
		{"the image under the tag of its signature", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			return nil, s.server.StoreManifest("staging/app", tagged(root, ".sig"), s.Root.MediaType, s.Root.Raw)
		}, []string{"it is the image itself"}},
		{"a signature under the tag of its own signature", func(t *testing.T, s staged, root string) ([]v1.Descriptor, error) {
			if err := s.server.AttachByTag("staging/app", root, ".sig", layer(attest.SimpleSigning, "{}")); err != nil {
				return nil, err
			}
			raw := []byte(stored(t, s.server, "staging/app", tagged(root, ".sig")))
			own := image.NewBlob("", raw).Digest.String()
			return nil, s.server.StoreManifest("staging/app", tagged(own, ".sig"), types.OCIManifestSchema1, raw)
		}, []string{"", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var root string
			var listed []v1.Descriptor
			s := stage(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				return root != "" && strings.HasSuffix(r.URL.Path, "/referrers/"+root) && list(listed...)(w, r)
			}})
			of, err := tt.attach(t, s, s.Root.Digest.String())
			if err != nil {
				t.Fatal(err)
			}
			root, listed = s.Root.Digest.String(), of
			got, err := s.source.Collect(context.Background(), s.Digests()...)
			if err != nil {
				t.Fatal(err)
			}
			ok := len(got.List) == len(tt.want)
			for i := 0; ok && i < len(tt.want); i++ {
				ok = (got.List[i].Left == "") == (tt.want[i] == "") && strings.Contains(got.List[i].Left, tt.want[i])
			}
			if !ok {
				t.Errorf("Collect() = %+v, want the reasons %q", got.List, tt.want)
			}
		})
	}
}

// What the registry does not say, or gives otherwise than it says, ends the promotion before anything is sent.
func TestCollectFails(t *testing.T) {
	t.Parallel()
	many := make([]v1.Descriptor, 1001)
	for i := range many {
		many[i] = v1.Descriptor{MediaType: types.OCIImageIndex, Digest: v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%064x", i)}}
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request) bool
		want   string
	}{
		{"referrers are refused", refuse("/referrers/"), "reading what refers to sha256:"},
		{"signatures are refused", refuse(".sig"), "reading what refers to sha256:"},
		{"statements are refused", refuse(".att"), "reading what refers to sha256:"},
		{"SBOMs are refused", refuse(".sbom"), "reading what refers to sha256:"},
		{"too many", list(many...), "there are more than 1000"},
		{"many of each part of the image", list(many[:500]...), "more than 1000 manifests refer to the image"},
		{"a document is refused", refuse("/blobs/sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"), "the blob sha256:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var on atomic.Bool
			s := stage(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool { return on.Load() && tt.answer(w, r) }})
			s.attach(t, s.Root.Digest.String(), bundle, "aaa")
			on.Store(true)
			target := start(t, registrytest.Config{})
			_, err := s.promote(t, target)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "; "), "set referrers to none") {
				t.Errorf("Collect() = %v with the hints %q, want %q", err, fault.Hints(err), tt.want)
			}
			if len(target.Requests()) > 0 {
				t.Errorf("the target saw %q", target.Requests())
			}
		})
	}
}

// A document whose manifest says another size than it has is not what was attached.
func TestCollectChecksSizes(t *testing.T) {
	t.Parallel()
	for _, said := range []int64{2, 4, -1} {
		t.Run(fmt.Sprint(said), func(t *testing.T) {
			t.Parallel()
			s := stage(t, registrytest.Config{})
			raw := []byte(stored(t, s.server, "staging/app", s.attach(t, s.Root.Digest.String(), bundle, "aaa")))
			raw = []byte(strings.Replace(string(raw), `"size":3`, fmt.Sprintf(`"size":%d`, said), 1))
			if err := s.server.StoreManifest("staging/app", image.NewBlob("", raw).Digest.String(), types.OCIManifestSchema1, raw); err != nil {
				t.Fatal(err)
			}
			if got, err := s.source.Collect(context.Background(), s.Digests()...); err == nil || !strings.Contains(err.Error(), "bytes") {
				t.Errorf("Collect() = %+v, %v, want an error about the size", got, err)
			}
		})
	}
}

// There is an end to what is held in memory of one image.
func TestCollectTooMuch(t *testing.T) {
	t.Parallel()
	s := stage(t, registrytest.Config{})
	text := []byte(strings.Repeat("x", attest.MaxSize))
	for i := range 5 {
		if _, err := s.server.Attach("staging/app", s.Root.Digest.String(), registrytest.Layer{MediaType: bundle, Body: append(text[:len(text)-1:len(text)-1], byte('a'+i))}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.source.Collect(context.Background(), s.Digests()...); err == nil || !strings.Contains(err.Error(), "more than 134217728 bytes") {
		t.Errorf("Collect() = %v", err)
	}
}

// A target that does not keep what refers to the image leaves the tag where it was.
func TestPromotionFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cfg  registrytest.Config
		want string
	}{
		{"it refuses the blob", registrytest.Config{Fail: func(r *http.Request) bool {
			return r.Method == http.MethodPut && strings.Contains(r.URL.RawQuery, "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0")
		}}, "may push to production/app"},
		{"it does not list it", registrytest.Config{Answer: list()}, "does not name it among the referrers"},
		{"it refuses the list", registrytest.Config{NoReferrers: true, Fail: func(r *http.Request) bool {
			return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256-")
		}}, "may push to production/app"},
		{"it refuses the tag of the signature", registrytest.Config{Fail: func(r *http.Request) bool { return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, ".sig") }}, "may push to production/app"},
		{"it forgets the tag of the signature", registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
			forget := r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, ".sig")
			if forget {
				w.WriteHeader(http.StatusCreated)
			}
			return forget
		}}, "reading back"},
		{"it forgets the list", registrytest.Config{NoReferrers: true, Answer: func(w http.ResponseWriter, r *http.Request) bool {
			forget := r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256-")
			if forget {
				w.WriteHeader(http.StatusCreated)
			}
			return forget
		}}, "was replaced by others at the same time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := stage(t, registrytest.Config{})
			s.attach(t, s.Root.Digest.String(), bundle, "aaa")
			if err := s.server.AttachByTag("staging/app", s.Root.Digest.String(), ".sig", layer(attest.SimpleSigning, "{}")); err != nil {
				t.Fatal(err)
			}
			target := start(t, tt.cfg)
			if _, err := s.promote(t, target); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Push() = %v, want %q", err, tt.want)
			}
			if slices.Contains(target.Requests(), "PUT /v2/production/app/manifests/1") {
				t.Error("the tag of the image was written")
			}
		})
	}
}

// The list of referrers under a tag keeps what others wrote, before and at the same time.
func TestPromotionKeepsOtherReferrers(t *testing.T) {
	t.Parallel()
	s := stage(t, registrytest.Config{})
	root := s.Root.Digest.String()
	ours := s.attach(t, root, bundle, "ours")
	hash := func(letter string) v1.Hash { return v1.Hash{Algorithm: "sha256", Hex: strings.Repeat(letter, 64)} }
	var target *registrytest.Server
	var raced atomic.Bool
	target = start(t, registrytest.Config{NoReferrers: true, Answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/manifests/"+tagged(root, "")) || raced.Swap(true) {
			return false
		}
		if err := target.ListReferrers("production/app", root, v1.Descriptor{Digest: hash("a")}, v1.Descriptor{Digest: hash("b")}); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		return true
	}})
	if err := target.ListReferrers("production/app", root, v1.Descriptor{Digest: hash("a")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.promote(t, target); err != nil {
		t.Fatal(err)
	}
	var index v1.IndexManifest
	if err := json.Unmarshal([]byte(stored(t, target, "production/app", tagged(root, ""))), &index); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range index.Manifests {
		got = append(got, d.Digest.String())
	}
	if want := []string{hash("a").String(), hash("b").String(), ours}; !slices.Equal(got, want) {
		t.Errorf("the list has %q, want %q", got, want)
	}
}

// Signatures that production has already are not replaced by those of staging.
func TestPromotionKeepsOtherSignatures(t *testing.T) {
	t.Parallel()
	s := stage(t, registrytest.Config{})
	root := s.Root.Digest.String()
	target := start(t, registrytest.Config{})
	for server, body := range map[*registrytest.Server]string{s.server: `{"staging":1}`, target: `{"production":1}`} {
		repository := map[bool]string{true: "production/app", false: "staging/app"}[server == target]
		if err := server.AttachByTag(repository, root, ".sig", layer(attest.SimpleSigning, body)); err != nil {
			t.Fatal(err)
		}
	}
	before := stored(t, target, "production/app", tagged(root, ".sig"))
	warnings, err := s.promote(t, target)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], tagged(root, ".sig")+" was not copied") {
		t.Errorf("Push() = %q, %v, want a warning that names the tag", warnings, err)
	}
	if after := stored(t, target, "production/app", tagged(root, ".sig")); after != before {
		t.Errorf("the signature in production is now %s", after)
	}
}

// Within one registry blobs are mounted, and what is mounted is read back.
func TestPromotionMounts(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		t.Run(fmt.Sprintf("refused: %t", refused), func(t *testing.T) {
			t.Parallel()
			var mounted atomic.Int64
			s := stage(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodHead && strings.HasPrefix(r.URL.Path, "/v2/production/app/blobs/") && mounted.Load() == 0 {
					w.WriteHeader(http.StatusNotFound) // this registry shares blobs otherwise
					return true
				}
				if r.Method != http.MethodPost || r.URL.Query().Get("from") != "staging/app" || refused {
					return false
				}
				mounted.Add(1)
				w.WriteHeader(http.StatusCreated)
				return true
			}})
			if _, err := s.promote(t, s.server); err != nil {
				t.Fatal(err)
			}
			sent := slices.ContainsFunc(s.server.Writes(), func(w string) bool { return strings.HasPrefix(w, "PATCH /v2/production/app/") })
			if sent != refused || (mounted.Load() == 0) != refused {
				t.Errorf("%d blobs were mounted, sent: %t", mounted.Load(), sent)
			}
			if stored(t, s.server, "production/app", "1") != string(s.Root.Raw) {
				t.Error("the image is not there")
			}
		})
	}
}

// What is promoted within its repository has what refers to it already.
func TestPromotionWithinRepository(t *testing.T) {
	t.Parallel()
	s := stage(t, registrytest.Config{NoReferrers: true})
	signature := s.attach(t, s.Root.Digest.String(), bundle, "aaa")
	d := v1.Descriptor{MediaType: types.OCIManifestSchema1, Size: 1}
	d.Digest, _ = v1.NewHash(signature)
	s.list(t, s.Root.Digest.String(), d)
	referrers, err := s.source.Collect(context.Background(), s.Digests()...)
	if err != nil {
		t.Fatal(err)
	}
	content, err := s.Content()
	if err != nil {
		t.Fatal(err)
	}
	refs, err := registry.ParseReferences([]string{s.server.Host + "/staging/app:2"})
	if err != nil {
		t.Fatal(err)
	}
	err = client(t).Push(context.Background(), clear(t, s.Digests()...), registry.Promotion{Content: content, References: refs, Source: s.source, Referrers: referrers})
	if err != nil || slices.Contains(s.server.Writes(), "PUT /v2/staging/app/manifests/"+signature) {
		t.Errorf("Push() = %v after %q", err, s.server.Writes())
	}
}
