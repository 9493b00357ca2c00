package image_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/spool"
)

func TestOpenPipe(t *testing.T) {
	t.Parallel()
	archive := exported(t, must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t))
	tests := []struct {
		name    string
		source  string // - where empty
		pipe    io.Reader
		chosen  string
		limit   int64
		free    int64
		wantErr string
		request bool
	}{
		{name: "an archive", pipe: bytes.NewReader(archive)},
		{name: "an image of an archive", pipe: bytes.NewReader(archive), chosen: "app:1"},
		{name: "of one format", source: "docker-archive:-", pipe: bytes.NewReader(archive)},
		{name: "of another format", source: "oci-archive:-", pipe: bytes.NewReader(archive), wantErr: "not an OCI image layout"},
		{name: "a directory", source: "oci-dir:-", pipe: bytes.NewReader(archive), wantErr: "needs a directory", request: true},
		{name: "no pipe", wantErr: "there is no pipe", request: true},
		{name: "nothing", pipe: bytes.NewReader(nil), wantErr: "nothing came through the pipe", request: true},
		{name: "more than may be unpacked", pipe: bytes.NewReader(archive), limit: int64(len(archive)) - 1, wantErr: "reading the pipe: unpacked data exceeds the limit"},
		{name: "more than the disk holds", pipe: bytes.NewReader(archive), free: 1 << 20, wantErr: "only 1.0 MiB are free"},
		{name: "cut short", pipe: bytes.NewReader(archive[:len(archive)/2]), wantErr: "truncated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			sp := spool.New(spool.Config{Dir: t.TempDir(), Limit: tt.limit})
			defer sp.Close()
			opt := image.Options{Name: tt.chosen, Spool: sp, TempDir: temp, Pipe: tt.pipe}
			if tt.free > 0 {
				opt.Free = func(string) (int64, bool) { return tt.free, true }
			}
			source := cmp.Or(tt.source, image.Pipe)
			img, err := image.Open(context.Background(), source, opt)
			checkError(t, err, tt.wantErr, tt.request)
			if err == nil {
				if img.Name != "app:1" || img.Source != source {
					t.Errorf("Open() = %q of %q, want app:1 of the pipe", img.Name, img.Source)
				}
				img.Close()
			}
			if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
				t.Errorf("%v is left in the directory for temporary files (%v)", left, err)
			}
		})
	}
}

// What exists is a path, whatever it is called.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"app.tar", "registry:app"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for source, want := range map[string]string{
		"app.tar": "app.tar", "docker-archive:app.tar": "app.tar", "oci-dir:" + dir: dir, "registry:app": "registry:app",
		"registry:other": "", "docker:app": "", "oci-archive:none.tar": "", "none.tar": "", "": "",
	} {
		if got, is := image.Path(source); is != (want != "") || is && got != want {
			t.Errorf("Path(%q) = %q, %t, want %q", source, got, is, want)
		}
	}
}

func TestIsName(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "app")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]bool{
		"nginx": true, "nginx:latest": true, "registry.example/team/app@sha256:" + digits: true, "podman": true,
		"-": false, "docker:nginx": false, "oci-dir:layout": false, "podman:app": false, "dir:.": false,
		"app.tar": false, "out/app.tar.gz": false, "Upper/Case": false, file: false,
	} {
		if got := image.IsName(word); got != want {
			t.Errorf("IsName(%q) = %t, want %t", word, got, want)
		}
	}
}

const digits = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// Who waits for an image is told how much of it has come.
func TestOpenTellsProgress(t *testing.T) {
	t.Parallel()
	server := startRegistry(t, registrytest.Config{})
	store(t, server, "team/app", "1", layoutOf(t, "linux/amd64"))
	archive := exported(t, must(imagetest.Docker([]string{"app:1"}, twoLayers(imagetest.None, "")))(t))
	daemon := startDaemon(t, &daemon{id: configID(t, must(imagetest.Docker(nil, twoLayers(imagetest.None, "")))(t)), names: []string{"app"}, archive: archive})
	for source, want := range map[string]*regexp.Regexp{
		"registry:" + server.Host + "/team/app:1": regexp.MustCompile(`^downloading .*/team/app:1: ([0-9]+) of ([0-9]+)$`),
		"docker:app": regexp.MustCompile(fmt.Sprintf(`^exporting the image from the Docker daemon: (%d) of (0)$`, len(archive))),
		"-":          regexp.MustCompile(fmt.Sprintf(`^reading the pipe: (%d) of (0)$`, len(archive))),
	} {
		var told progresstest.Recorder
		_, err := pull(t, context.Background(), source, func(o *image.Options) {
			o.Meters, o.Docker.Host, o.Pipe = &told, daemon.host, bytes.NewReader(archive)
		})
		if err != nil {
			t.Fatal(err)
		}
		work, open := told.Ended()
		if len(work) != 1 || open != 0 || !want.MatchString(work[0]) {
			t.Errorf("Open(%s) told %q, and %d have not ended; want %s", source, work, open, want)
			continue
		}
		if m := want.FindStringSubmatch(work[0]); m[2] != "0" && m[1] != m[2] {
			t.Errorf("Open(%s) told %q, want all", source, work)
		}
	}
}
