//go:build e2e

package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// packedVersion is the version that .ci/e2e packs.
const packedVersion = "1.0.0"

// packages returns the directory that .ci/packages made, which LAYERGATE_TEST_PACKAGES names.
func packages(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LAYERGATE_TEST_PACKAGES")
	if dir == "" {
		t.Skip("LAYERGATE_TEST_PACKAGES does not name what .ci/packages made")
	}
	return dir
}

// TestArchive unpacks the archive for this machine, and runs the program in it.
func TestArchive(t *testing.T) {
	t.Parallel()
	name := filepath.Join(packages(t), fmt.Sprintf("layergate_%s_%s_%s.tar.gz", packedVersion, runtime.GOOS, runtime.GOARCH))
	dir := t.TempDir()
	files := unpack(t, name, dir)
	want := []string{"LICENSE", "completions/_layergate", "completions/layergate.bash", "completions/layergate.fish", "completions/layergate.ps1", "layergate"}
	if !slices.Equal(files, want) {
		t.Errorf("%s has the files %q, want %q", name, files, want)
	}
	checkVersion(t, filepath.Join(dir, "layergate"), packedVersion)
}

// unpack writes the files of an archive into a directory and returns their names in order. All belong to root.
func unpack(t *testing.T, name, dir string) []string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 || header.Uname != "" || header.Gname != "" {
			t.Errorf("%s belongs to %d:%d %s:%s, want root by number", header.Name, header.Uid, header.Gid, header.Uname, header.Gname)
		}
		if header.Typeflag == tar.TypeDir {
			continue
		}
		files = append(files, header.Name)
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, header.Name), string(content))
		if err := os.Chmod(filepath.Join(dir, header.Name), header.FileInfo().Mode()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDebianPackage installs the package into an empty system by dpkg, runs what it brought, and removes it again.
func TestDebianPackage(t *testing.T) {
	t.Parallel()
	file := filepath.Join(packages(t), fmt.Sprintf("layergate_%s_%s.deb", packedVersion, runtime.GOARCH))
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip(err)
	}
	system := t.TempDir()
	writeFile(t, filepath.Join(system, "var/lib/dpkg/status"), "")
	writeFile(t, filepath.Join(system, "var/lib/dpkg/info/format"), "1\n")
	dpkg := func(args ...string) {
		t.Helper()
		args = append([]string{"--root=" + system, "--log=" + filepath.Join(t.TempDir(), "log"), "--force-not-root", "--force-architecture"}, args...)
		if out, err := exec.CommandContext(t.Context(), "dpkg", args...).CombinedOutput(); err != nil {
			t.Fatalf("dpkg %q = %v\n%s", args, err, out)
		}
	}
	dpkg("--install", file)
	checkVersion(t, filepath.Join(system, "usr/bin/layergate"), packedVersion)
	for _, completion := range []string{"bash-completion/completions/layergate", "zsh/vendor-completions/_layergate", "fish/vendor_completions.d/layergate.fish"} {
		if content, err := os.ReadFile(filepath.Join(system, "usr/share", completion)); err != nil || !strings.Contains(string(content), "layergate") {
			t.Errorf("the package brings no %s: %v", completion, err)
		}
	}
	dpkg("--purge", "layergate")
	if _, err := os.Stat(filepath.Join(system, "usr/bin/layergate")); !os.IsNotExist(err) {
		t.Errorf("the program is still there after the package was removed: %v", err)
	}
}

// TestFormulaSyntax has Ruby read the formula of formula_test.go. Homebrew itself is not asked.
func TestFormulaSyntax(t *testing.T) {
	t.Parallel()
	ruby, err := exec.LookPath("ruby")
	if err != nil {
		t.Skip(err)
	}
	if out, err := exec.CommandContext(t.Context(), ruby, "-c", filepath.Join("testdata", "layergate.rb")).CombinedOutput(); err != nil {
		t.Errorf("ruby -c = %v\n%s", err, out)
	}
}

// TestGoInstall installs a version of the module as go install does it by a module proxy, which here is a directory. The version
// is the commit's own, and does not stay in the cache of modules.
func TestGoInstall(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	version := packedVersion + "-e2e.g" + output(t, "git", "-C", root, "rev-parse", "HEAD")
	m := module.Version{Path: "github.com/layergate/layergate", Version: "v" + version}
	proxy, bin, cache := t.TempDir(), t.TempDir(), output(t, "go", "env", "GOMODCACHE")
	writeModule(t, root, filepath.Join(proxy, filepath.FromSlash(m.Path), "@v"), m)
	t.Cleanup(func() {
		downloaded, _ := filepath.Glob(filepath.Join(cache, "cache", "download", filepath.FromSlash(m.Path), "@v", m.Version+".*"))
		for _, path := range append(downloaded, filepath.Join(cache, filepath.FromSlash(m.Path)+"@"+m.Version)) {
			if err := os.RemoveAll(path); err != nil {
				t.Error(err)
			}
		}
	})
	cmd := exec.CommandContext(t.Context(), "go", "install", m.Path+"/cmd/layergate@"+m.Version)
	cmd.Dir = bin
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-modcacherw", "GONOSUMDB="+m.Path, "GOPROXY=file://"+proxy+","+output(t, "go", "env", "GOPROXY"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s = %v\n%s", cmd, err, out)
	}
	checkVersion(t, filepath.Join(bin, "layergate"), version)
}

// output runs a program and returns what it prints.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s %q = %v", program, args, err)
	}
	return strings.TrimSpace(string(out))
}

// writeModule lays the commit out as a version of the module, in the form that a proxy serves (go.dev/ref/mod, "GOPROXY protocol").
func writeModule(t *testing.T, root, dir string, m module.Version) {
	t.Helper()
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "list"), m.Version+"\n")
	writeFile(t, filepath.Join(dir, m.Version+".mod"), string(goMod))
	writeFile(t, filepath.Join(dir, m.Version+".info"), fmt.Sprintf(`{"Version": %q}`, m.Version))
	archive, err := os.Create(filepath.Join(dir, m.Version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	sources := t.TempDir()
	output(t, "bash", "-c", `git -C "$1" archive HEAD | tar --extract --directory "$2"`, "-", root, sources)
	if err := zip.CreateFromDir(archive, m, sources); err != nil {
		t.Fatal(err)
	}
}

// checkVersion runs a program and wants it to print its version.
func checkVersion(t *testing.T, program, version string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, "version").Output()
	if want := "layergate " + version + "\n"; err != nil || string(out) != want {
		t.Errorf("%s version = %q, %v, want %q", program, out, err, want)
	}
}
