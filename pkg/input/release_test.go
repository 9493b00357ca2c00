package input

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The scripts of the release workflow, on a repository of their own.

const (
	releasedDigest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	otherDigest    = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
)

var runsImage = regexp.MustCompile(`(?m)^  image: .*$`)

// branchAction is action.yml as it is on a branch, also where this is a release.
func branchAction(t *testing.T) string {
	t.Helper()
	return runsImage.ReplaceAllLiteralString(string(readFile(t, "action.yml")), "  image: Dockerfile")
}

// releasedAction is action.yml as a release has it.
func releasedAction(t *testing.T, digest string) string {
	t.Helper()
	return runsImage.ReplaceAllLiteralString(string(readFile(t, "action.yml")), "  image: docker://ghcr.io/layergate/layergate@"+digest)
}

// newRelease makes a directory with what the scripts work on.
func newRelease(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"bash", "git", "awk", "sed"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	write := func(name string, content []byte, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), content, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".github"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{".github/pin-action.sh", ".github/tag-release.sh"} {
		write(script, readFile(t, script), 0o755)
	}
	write("action.yml", []byte(branchAction(t)), 0o644)
	return dir
}

// call runs a program in a directory and returns its exit code and what it printed.
func call(t *testing.T, dir, name string, args ...string) (exit int, out string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	// Git must not read this machine's settings, such as a signature for each commit.
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "HOME="+dir)
	printed, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), strings.TrimSpace(string(printed))
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	exit, out := call(t, dir, "git", append([]string{"-c", "user.name=Test", "-c", "user.email=test@example.com"}, args...)...)
	if exit != 0 {
		t.Fatalf("git %s: %s", strings.Join(args, " "), out)
	}
	return out
}

func TestPinAction(t *testing.T) {
	t.Parallel()
	dir := newRelease(t)
	action := func() string {
		content, err := os.ReadFile(filepath.Join(dir, "action.yml"))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	for _, digest := range []string{"", "latest", strings.ToUpper(releasedDigest), releasedDigest + "0", "x" + releasedDigest, releasedDigest + "\n|w x"} {
		if exit, out := call(t, dir, "bash", ".github/pin-action.sh", digest); exit != 2 || action() != branchAction(t) {
			t.Errorf("pin-action.sh %q ended with %d and %q, want 2 and action.yml as it was", digest, exit, out)
		}
	}
	if exit, out := call(t, dir, "bash", ".github/pin-action.sh", releasedDigest); exit != 0 {
		t.Fatalf("pin-action.sh ended with %d: %s", exit, out)
	}
	if diff := cmp.Diff(releasedAction(t, releasedDigest), action()); diff != "" {
		t.Errorf("action.yml (-want +got):\n%s", diff)
	}
	if image := runsImage.FindString(action()); !actionImage.MatchString(strings.TrimPrefix(image, "  image: ")) {
		t.Errorf("the test of action.yml does not accept %q", image)
	}
	if exit, out := call(t, dir, "bash", ".github/pin-action.sh", otherDigest); exit != 1 || action() != releasedAction(t, releasedDigest) {
		t.Errorf("pin-action.sh on a released action.yml ended with %d and %q, want 1 and the file as it was", exit, out)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "action.yml?*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestTagRelease(t *testing.T) {
	t.Parallel()
	dir, remote := newRelease(t), t.TempDir()
	git(t, remote, "init", "--quiet", "--bare")
	git(t, dir, "init", "--quiet", "--initial-branch", "main")
	git(t, dir, "remote", "add", "origin", remote)
	commits := 0
	// tag has a maintainer set a tag on a new commit of main.
	tag := func(version string, flags ...string) (built string) {
		t.Helper()
		commits++
		if err := os.WriteFile(filepath.Join(dir, "program"), bytes.Repeat([]byte("."), commits), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, dir, "checkout", "--quiet", "-B", "main")
		git(t, dir, "add", ".")
		git(t, dir, "commit", "--quiet", "-m", "Work")
		git(t, dir, append(append([]string{"tag"}, flags...), "v"+version)...)
		git(t, dir, "push", "--quiet", "origin", "main", "v"+version)
		return git(t, dir, "rev-parse", "HEAD")
	}
	// release is the workflow's part, which begins with the commit that was tagged.
	release := func(built, version, digest string) (exit int, out string) {
		t.Helper()
		git(t, dir, "checkout", "--quiet", "--detach", built)
		exit, out = call(t, dir, "bash", ".github/tag-release.sh", version, digest)
		git(t, dir, "checkout", "--quiet", "--force", "main")
		return exit, out
	}
	at := func(ref string) string { t.Helper(); return git(t, remote, "rev-parse", ref+"^{commit}") }

	first := tag("1.9.0", "-m", "An annotated tag")
	if exit, out := release(first, "1.9.0", releasedDigest); exit != 0 {
		t.Fatalf("tag-release.sh ended with %d: %s", exit, out)
	}
	released := at("v1.9.0")
	if at("v1") != released || at(released+"^") != first || at("main") != first {
		t.Errorf("v1.9.0 is %s, v1 %s and main %s, want both tags on a commit behind %s, where main still is", released, at("v1"), at("main"), first)
	}
	if changed := git(t, remote, "diff", "--name-only", first, released); changed != "action.yml" {
		t.Errorf("the release changes %q, want action.yml", changed)
	}
	if diff := cmp.Diff(strings.TrimSpace(releasedAction(t, releasedDigest)), git(t, remote, "show", "v1:action.yml")); diff != "" {
		t.Errorf("action.yml of v1 (-want +got):\n%s", diff)
	}

	// Again: the same image finds the work done, another one is refused.
	if exit, out := release(first, "1.9.0", releasedDigest); exit != 0 || at("v1.9.0") != released {
		t.Errorf("the second call ended with %d and %q, want 0 and nothing moved", exit, out)
	}
	if exit, out := release(first, "1.9.0", otherDigest); exit != 1 || at("v1.9.0") != released {
		t.Errorf("a call with another image ended with %d and %q, want 1 and nothing moved", exit, out)
	}

	// A higher version moves vMAJOR, a lower one and another major version do not.
	second := tag("1.10.0")
	if exit, out := release(second, "1.10.0", otherDigest); exit != 0 {
		t.Fatalf("tag-release.sh ended with %d: %s", exit, out)
	}
	if at("v1") != at("v1.10.0") || at("v1") == released || at("v1.9.0") != released {
		t.Errorf("v1 is %s, want it on v1.10.0, %s", at("v1"), at("v1.10.0"))
	}
	repaired := tag("1.9.1")
	if exit, out := release(repaired, "1.9.1", otherDigest); exit != 0 {
		t.Fatalf("tag-release.sh ended with %d: %s", exit, out)
	}
	major := tag("10.0.0")
	if exit, out := release(major, "10.0.0", otherDigest); exit != 0 {
		t.Fatalf("tag-release.sh ended with %d: %s", exit, out)
	}
	if at("v1") != at("v1.10.0") || at("v10") != at("v10.0.0") || at("v1.9.1^") != repaired {
		t.Errorf("v1 is %s and v10 %s, want them on v1.10.0 and v10.0.0", at("v1"), at("v10"))
	}

	// A tag that is missing, or no longer where the image came from.
	for _, version := range []string{"1.11.0", "1.10.0", "1.10", "v1.10.0", ""} {
		before := git(t, remote, "show-ref")
		if exit, out := release(repaired, version, releasedDigest); exit == 0 || git(t, remote, "show-ref") != before {
			t.Errorf("tag-release.sh %q ended with %d and %q, want it refused and nothing moved", version, exit, out)
		}
	}
}
