//go:build e2e

package layerfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// Files that are made, linked, replaced and removed in the ways that a layer has to write down.
const dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin; mkdir -p /usr/lib /data/keep /data/gone/deep /opt/full; ln -s usr/lib /lib; echo one > /lib/lib.so.1; ln -s lib.so.1 /lib/lib.so; echo a > /data/keep/a; echo b > /data/gone/deep/b; echo c > /opt/full/c; mkfifo /data/pipe; ln /data/keep/a /data/keep/hard"]
RUN ["/bin/sh", "-c", "rm -r /data/gone; rm /data/keep/a; echo two > /lib/lib.so.1; echo new > /lib/extra"]
RUN ["/bin/sh", "-c", "rm -r /opt/full; mkdir /opt/full; echo d > /opt/full/d; ln /lib/extra /opt/link; mv /usr/lib /usr/lib64; ln -s lib64 /usr/lib"]
RUN ["/bin/sh", "-c", "rm /data/pipe; mkdir /data/pipe; echo f > /data/pipe/f; mkdir -p /data/gone; chmod 4755 /opt/link"]
COPY sparse /var/sparse
`

// The final file system is the one that Docker gives a container.
func TestSameAsDocker(t *testing.T) {
	if os.Getenv("DOCKER_HOST") == "" {
		t.Skip("DOCKER_HOST names no Docker engine to test with")
	}
	dir := t.TempDir()
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal("there is no /bin/busybox: apt-get install busybox-static")
	}
	sparse := append(make([]byte, 1<<20), "end"...)
	for name, body := range map[string][]byte{"busybox": busybox, "Dockerfile": []byte(dockerfile), "sparse": sparse} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, kit := range []string{"0", "1"} {
		t.Run("DOCKER_BUILDKIT="+kit, func(t *testing.T) {
			name := "layergate-e2e-" + kit
			env := append(os.Environ(), "DOCKER_BUILDKIT="+kit)
			docker(t, env, "build", "-q", "--network", "none", "-t", name, dir)
			archive := filepath.Join(t.TempDir(), "image.tar")
			docker(t, env, "save", "-o", archive, name)
			container := strings.TrimSpace(string(docker(t, env, "create", "--network", "none", name, "/bin/sh")))
			exported := docker(t, env, "export", container)
			docker(t, env, "rm", container)
			docker(t, env, "rmi", name)

			sp := spool.New(spool.Config{Dir: t.TempDir()})
			defer sp.Close()
			img, err := image.Open(context.Background(), archive, image.Options{Spool: sp})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			tree, err := layerfs.New(context.Background(), img.Platforms[0].Layers, sp)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(exportListing(t, exported), fullListing(t, tree.Top())); diff != "" {
				t.Errorf("the file system (-docker +layergate):\n%s", diff)
			}
		})
	}
}

func docker(t *testing.T, env []string, args ...string) []byte {
	t.Helper()
	program := "docker"
	if _, err := os.Stat("/usr/bin/docker"); err == nil {
		program = "/usr/bin/docker" // Debian's builds with BuildKit without a plugin
	}
	cmd := exec.Command(program, args...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// ofDocker tells what Docker puts into every container.
func ofDocker(name string) bool {
	for _, p := range []string{"/.dockerenv", "/dev", "/proc", "/sys", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab", "/etc"} {
		if name == p || p != "/etc" && strings.HasPrefix(name, p+"/") {
			return true
		}
	}
	return name == "/"
}

func exportListing(t *testing.T, raw []byte) []string {
	t.Helper()
	var out []string
	bodies := map[string]string{}
	tr := tar.NewReader(bytes.NewReader(raw))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := path.Clean("/" + h.Name)
		if ofDocker(name) {
			continue
		}
		body, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		mode := h.FileInfo().Mode()
		switch h.Typeflag {
		case tar.TypeReg:
			bodies[name] = line("file", name, mode.Perm()|mode&os.ModeSetuid, string(body))
			out = append(out, bodies[name])
		case tar.TypeLink:
			target := bodies[path.Clean("/"+h.Linkname)]
			out = append(out, strings.Replace(target, path.Clean("/"+h.Linkname)+" ", name+" ", 1))
		case tar.TypeSymlink:
			out = append(out, line("link", name, 0, h.Linkname))
		case tar.TypeDir:
			out = append(out, line("folder", name, mode.Perm(), ""))
		default:
			out = append(out, line("other", name, 0, ""))
		}
	}
	slices.Sort(out)
	return out
}

func fullListing(t *testing.T, v layerfs.View) []string {
	t.Helper()
	var out []string
	v.All(func(f layerfs.File) bool {
		if ofDocker(f.Path) {
			return true
		}
		switch f.Type {
		case layerfs.Regular:
			out = append(out, line("file", f.Path, f.Mode.Perm()|f.Mode&os.ModeSetuid, content(t, v, f)))
		case layerfs.Symlink:
			out = append(out, line("link", f.Path, 0, f.Link))
		case layerfs.Directory:
			out = append(out, line("folder", f.Path, f.Mode.Perm(), ""))
		default:
			out = append(out, line("other", f.Path, 0, ""))
		}
		return true
	})
	slices.Sort(out)
	return out
}

func line(kind, name string, mode os.FileMode, body string) string {
	if len(body) > 40 {
		body = fmt.Sprintf("%d bytes that end in %q", len(body), body[len(body)-8:])
	}
	return fmt.Sprintf("%s %s %v %s", kind, name, mode, strings.TrimSpace(body))
}
