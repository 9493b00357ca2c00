package image_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// daemon answers as much of the Docker Engine's API as it takes to export an image, over a Unix socket.
type daemon struct {
	host     string
	id       string
	names    []string
	archive  []byte
	size     int64
	failSave bool
	hang     func() // called in the middle of an export, which then never ends
	silent   bool   // says nothing of any image
	api      string // version; empty for 1.41
	platform string // os/arch, as inspecting an image tells it; empty for none
	held     []held // the manifests of its index, from API 1.48 on
	part     []byte // the archive of the platform alone

	mu       sync.Mutex
	requests []string
}

// held is a manifest of an index.
type held struct {
	id, platform string
	available    bool
}

// describe says of the image what inspecting it tells.
func (d *daemon) describe(manifests bool) map[string]any {
	os, arch, _ := strings.Cut(d.platform, "/")
	out := map[string]any{"Id": d.id, "RepoTags": d.names, "Size": d.size, "Os": os, "Architecture": arch}
	if !manifests {
		return out
	}
	list := []map[string]any{{"ID": "sha256:" + strings.Repeat("e", 64), "Kind": "attestation", "Available": true}}
	for _, h := range d.held {
		os, arch, _ := strings.Cut(h.platform, "/")
		list = append(list, map[string]any{"ID": h.id, "Kind": "image", "Available": h.available, "ImageData": map[string]any{"Platform": map[string]any{"os": os, "architecture": arch}}})
	}
	out["Manifests"] = list
	return out
}

func startDaemon(t *testing.T, d *daemon) *daemon {
	t.Helper()
	dir := must(os.MkdirTemp("", "layergate-"))(t) // a socket's path is short
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	listener := must(net.Listen("unix", socket))(t)
	server := &http.Server{Handler: d}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	d.host = "unix://" + socket
	return d
}

func (d *daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	d.requests = append(d.requests, r.Method+" "+r.URL.RequestURI())
	d.mu.Unlock()
	path := r.URL.Path
	api := cmp.Or(d.api, "1.41")
	if rest, ok := strings.CutPrefix(path, "/v"+api+"/"); ok {
		path = "/" + rest
	}
	w.Header().Set("Api-Version", api)
	name, inspect := strings.CutSuffix(strings.TrimPrefix(path, "/images/"), "/json")
	switch {
	case path == "/_ping":
	case d.silent:
		<-r.Context().Done()
	case inspect && (name == d.id || slices.Contains(d.names, name)):
		json.NewEncoder(w).Encode(d.describe(r.URL.Query().Get("manifests") == "1"))
	case path == "/images/get" && d.failSave:
		w.WriteHeader(http.StatusInternalServerError)
		w.Write([]byte(`{"message":"the layer store is broken"}`))
	case path == "/images/get" && r.URL.Query().Get("names") == d.id:
		if d.hang != nil {
			w.Write(d.archive[:100])
			w.(http.Flusher).Flush()
			d.hang()
			<-r.Context().Done()
			return
		}
		if r.URL.Query().Has("platform") {
			w.Write(d.part)
			return
		}
		w.Write(d.archive)
	default:
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"message":"no such image"}`))
	}
}

// exported is the archive that a daemon streams.
func exported(t *testing.T, files imagetest.Files) []byte {
	t.Helper()
	return must(imagetest.Tar(files))(t)
}

func configID(t *testing.T, files imagetest.Files) string {
	t.Helper()
	for _, f := range files {
		if strings.Contains(f.Body, `"rootfs"`) {
			return imagetest.Digest([]byte(f.Body)).String()
		}
	}
	t.Fatal("no configuration")
	return ""
}

func TestOpenDocker(t *testing.T) {
	t.Parallel()
	old := must(imagetest.Docker(nil, twoLayers(imagetest.None, "")))(t)
	recent := must(imagetest.DockerOCI("", twoLayers(imagetest.None, "")))(t)
	kept := layoutOf(t, "linux/amd64", "linux/arm64")
	root := must(open(t, writeArchive(t, kept), ""))(t).Root.Digest.String()
	tests := []struct {
		name     string
		files    imagetest.Files
		id       string
		wanted   string
		wantName string
		digest   string
	}{
		{name: "by a short name", files: old, id: configID(t, old), wanted: "app", wantName: "app:latest"},
		{name: "by another tag", files: old, id: configID(t, old), wanted: "team/app:1.2", wantName: "team/app:1.2"},
		{name: "by ID", files: old, id: configID(t, old), wanted: configID(t, old), wantName: "app:latest"},
		{name: "new layout", files: recent, id: configID(t, recent), wanted: "app:latest", wantName: "app:latest"},
		{name: "containerd's store", files: kept, id: root, wanted: "app:latest", wantName: "app:latest", digest: root},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := startDaemon(t, &daemon{id: tt.id, names: []string{"app:latest", "team/app:1.2", "app"}, archive: exported(t, tt.files), size: 1 << 10})
			img, err := pull(t, context.Background(), "docker:"+tt.wanted, func(o *image.Options) { o.Docker.Host = d.host })
			if err != nil {
				t.Fatal(err)
			}
			if img.Name != tt.wantName || img.Source != "docker:"+tt.wanted {
				t.Errorf("Open() = %q of %q, want %q", img.Name, img.Source, tt.wantName)
			}
			if img.Sealed() != (tt.digest != "") || img.Sealed() && img.Root.Digest.String() != tt.digest {
				t.Errorf("the digest is %s, want %q", img.Root.Digest, tt.digest)
			}
		})
	}
}

func writeArchive(t *testing.T, files imagetest.Files) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenDockerRefuses(t *testing.T) {
	t.Parallel()
	files := must(imagetest.Docker(nil, twoLayers(imagetest.None, "")))(t)
	good := exported(t, files)
	other := must(imagetest.Docker(nil, twoLayers(imagetest.None, "linux/arm64")))(t)
	partial := layoutOf(t, "linux/amd64", "linux/arm64")
	lost := slices.IndexFunc(partial, func(f imagetest.File) bool { return strings.HasPrefix(f.Body, "\x1f\x8b") })
	tests := []struct {
		name     string
		daemon   *daemon
		wanted   string
		free     int64
		wantErr  string
		wantHint string
		request  bool
	}{
		{name: "unknown image", daemon: &daemon{id: configID(t, files)}, wanted: "other:1", wantErr: `has no image "other:1"`, wantHint: "docker images", request: true},
		{name: "no name", daemon: &daemon{}, wanted: "Upper/Case", wantErr: "is not a valid image name", wantHint: "docker images", request: true},
		{name: "broken store", daemon: &daemon{id: configID(t, files), failSave: true}, wantErr: "the layer store is broken"},
		{name: "cut short", daemon: &daemon{id: configID(t, files), archive: good[:len(good)/2]}, wantErr: "truncated"},
		{name: "another image", daemon: &daemon{id: configID(t, files), archive: exported(t, other)}, wantErr: "exported another image"},
		{name: "known to be too large", daemon: &daemon{id: configID(t, files), archive: good, size: 3 << 30}, free: 2 << 30, wantErr: "writing 3.0 GiB to ", wantHint: "temp-dir"},
		{name: "too large", daemon: &daemon{id: configID(t, files), archive: good}, free: 1 << 20, wantErr: "only 1.0 MiB are free", wantHint: "temp-dir"},
		{
			name:    "a platform is missing",
			daemon:  &daemon{id: configID(t, files), archive: exported(t, slices.Delete(partial, lost, lost+1))},
			wantErr: "is listed but missing", wantHint: "registry:app",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := startDaemon(t, tt.daemon)
			d.names = []string{"app"}
			wanted := "app"
			if tt.wanted != "" {
				wanted = tt.wanted
			}
			_, err := pull(t, context.Background(), "docker:"+wanted, func(o *image.Options) {
				o.Docker.Host = d.host
				if tt.free > 0 {
					o.Free = func(string) (int64, bool) { return tt.free, true }
				}
			})
			if err == nil {
				t.Fatal("Open() gives no error")
			}
			checkError(t, err, tt.wantErr, tt.request)
			if hints := fault.Hints(err); tt.wantHint != "" && (len(hints) == 0 || !strings.Contains(hints[0], tt.wantHint)) {
				t.Errorf("Hints() = %q, want one with %q", hints, tt.wantHint)
			}
		})
	}
}

// partOf is the layout of one image of an index, and its digest.
func partOf(t *testing.T, index imagetest.Files, platform string) (files imagetest.Files, digest string) {
	t.Helper()
	img := must(open(t, writeArchive(t, index), ""))(t)
	for _, p := range img.Platforms {
		if p.Name != platform {
			continue
		}
		descriptor := map[string]any{"mediaType": p.Manifest.MediaType, "digest": p.Manifest.Digest.String(), "size": len(p.Manifest.Raw)}
		root := must(json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []any{descriptor}}))(t)
		for _, f := range index {
			if f.Name == "index.json" {
				f.Body = string(root)
			}
			files = append(files, f)
		}
		return files, p.Manifest.Digest.String()
	}
	t.Fatalf("the index has no image for %s", platform)
	return nil, ""
}

// Of an index that the daemon does not hold all of, the platform that docker run would run is taken, where it can be asked for that.
func TestOpenDockerPart(t *testing.T) {
	t.Parallel()
	index := layoutOf(t, "linux/amd64", "linux/arm64")
	root := must(open(t, writeArchive(t, index), ""))(t).Root.Digest.String()
	amd64, amd64ID := partOf(t, index, "linux/amd64")
	arm64, arm64ID := partOf(t, index, "linux/arm64")
	lost := slices.IndexFunc(index, func(f imagetest.File) bool { return strings.HasPrefix(f.Body, "\x1f\x8b") })
	partial := exported(t, slices.Delete(slices.Clone(index), lost, lost+1))
	both := []held{{arm64ID, "linux/arm64", false}, {amd64ID, "linux/amd64", true}}
	tests := []struct {
		name   string
		daemon *daemon
		want   string // the digest; empty for an error
		err    string
	}{
		{name: "its own platform", daemon: &daemon{api: "1.48", platform: "linux/amd64", held: both, part: exported(t, amd64)}, want: amd64ID},
		{name: "an older daemon", daemon: &daemon{api: "1.47", platform: "linux/amd64", held: both, part: exported(t, amd64)}, err: "is listed but missing"},
		{name: "not its own platform", daemon: &daemon{api: "1.48", held: []held{{arm64ID, "linux/arm64", true}}, part: exported(t, arm64)}, err: "is listed but missing"},
		{name: "a platform that it does not hold either", daemon: &daemon{api: "1.48", platform: "linux/arm64", held: both, part: exported(t, arm64)}, err: "is listed but missing"},
		{name: "a part that is not all there", daemon: &daemon{api: "1.48", platform: "linux/amd64", held: both, part: partial}, err: "is listed but missing"},
		{name: "another platform than it says", daemon: &daemon{api: "1.48", platform: "linux/amd64", held: both, part: exported(t, arm64)}, err: "exported another image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.daemon.id, tt.daemon.names, tt.daemon.archive = root, []string{"app:1"}, partial
			d := startDaemon(t, tt.daemon)
			dir := t.TempDir()
			img, err := pull(t, context.Background(), "docker:app:1", func(o *image.Options) { o.Docker.Host, o.TempDir = d.host, dir })
			if tt.want == "" {
				if err == nil {
					t.Fatalf("Open() = %s, want an error with %q", img.Root.Digest, tt.err)
				}
				checkError(t, err, tt.err, false)
				if hints := fault.Hints(err); strings.Contains(tt.err, "missing") && (len(hints) == 0 || !strings.Contains(hints[0], "registry:")) {
					t.Errorf("Hints() = %q, want one that names registry:", hints)
				}
				if left := must(os.ReadDir(dir))(t); len(left) > 0 {
					t.Errorf("%s is left", left[0].Name())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if img.Root.Digest.String() != tt.want || len(img.Platforms) != 1 || img.Platforms[0].Name != "linux/amd64" || img.Name != "app:1" {
				t.Errorf("Open() = %s of %d platforms called %q, want %s alone", img.Root.Digest, len(img.Platforms), img.Name, tt.want)
			}
			if len(img.Warnings) != 1 || !strings.Contains(img.Warnings[0], "holds linux/amd64 of the index "+root) || !strings.Contains(img.Warnings[0], "alone, "+tt.want) {
				t.Errorf("Warnings = %q, want one that names the index, the platform and its digest", img.Warnings)
			}
		})
	}
}

// Where no daemon answers, one sentence says so, and the hint names the ways to go on.
func TestOpenDockerNoDaemon(t *testing.T) {
	t.Parallel()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	listener.Close()
	nobody := "tcp://" + listener.Addr().String()
	socket := "unix://" + filepath.Join(t.TempDir(), "no.sock")
	for host, why := range map[string]string{nobody: "", socket: ": there is no such socket"} {
		_, err := pull(t, context.Background(), "docker:app", func(o *image.Options) { o.Docker.Host = host })
		if want := `opening the image "docker:app": no Docker daemon answers at ` + host + why; err == nil || err.Error() != want || fault.IsRequest(err) {
			t.Errorf("Open() = %v, want %s", err, want)
		}
		hints := strings.Join(fault.Hints(err), "\n")
		for _, way := range []string{"start Docker", "docker-host", "docker save", "registry:"} {
			if !strings.Contains(hints, way) {
				t.Errorf("the hints do not name %q: %s", way, hints)
			}
		}
	}
	for _, host := range []string{"nonsense", "ssh://user@build"} {
		_, err := pull(t, context.Background(), "docker:app", func(o *image.Options) { o.Docker.Host = host })
		if !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
			t.Errorf("Open() with the host %s = %v, want a wrong request", host, err)
		}
	}
}

func TestOpenDockerInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	d := startDaemon(t, &daemon{id: "sha256:" + strings.Repeat("ab", 32), names: []string{"app"}, archive: bytes.Repeat([]byte("x"), 1000), hang: cancel})
	_, err := pull(t, ctx, "docker:app", func(o *image.Options) { o.Docker.Host = d.host })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Open() = %v, want context.Canceled", err)
	}
}

// A daemon that sends nothing ends the run, also without a limit of the run's time; one that takes its time does not.
func TestOpenDockerThatHangs(t *testing.T) {
	t.Parallel()
	files := must(imagetest.Docker(nil, twoLayers(imagetest.None, "")))(t)
	for name, d := range map[string]*daemon{
		"before it answers":          {silent: true},
		"in the middle of an export": {hang: func() {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d.id, d.names, d.archive = configID(t, files), []string{"app:1"}, exported(t, files)
			host := startDaemon(t, d).host
			dir := t.TempDir()
			_, err := pull(t, context.Background(), "docker:app:1", func(o *image.Options) {
				o.Docker.Host, o.Docker.Patience, o.TempDir = host, 100*time.Millisecond, dir
			})
			checkError(t, err, "sends nothing for 100ms", false)
			if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "docker info") {
				t.Errorf("Hints() = %q, want what to do about the daemon", hints)
			}
			if left := must(os.ReadDir(dir))(t); len(left) > 0 {
				t.Errorf("%s is left", left[0].Name())
			}
		})
	}
}
