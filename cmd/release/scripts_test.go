package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs a script of .github in a directory and returns its exit code and what it printed.
func script(t *testing.T, dir, name string, args ...string) (exit int, out string) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", ".github", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("bash", append([]string{file}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
	printed, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), strings.TrimSpace(string(printed))
}

func TestDigestScript(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir string)
		same   bool // the digest; the script fails where there is none
		fails  bool
	}{
		"nothing changed": {change: func(*testing.T, string) {}, same: true},
		"a byte":          {change: func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, "sub", "b"), "B") }},
		"a name":          {change: func(t *testing.T, dir string) { rename(t, filepath.Join(dir, "a"), filepath.Join(dir, "c")) }},
		"a place":         {change: func(t *testing.T, dir string) { rename(t, filepath.Join(dir, "a"), filepath.Join(dir, "sub", "a")) }},
		"a file more":     {change: func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, ".hidden"), "") }},
		"a link": {fails: true, change: func(t *testing.T, dir string) {
			if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
				t.Skip(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "a"), "a")
			writeFile(t, filepath.Join(dir, "sub", "b"), "b")
			exit, before := script(t, t.TempDir(), "digest.sh", dir)
			if exit != 0 || len(before) != 64 {
				t.Fatalf("digest.sh ended with %d and %q, want a digest", exit, before)
			}
			tt.change(t, dir)
			exit, after := script(t, t.TempDir(), "digest.sh", dir)
			if (exit != 0) != tt.fails || (after == before) != tt.same {
				t.Errorf("digest.sh ended with %d and %q after %q, want it to fail: %t, the same digest: %t", exit, after, before, tt.fails, tt.same)
			}
		})
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// fakeGH is GitHub's command as far as publish-release.sh calls it. The release is the file state, which says whether it is a
// draft, and the directory assets.
const fakeGH = `#!/usr/bin/env bash
set -euo pipefail
echo "gh $*" >>log
case "$1 $2" in
"release view") [ -f state ] && cat state ;;
"release delete") rm state ;;
"release download") cp assets/* "$5/" ;;
"release create") [ ! -f state ] && echo true >state ;;
"release edit") echo false >state ;;
*) exit 9 ;;
esac
`

func TestPublishReleaseScript(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state  string // of the release before: true is a draft, empty is none
		assets map[string]string
		want   string // the calls, by their second word
		fails  bool
	}{
		"a new release":           {want: "view create edit"},
		"a draft that was left":   {state: "true", want: "view delete create edit"},
		"one that is published":   {state: "false", assets: map[string]string{"one": "1", "two": "2"}, want: "view download"},
		"one with another file":   {state: "false", assets: map[string]string{"one": "1", "two": "other"}, want: "view download", fails: true},
		"one with a file missing": {state: "false", assets: map[string]string{"one": "1"}, want: "view download", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "bin", "gh"), fakeGH)
			if err := os.Chmod(filepath.Join(dir, "bin", "gh"), 0o755); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(dir, "files", "one"), "1")
			writeFile(t, filepath.Join(dir, "files", "two"), "2")
			for file, content := range tt.assets {
				writeFile(t, filepath.Join(dir, "assets", file), content)
			}
			if tt.state != "" {
				writeFile(t, filepath.Join(dir, "state"), tt.state)
			}
			exit, out := script(t, dir, "publish-release.sh", "1.2.3", "Notes", "files/one", "files/two")
			log, err := os.ReadFile(filepath.Join(dir, "log"))
			if err != nil {
				t.Fatalf("publish-release.sh ended with %d and %q, and did not call gh", exit, out)
			}
			var calls []string
			for line := range strings.Lines(string(log)) {
				calls = append(calls, strings.Fields(line)[2])
				if create := strings.Contains(line, "release create"); create && (!strings.Contains(line, "--draft") || !strings.Contains(line, "--verify-tag")) {
					t.Errorf("publish-release.sh called %q, want a draft of a tag that exists", line)
				}
			}
			if got := strings.Join(calls, " "); got != tt.want || (exit != 0) != tt.fails {
				t.Errorf("publish-release.sh ended with %d and %q and called %q, want %q and a failure: %t", exit, out, got, tt.want, tt.fails)
			}
		})
	}
}
