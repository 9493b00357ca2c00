package registry_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// numbered attaches a statement with a number in the form that is asked for, and a report.
func numbered(n int) registry.Attach {
	return func(_ context.Context, _ registry.Reference, _ attest.Target, form registry.Form) ([]registry.Artifact, error) {
		of := registry.Artifact{Type: attest.Bundle, PredicateType: "https://example/verdict", Body: fmt.Appendf(nil, `{"bundle": %d}`, n)}
		if form == registry.Envelopes {
			of.Type, of.Body = attest.EnvelopeType, fmt.Appendf(nil, `{"envelope": %d}`, n)
		}
		return []registry.Artifact{of, {Type: "application/sarif+json", Body: fmt.Appendf(nil, `{"n": %d}`, n)}}, nil
	}
}

// replaceNumbered replaces the statements that have a number, and keeps what it was given.
func replaceNumbered(given *[]string) registry.Replace {
	return func(_ registry.Reference, earlier []attest.Attachment) (out []int) {
		*given = nil
		for i, a := range earlier {
			*given = append(*given, string(a.Body))
			if strings.HasPrefix(string(a.Body), `{"bundle": `) || strings.HasPrefix(string(a.Body), `{"envelope": `) {
				out = append(out, i)
			}
		}
		return out
	}
}

// replacing pushes again with a statement in the place of others, and returns the bodies of what is attached then, sorted.
func (s *pushed) replacing(t *testing.T, n int, replace registry.Replace) []string {
	t.Helper()
	err := s.client.Push(t.Context(), clear(t, s.image.Digests()...), registry.Promotion{
		Content: s.content, References: s.refs, Attach: numbered(n), Replace: replace, Warn: func(m string) { s.warnings = append(s.warnings, m) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range attachedTo(t, s.client, s.server.Host+"/app:1") {
		out = append(out, string(a.Body))
	}
	slices.Sort(out)
	return out
}

// New statements take the place of those that are chosen among the earlier ones, and all else stays, wherever statements are kept.
func TestPushReplaces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cfg    registrytest.Config
		before func(t *testing.T, s *pushed)
		form   string
	}{
		"referrers":                             {form: "bundle"},
		"a list under a tag, without deletions": {cfg: registrytest.Config{NoReferrers: true, NoDelete: true}, form: "bundle"},
		"under cosign's tag, without deletions": {cfg: registrytest.Config{NoDelete: true}, before: func(t *testing.T, s *pushed) { s.cosigned(t, ".att") }, form: "envelope"},
		"under cosign's tag, without a configuration of an image": {before: func(t *testing.T, s *pushed) {
			if err := s.server.AttachByTag("app", s.root(), ".att", layer(attest.EnvelopeType, `{"earlier": true}`)); err != nil {
				t.Fatal(err)
			}
		}, form: "envelope"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPushed(t, test.cfg)
			if test.before != nil {
				test.before(t, s)
			}
			if got := s.replacing(t, 1, nil); !slices.Contains(got, `{"`+test.form+`": 1}`) {
				t.Fatalf("attached is %q, want the first statement", got)
			}
			if test.form == "bundle" {
				s.attachBeside(t, test.cfg.NoReferrers)
			}
			both := s.replacing(t, 2, nil)
			var given []string
			after := s.replacing(t, 3, replaceNumbered(&given))
			want := slices.DeleteFunc(append(slices.Clone(both), `{"`+test.form+`": 3}`), func(body string) bool {
				return body == `{"`+test.form+`": 1}` || body == `{"`+test.form+`": 2}`
			})
			slices.Sort(want)
			if len(both) < 3 || !slices.Equal(after, want) {
				t.Errorf("attached is %q, want of %q and the new one %q", after, both, want)
			}
			if slices.Contains(given, `{"`+test.form+`": 3}`) && test.form == "bundle" {
				t.Errorf("Replace was given %q, the new statement among it", given)
			}
			if len(s.warnings) > 0 {
				t.Errorf("Push() warns of %q, want nothing", s.warnings)
			}
			if test.form == "envelope" {
				manifest, config := s.statements(t)
				if len(manifest.Layers) != 2 || config != nil && (len(config.RootFS.DiffIDs) != 2 || config.RootFS.DiffIDs[1] != manifest.Layers[1].Digest || len(config.History) != 2) {
					t.Errorf("the manifest is %+v with the configuration %+v, want the earlier layer and the new one", manifest, config)
				}
			}
			// What is attached anew although it is there stays.
			if again := s.replacing(t, 3, replaceNumbered(&given)); !slices.Equal(again, after) {
				t.Errorf("attached again is %q, want %q", again, after)
			}
		})
	}
}

// attachBeside attaches what is not the gate's: one statement alone, and one beside another in a manifest.
func (s *pushed) attachBeside(t *testing.T, byTag bool) {
	t.Helper()
	var list []v1.Descriptor
	for _, layers := range [][]registrytest.Layer{
		{layer(attest.Bundle, `{"of": "somebody else"}`)},
		{layer(attest.Bundle, `{"bundle": 100}`), layer(attest.Bundle, `{"beside": "it"}`)},
	} {
		d, err := s.server.Attach("app", s.root(), layers...)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	if !byTag {
		return
	}
	repo, err := s.client.Image(s.server.Host + "/app:1")
	if err != nil {
		t.Fatal(err)
	}
	listed, err := repo.Referrers(t.Context(), s.image.Root.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.server.ListReferrers("app", s.root(), append(listed, list...)...); err != nil {
		t.Fatal(err)
	}
}

// What cannot be deleted stays, with a warning, and the tag is moved.
func TestPushWarnsOfNotReplacing(t *testing.T) {
	t.Parallel()
	s := newPushed(t, registrytest.Config{NoDelete: true})
	s.replacing(t, 1, nil)
	var given []string
	got := s.replacing(t, 2, replaceNumbered(&given))
	if len(got) != 2 || len(s.warnings) != 1 || !strings.Contains(s.warnings[0], "earlier statements stay attached to the image in "+s.server.Host+"/app: ") || !strings.Contains(s.warnings[0], "405") {
		t.Errorf("attached is %q, with the warnings %q, want both statements and one warning", got, s.warnings)
	}
}

// Nothing is replaced before the new statement is there: one that cannot be stored leaves the earlier ones.
func TestPushReplacesLast(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	s := newPushed(t, registrytest.Config{Fail: func(r *http.Request) bool {
		return armed.Load() && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256:")
	}})
	s.replacing(t, 1, nil)
	before := attachedTo(t, s.client, s.server.Host+"/app:1")
	armed.Store(true)
	var given []string
	err := s.client.Push(t.Context(), clear(t, s.image.Digests()...), registry.Promotion{Content: s.content, References: s.refs, Attach: numbered(2), Replace: replaceNumbered(&given)})
	if after := attachedTo(t, s.client, s.server.Host+"/app:1"); err == nil || len(after) != len(before) || len(given) > 0 {
		t.Errorf("Push() = %v, and attached is %q, want an error and what was there", err, after)
	}
}

// A statement that is among the new ones is not replaced, although it was there: keys of some kinds sign the same bytes twice.
func TestPushReplacesNothingNew(t *testing.T) {
	t.Parallel()
	s := newPushed(t, registrytest.Config{})
	s.cosigned(t, ".att")
	s.replacing(t, 1, nil)
	var given []string
	err := s.client.Push(t.Context(), clear(t, s.image.Digests()...), registry.Promotion{
		Content: s.content, References: s.refs, Replace: replaceNumbered(&given),
		Attach: func(context.Context, registry.Reference, attest.Target, registry.Form) ([]registry.Artifact, error) {
			return []registry.Artifact{{Type: attest.EnvelopeType, Body: []byte(`{"envelope": 1}`)}, {Type: attest.EnvelopeType, Body: []byte(`{"envelope": 2}`)}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if manifest, _ := s.statements(t); len(manifest.Layers) != 3 || !slices.Contains(given, `{"envelope": 1}`) {
		t.Errorf("the manifest is %+v, want the layers of somebody else, of the statement that was there, and of the new one", manifest)
	}
}
