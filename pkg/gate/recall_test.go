package gate_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
)

// blobs lists the digests of the blobs that were read since a number of requests, each once.
func blobs(server *registrytest.Server, since int) []string {
	var out []string
	for _, r := range server.Requests()[since:] {
		if _, digest, ok := strings.Cut(r, "/blobs/"); ok && strings.HasPrefix(r, "GET ") {
			out = append(out, digest)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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

// What a policy that ignores secrets did not look for is not taken for nothing by another policy.
func TestAuditLooksForSecrets(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	secret := imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "app/.env", Body: "DB_PASSWORD=hunter2\n"}}}}}
	files, err := imagetest.OCI(imagetest.Entry{Name: "image", Images: []imagetest.Image{secret}})
	if err := errors.Join(err, server.Store("team/app", "1", files)); err != nil {
		t.Fatal(err)
	}
	s := config(t, "registry:"+server.Host+"/team/app:1")
	s.Audit, s.Cache = true, newStore()
	secrets := func(s setup) (n int) {
		_, rep := audited(t, s)
		for _, f := range rep.Findings {
			if f.Kind == finding.KindSecret {
				n++
			}
		}
		return n
	}
	ignoring := s
	ignoring.Policy.Secrets = policy.ActionIgnore
	if n := secrets(ignoring); n != 0 {
		t.Errorf("the policy that ignores secrets has %d of them", n)
	}
	if n := secrets(s); n != 1 {
		t.Errorf("the other policy has %d secrets, want 1", n)
	}
}

// An audit reads the layers of a base once, whatever is built on it, and says the same as one that reads everything.
func TestAuditReadsABaseOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := start(t, registrytest.Config{})
	const su = "\x7fELF su"
	base := imagetest.Layer{Compression: imagetest.Gzip, CreatedBy: "FROM base", Files: []imagetest.File{
		{Name: "var/lib/dpkg/status", Body: "Package: util-linux\nStatus: install ok installed\nVersion: 2.38\nArchitecture: amd64\n\n"},
		{Name: "var/lib/dpkg/info/util-linux.list", Body: "/.\n/usr/bin/su\n"},
		{Name: "var/lib/dpkg/info/util-linux.md5sums", Body: fmt.Sprintf("%x  usr/bin/su\n", md5.Sum([]byte(su)))},
		{Name: "usr/bin/su", Body: su, Mode: 0o4755}, {Name: "app/setup.exe", Body: "MZ and nothing that runs"},
		{Name: "etc/os-release", Body: "ID=debian\nVERSION_ID=12\n"}, {Name: "etc/passwd", Body: "root:x:0:0:root:/root:/bin/sh\n"},
		{Name: "app/node_modules/lodash/package.json", Body: `{"name":"lodash","version":"4.17.4"}`},
		{Name: "app/data.json", Body: `{"name":"data","version":"1.0.0"}`}, {Name: "usr/bin/tool", Body: "\x7fELF tool", Mode: 0o4755},
	}}
	build := func(tag string, files ...imagetest.File) string {
		push(ctx, t, server.Host+"/team/app:"+tag, imagetest.Image{Layers: []imagetest.Layer{base, {Compression: imagetest.Gzip, CreatedBy: "COPY " + tag, Files: files}}})
		return "registry:" + server.Host + "/team/app:" + tag
	}
	own := func(name string) imagetest.File {
		return imagetest.File{Name: "srv/node_modules/" + name + "/package.json", Body: fmt.Sprintf(`{"name":%q,"version":"1.0.0"}`, name)}
	}
	cache := newStore()
	first := config(t, build("first", own("first")))
	first.Audit, first.Cache = true, cache
	_, rep := audited(t, first)
	lowest := rep.Platforms[0].Layers[0].Digest

	for _, tt := range []struct {
		name  string
		files []imagetest.File
		reads bool // the base, too
	}{
		{name: "second", files: []imagetest.File{own("second")}},
		{name: "removes", files: []imagetest.File{{Name: "app/node_modules/.wh.lodash"}}},
		{name: "needs", files: []imagetest.File{{Name: "app/node_modules/data/package.json", Link: "app/data.json", Type: tar.TypeLink}}, reads: true},
		{name: "again", files: []imagetest.File{own("again"), {Name: "app/node_modules/data/package.json", Link: "app/data.json", Type: tar.TypeLink}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := config(t, build(tt.name, tt.files...))
			s.Audit = true
			want, _ := audited(t, s)
			s.Cache = cache
			before := len(server.Requests())
			observed := 0
			s.Observe = func(ctx context.Context, req observe.Request, host observe.Host) (*observe.Observation, error) {
				observed++
				return observe.InProcess(ctx, req, host)
			}
			got, _ := audited(t, s)
			if want := map[bool]int{true: 2, false: 1}[tt.reads]; observed != want {
				t.Errorf("the image is looked at %d times, want %d", observed, want)
			}
			if read := slices.Contains(blobs(server, before), lowest); read != tt.reads {
				t.Errorf("the audit reads the layer of the base: %t, want %t", read, tt.reads)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the audit says (-without a cache +with one):\n%s", diff)
			}
		})
	}
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
