package gate_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
)

// blobs lists the digests of the blobs that were read since a number of requests.
func blobs(server *registrytest.Server, since int) []string {
	var out []string
	for _, r := range server.Requests()[since:] {
		if _, digest, ok := strings.Cut(r, "/blobs/"); ok && strings.HasPrefix(r, "GET ") {
			out = append(out, digest)
		}
	}
	slices.Sort(out)
	return out
}

// audited is the report of an audit, as JSON.
func audited(t *testing.T, s setup) ([]byte, *report.Report) {
	t.Helper()
	result, err := inspect(context.Background(), t, s)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var buf bytes.Buffer
	if err := report.JSON(&buf, result.Report); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), result.Report
}

// A second audit says the same and reads configurations alone, as long as the cache knows the layers.
func TestAuditReadsNoKnownLayer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := start(t, registrytest.Config{})
	push(ctx, t, server.Host+"/team/app:1", lodash(vulnerable, imagetest.Gzip, ""))
	cache := newStore()
	s := config(t, "registry:"+server.Host+"/team/app:1")
	s.Audit, s.Cache = true, cache
	first, rep := audited(t, s)
	config := rep.Platforms[0].ID

	before := len(server.Requests())
	again, _ := audited(t, s)
	if got := blobs(server, before); !slices.Equal(got, []string{config}) {
		t.Errorf("the second audit reads the blobs %q, want the configuration %s", got, config)
	}
	if diff := cmp.Diff(string(first), string(again)); diff != "" {
		t.Errorf("the second audit says (-first +second):\n%s", diff)
	}

	t.Run("a gate reads them all the same", func(t *testing.T) {
		gate := s
		gate.Audit = false
		before := len(server.Requests())
		audited(t, gate)
		if got := blobs(server, before); len(got) != 3 {
			t.Errorf("the gate reads the blobs %q, want the configuration and two layers", got)
		}
	})
	t.Run("what is damaged in the cache is read again", func(t *testing.T) {
		for key := range cache.values {
			cache.Put(key, []byte("damaged"))
		}
		before := len(server.Requests())
		repeated, _ := audited(t, s)
		if got := blobs(server, before); len(got) != 3 || !bytes.Equal(repeated, first) {
			t.Errorf("the audit reads the blobs %q, want the configuration and two layers, and the same report", got)
		}
	})
	t.Run("without a cache", func(t *testing.T) {
		without := s
		without.Cache = nil
		before := len(server.Requests())
		audited(t, without)
		if got := blobs(server, before); len(got) != 3 {
			t.Errorf("the audit reads the blobs %q, want the configuration and two layers", got)
		}
	})
	t.Run("a policy that ignores secrets has observations of its own", func(t *testing.T) {
		ignoring := s
		ignoring.Policy.Secrets = policy.ActionIgnore
		if !ignoring.Policy.IgnoresSecrets() {
			t.Fatal("the policy does not ignore secrets")
		}
		before := len(server.Requests())
		audited(t, ignoring)
		if got := blobs(server, before); len(got) != 3 {
			t.Errorf("the audit reads the blobs %q, want the configuration and two layers", got)
		}
	})
	t.Run("it pushes nothing", func(t *testing.T) {
		clean := s
		clean.Policy = policy.Policy{FailOn: policy.Never, Coverage: policy.ActionIgnore}
		clean.Push = []string{server.Host + "/team/copy:1"}
		result, err := inspect(ctx, t, clean)
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		before := len(server.Writes())
		if err := result.Promote(ctx); err == nil || len(server.Writes()) != before {
			t.Errorf("Promote() = %v with %d writes, want an error and none", err, len(server.Writes())-before)
		}
	})
}

// An audit asks the registry for the layers of the base image that an image names, and whether its name leads to a better one today.
func TestAuditKnowsTheBase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := start(t, registrytest.Config{})
	old := lodash(vulnerable, imagetest.Gzip, "").Layers
	base := push(ctx, t, server.Host+"/base/node:20", imagetest.Image{Layers: old})
	named := imagetest.WellKept()
	named.Labels = map[string]string{"org.opencontainers.image.base.name": server.Host + "/base/node:20", "org.opencontainers.image.base.digest": base}
	layers := slices.Concat(old, []imagetest.Layer{{CreatedBy: "COPY . /app", Files: []imagetest.File{{Name: "app/motd", Body: "hello\n"}}}})
	push(ctx, t, server.Host+"/team/app:1", imagetest.Image{Layers: layers, Config: &named})

	s := config(t, "registry:"+server.Host+"/team/app:1")
	s.Audit, s.Cache = true, newStore()
	_, rep := audited(t, s)
	if rep.Image.Base == nil || rep.Image.Base.Layers != 2 || len(rep.Blocking()) == 0 || rep.Remedies.Remedy != remedy.OutcomeBase {
		t.Fatalf("the audit says of the base %+v, and that it takes %q; want two layers of it, and another base", rep.Image.Base, rep.Remedies.Remedy)
	}
	for _, f := range rep.Blocking() {
		if f.Layer == nil || !f.Layer.Base {
			t.Errorf("%s is not of the base", f.ID)
		}
	}

	push(ctx, t, server.Host+"/base/node:20", lodash(repaired, imagetest.Gzip, ""))
	if _, rep = audited(t, s); rep.Remedies.Remedy != remedy.OutcomeRebuild {
		t.Errorf("with a repaired base under the same name it takes %q, want a rebuild: %+v", rep.Remedies.Remedy, rep.Remedies.Steps)
	}
}
