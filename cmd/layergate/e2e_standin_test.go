//go:build e2e

package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// These tests need images to build and run in, and a machine that tests may pull none: they are made of what the
// machine has. They are nowhere else than in the test's Docker engine.
const (
	runnerImage = "layergate-e2e/runner" // what a workflow's steps run in: a busybox
	goImage     = "layergate-e2e/golang" // for GO_IMAGE: Go, the modules as a proxy made of files, and the compiler's cache
)

// repository is this repository's root.
var repository = filepath.Join("..", "..")

// needDocker skips a test where there is no Docker engine to try it on. LAYERGATE_E2E=required makes that a failure, so
// that a machine that is made for these tests cannot pass them over.
func needDocker(t *testing.T, programs ...string) {
	t.Helper()
	skip := t.Skip
	if os.Getenv("LAYERGATE_E2E") == "required" {
		skip = t.Fatal
	}
	if os.Getenv("DOCKER_HOST") == "" {
		skip("DOCKER_HOST names no Docker engine to test with")
	}
	for _, program := range append([]string{"docker", "busybox", "git"}, programs...) {
		if _, err := exec.LookPath(program); err != nil {
			skip(err)
		}
	}
}

// runner makes runnerImage.
var runner = sync.OnceValue(func() error {
	return importImage(runnerImage, nil, addBusybox)
})

// compiler makes goImage.
var compiler = sync.OnceValue(func() error {
	env := []string{"PATH=/usr/local/go/bin:/bin", "HOME=/root", "GOTOOLCHAIN=local", "GOPROXY=file:///goproxy", "GOSUMDB=off"}
	return importImage(goImage, env, addBusybox, addCertificates, addGo, addModules, addBuildCache)
})

// importImage makes an image of one layer.
func importImage(name string, env []string, contents ...func(*tar.Writer) error) error {
	args := []string{"import"}
	for _, variable := range env {
		args = append(args, "-c", "ENV "+variable)
	}
	cmd := exec.Command("docker", append(args, "-", name)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	w := tar.NewWriter(in)
	for _, add := range contents {
		if err = add(w); err != nil {
			break
		}
	}
	err = errors.Join(err, w.Close(), in.Close())
	if ended := cmd.Wait(); ended != nil {
		return errors.Join(errors.New(cmd.String()+": "+ended.Error()+"\n"+out.String()), err)
	}
	return err
}

// addBusybox adds a shell and the commands that Dockerfile and workflows use.
func addBusybox(w *tar.Writer) error {
	program, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	if err := addFile(w, program, "bin/busybox"); err != nil {
		return err
	}
	applets, err := exec.Command(program, "--list").Output()
	if err != nil {
		return err
	}
	for applet := range strings.FieldsSeq(string(applets)) {
		if applet == "busybox" {
			continue
		}
		if err := addLink(w, "bin/"+applet, "busybox"); err != nil {
			return err
		}
	}
	for _, directory := range []string{"tmp/", "root/"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: directory, Mode: 0o1777}); err != nil {
			return err
		}
	}
	return nil
}

func addCertificates(w *tar.Writer) error {
	const file = "etc/ssl/certs/ca-certificates.crt"
	return addFile(w, "/"+file, file)
}

// addGo adds the compiler that runs this test, where Docker's own image has it.
func addGo(w *tar.Writer) error {
	from, err := goEnv("GOROOT")
	if err != nil {
		return err
	}
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(from, file)
		switch top, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); {
		case err != nil:
			return err
		case d.IsDir() && (top == "test" || top == "api" || top == "doc" || d.Name() == "testdata"):
			return filepath.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		return addFile(w, file, "usr/local/go/"+filepath.ToSlash(rel))
	})
}

// addModules adds the modules that go.mod names as a proxy, which is how Go's cache keeps them.
func addModules(w *tar.Writer) error {
	list := exec.Command("go", "mod", "download", "-json")
	list.Dir = repository
	out, err := list.Output()
	if err != nil {
		return err
	}
	zips := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var module struct{ Zip string }
		if err := d.Decode(&module); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		zips[module.Zip] = true
	}
	cache, err := goEnv("GOMODCACHE")
	if err != nil {
		return err
	}
	from := filepath.Join(cache, "cache", "download")
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(file)
		if err != nil || ext != ".mod" && ext != ".info" && !zips[file] {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		return addFile(w, file, "goproxy/"+filepath.ToSlash(rel))
	})
}

// addBuildCache adds the packages as the compiler left them on this machine, where it may have done the work already,
// so that a build in a container only links. The flags are those of the Dockerfile.
func addBuildCache(w *tar.Writer) error {
	list := exec.Command("go", "list", "-deps", "-export", "-tags", "disable_grpc_modules", "-trimpath", "-f", "{{.Export}}", "./cmd/layergate")
	list.Dir, list.Env = repository, append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		return err
	}
	from, err := goEnv("GOCACHE")
	if err != nil {
		return err
	}
	// The entries that say what came of which work are small, and there is no telling which of them belong to the
	// packages.
	files, err := filepath.Glob(filepath.Join(from, "??", "*-a"))
	if err != nil {
		return err
	}
	files = append(files, strings.Fields(string(out))...)
	slices.Sort(files)
	for _, file := range slices.Compact(files) { // packages can have the same output
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		if err := addFile(w, file, "root/.cache/go-build/"+filepath.ToSlash(rel)); err != nil {
			return err
		}
	}
	return nil
}

func goEnv(name string) (string, error) {
	out, err := exec.Command("go", "env", name).Output()
	return strings.TrimSpace(string(out)), err
}

func addFile(w *tar.Writer, from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Name: to, Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime()}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

func addLink(w *tar.Writer, name, target string) error {
	return w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777})
}
