package gate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/spool"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// database builds one from the project's advisories, once for all tests.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gate-test-")
	if err != nil {
		panic(err)
	}
	advisories = filepath.Join(dir, "db")
	_, err = osv.Build(context.Background(), osv.Config{
		Dir: advisories, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: clock,
	})
	if err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var advisories string

func clock() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }

// databaseAt is the only source of a gate's database.
func databaseAt(path string) []vulndb.Source { return []vulndb.Source{vulndb.Path(path)} }

func lodash(version string, c imagetest.Compression, platform string) imagetest.Image {
	return imagetest.Image{Platform: platform, Layers: []imagetest.Layer{
		{Compression: c, CreatedBy: "FROM base", Files: []imagetest.File{{Name: "etc/motd", Body: "base\n"}, {Name: "arch", Body: platform}}},
		{Compression: c, CreatedBy: "COPY . /app", Files: []imagetest.File{{
			Name: "app/node_modules/lodash/package.json", Body: fmt.Sprintf(`{"name":"lodash","version":%q,"license":"MIT"}`, version),
		}}},
	}}
}

const (
	vulnerable = "4.17.4"
	repaired   = "4.17.21"
)

func start(t *testing.T, cfg registrytest.Config) *registrytest.Server {
	t.Helper()
	s, err := registrytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// setup is a gate and the one image that is taken to it.
type setup struct {
	gate.Env
	gate.Request
}

func config(t *testing.T, source string, push ...string) setup {
	t.Helper()
	return setup{
		Env: gate.Env{
			Tool: report.Tool{Name: "layergate", Version: "test"}, TempDir: t.TempDir(),
			Database: vulndb.Config{Sources: databaseAt(advisories), Now: clock, MaxAge: 120 * time.Hour},
			Observe:  observe.InProcess, Memory: 1 << 20, MaxUnpacked: 256 << 20,
		},
		Request: gate.Request{Image: source, Push: push, OutputDir: filepath.Join(t.TempDir(), "results")},
	}
}

// open makes a gate, which is closed with the test.
func open(ctx context.Context, t *testing.T, env gate.Env) *gate.Gate {
	t.Helper()
	g, err := gate.New(ctx, env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// inspect takes an image to a gate of its own.
func inspect(ctx context.Context, t *testing.T, s setup) (*gate.Result, error) {
	t.Helper()
	return open(ctx, t, s.Env).Inspect(ctx, s.Request)
}

// write puts an image into a file or directory of the given format.
func write(t *testing.T, format string, images ...imagetest.Image) string {
	t.Helper()
	var files imagetest.Files
	var err error
	switch format {
	case "docker":
		files, err = imagetest.Docker([]string{"app:1"}, images[0])
	case "docker-oci":
		files, err = imagetest.DockerOCI("app:1", images[0])
	default:
		files, err = imagetest.OCI(imagetest.Entry{Name: "app:1", Images: images, Attestation: map[bool]string{true: `{"_type":"s"}`}[len(images) > 1]})
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image")
	if format == "oci-dir" {
		err = files.WriteDir(path)
	} else {
		err = files.WriteArchive(path, imagetest.None)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, resp.Status, err)
	}
	return body
}

// What is in the registry is, byte for byte and by digest, what was scanned.
func TestCleanImageArrivesUnchanged(t *testing.T) {
	t.Parallel()
	type form struct {
		format string
		images []imagetest.Image
	}
	forms := map[string]form{}
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
		for _, format := range []string{"docker", "docker-oci", "oci", "oci-dir"} {
			forms[format+" "+string(c)] = form{format, []imagetest.Image{lodash(repaired, c, "linux/amd64")}}
		}
	}
	forms["index"] = form{"oci", []imagetest.Image{lodash(repaired, imagetest.Gzip, "linux/amd64"), lodash(repaired, imagetest.Gzip, "linux/arm64")}}
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{})
			source := write(t, f.format, f.images...)
			result, err := inspect(context.Background(), t, config(t, source, server.Host+"/team/app:1", server.Host+"/team/app:latest"))
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			if w := server.Requests(); len(w) > 0 {
				t.Fatalf("before the push the registry saw %q", w)
			}
			if err := result.Promote(context.Background()); err != nil {
				t.Fatal(err)
			}
			digest := result.Report.Image.Digest
			base := "http://" + server.Host + "/v2/team/app/"
			for _, tag := range []string{"1", "latest", digest} {
				if got := imagetest.Digest(get(t, base+"manifests/"+tag)).String(); got != digest {
					t.Errorf("%s has the digest %s, and %s was scanned", tag, got, digest)
				}
			}
			checkStored(t, base, result.Report)
			checkScanned(t, source, base, digest)
		})
	}
}

// checkStored fetches every layer that the report names.
func checkStored(t *testing.T, base string, rep *report.Report) {
	t.Helper()
	for _, p := range rep.Platforms {
		var manifest struct {
			Config struct{ Digest string }
			Layers []struct{ Digest string }
		}
		if err := json.Unmarshal(get(t, base+"manifests/"+p.Digest), &manifest); err != nil {
			t.Fatal(err)
		}
		if manifest.Config.Digest != p.ID {
			t.Errorf("%s: the configuration is %s, and %s was scanned", p.Platform, manifest.Config.Digest, p.ID)
		}
		for i, l := range p.Layers {
			if manifest.Layers[i].Digest != l.Digest {
				t.Errorf("%s: layer %d is %s, and the report says %s", p.Platform, i, manifest.Layers[i].Digest, l.Digest)
			}
			if got := imagetest.Digest(get(t, base+"blobs/"+l.Digest)).String(); got != l.Digest {
				t.Errorf("%s: layer %d has the content of %s", p.Platform, i, got)
			}
		}
	}
}

// checkScanned compares the registry's bytes with those of the source, where the source has a manifest.
func checkScanned(t *testing.T, source, base, digest string) {
	t.Helper()
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	defer sp.Close()
	img, err := image.Open(context.Background(), source, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if !img.Sealed() {
		return
	}
	if img.Root.Digest.String() != digest {
		t.Errorf("the source's digest is %s, and %s was pushed", img.Root.Digest, digest)
	}
	content, err := img.Content()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range content.Manifests {
		if diff := cmp.Diff(string(m.Raw), string(get(t, base+"manifests/"+m.Digest.String()))); diff != "" {
			t.Errorf("manifest %s (-source +registry):\n%s", m.Digest, diff)
		}
	}
	for _, b := range content.Blobs {
		want, err := io.ReadAll(b.Open())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, get(t, base+"blobs/"+b.Digest.String())) {
			t.Errorf("blob %s differs from the source", b.Digest)
		}
	}
}

// A run that is blocked or fails sends nothing at all.
func TestNothingIsSentUnlessClean(t *testing.T) {
	t.Parallel()
	truncated := func(t *testing.T) string {
		path := write(t, "oci", lodash(repaired, imagetest.Gzip, ""))
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw[:len(raw)/2], 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name    string
		source  func(t *testing.T) string
		change  func(*setup)
		wantErr string // of Inspect; empty means blocked
	}{
		{name: "blocked docker", source: func(t *testing.T) string { return write(t, "docker", lodash(vulnerable, imagetest.None, "")) }},
		{name: "blocked oci", source: func(t *testing.T) string { return write(t, "oci", lodash(vulnerable, imagetest.Zstd, "")) }},
		{
			name: "one platform of two is blocked",
			source: func(t *testing.T) string {
				return write(t, "oci", lodash(repaired, imagetest.Gzip, "linux/amd64"), lodash(vulnerable, imagetest.Gzip, "linux/arm64"))
			},
		},
		{name: "truncated", source: truncated, wantErr: "truncated"},
		{
			name:    "stale database",
			source:  func(t *testing.T) string { return write(t, "oci", lodash(repaired, imagetest.Gzip, "")) },
			change:  func(c *setup) { c.Database.Now = func() time.Time { return clock().Add(200 * time.Hour) } },
			wantErr: "old",
		},
		{
			name:    "reports cannot be written",
			source:  func(t *testing.T) string { return write(t, "oci", lodash(repaired, imagetest.Gzip, "")) },
			change:  func(c *setup) { c.OutputDir = filepath.Join(c.Image, "below-a-file") },
			wantErr: "report",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{})
			cfg := config(t, tt.source(t), server.Host+"/app:1")
			if tt.change != nil {
				tt.change(&cfg)
			}
			result, err := inspect(context.Background(), t, cfg)
			if err == nil {
				defer result.Close()
			}
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("Inspect() = %v, want an error with %q", err, tt.wantErr)
				}
			} else {
				if err != nil {
					t.Fatal(err)
				}
				if result.Report.Verdict.Outcome != policy.Blocked {
					t.Errorf("the verdict is %s, want blocked", result.Report.Verdict.Outcome)
				}
				if err := result.Promote(context.Background()); !errors.Is(err, registry.ErrNotCleared) {
					t.Errorf("Promote() = %v, want ErrNotCleared", err)
				}
			}
			if r := server.Requests(); len(r) > 0 {
				t.Errorf("the registry saw %q, want nothing", r)
			}
			if left, _ := os.ReadDir(cfg.TempDir); err != nil && len(left) > 0 {
				t.Errorf("the failed run left %v behind", left)
			}
		})
	}
}

// A push that fails half-way moves no tag.
func TestFailedPushMovesNoTag(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{Fail: func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/other/manifests/")
	}})
	result, err := inspect(context.Background(), t, config(t, write(t, "oci", lodash(repaired, imagetest.Gzip, "")), server.Host+"/app:1", server.Host+"/other:1"))
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	if err := result.Promote(context.Background()); err == nil {
		t.Fatal("Promote() gives no error")
	}
	for _, w := range server.Writes() {
		if strings.Contains(w, "/manifests/1") {
			t.Errorf("a tag was written: %s", w)
		}
	}
}

// The same image and database give the same bytes in every report.
func TestReportsAreTheSameAgain(t *testing.T) {
	t.Parallel()
	source := write(t, "docker", lodash(vulnerable, imagetest.None, ""))
	read := func() map[string]string {
		result, err := inspect(context.Background(), t, config(t, source, "registry.example/app:1"))
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		out := map[string]string{}
		for _, f := range result.Files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(f)] = string(raw)
		}
		return out
	}
	first := read()
	if len(first) < 4 {
		t.Errorf("there are %d reports", len(first))
	}
	if diff := cmp.Diff(first, read()); diff != "" {
		t.Errorf("the second run (-first +second):\n%s", diff)
	}
}
