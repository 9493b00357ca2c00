package workflowtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

// readRoot reads a file below the repository's root.
func readRoot(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// globRoot returns the files below the repository's root that a pattern matches, which are some.
func globRoot(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s matches %q, %v, want files", pattern, files, err)
	}
	return files
}

// workflowsOf reads the workflows that files are.
func workflowsOf(t *testing.T, files []string) map[string]*Workflow {
	t.Helper()
	out := map[string]*Workflow{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if out[filepath.Base(file)], err = Parse(raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return out
}

// snippets are the steps that the README shows, as workflows.
func snippets(t *testing.T) []*Workflow {
	t.Helper()
	var out []*Workflow
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readRoot(t, "README.md"), -1) {
		steps := block[1]
		if _, after, ok := bytes.Cut(steps, []byte("\nsteps:\n")); ok {
			steps = after
		}
		if !bytes.Contains(steps, []byte("uses: ")) {
			continue
		}
		w, err := ParseSteps(steps)
		if err != nil {
			t.Fatalf("reading the README's %q: %v", steps, err)
		}
		out = append(out, w)
	}
	if len(out) < 3 {
		t.Fatalf("the README has %d snippets of workflows, want those of its sections", len(out))
	}
	return out
}

// everything are this repository's workflows, the examples, and what the README shows.
func everything(t *testing.T) map[string]*Workflow {
	t.Helper()
	all := workflowsOf(t, append(globRoot(t, ".github/workflows/*.yml"), globRoot(t, "examples/github/*.yml")...))
	for i, w := range snippets(t) {
		all["README.md, snippet "+string(rune('1'+i))] = w
	}
	return all
}

// ownTag is what the action is used by until its first release has a commit. "release pin" replaces it.
var ownTag = regexp.MustCompile(`^layergate/layergate@v\d+$`)

func TestRepository(t *testing.T) {
	t.Parallel()
	for name, w := range everything(t) {
		own := map[int]bool{}
		for _, job := range w.List() {
			for _, s := range job.Steps {
				own[s.Uses.Line] = ownTag.MatchString(s.Uses.Value)
			}
		}
		for _, f := range Check(w) {
			if f.Rule != "unpinned-uses" || !own[f.Line] {
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

// TestOwnAction holds that README and examples use the action by one commit, from the first release on that is behind
// the newest one of the changelog: a release is made before its commit can be named.
func TestOwnAction(t *testing.T) {
	t.Parallel()
	uses := map[string]bool{}
	for _, w := range everything(t) {
		for _, job := range w.List() {
			for _, s := range job.Steps {
				if s.Action() == "layergate/layergate" {
					uses[s.Uses.Value+" "+s.Uses.LineComment] = true
				}
			}
		}
	}
	if len(uses) != 1 {
		t.Fatalf("README and examples use the action as %v, want it in one version", uses)
	}
	released := regexp.MustCompile(`(?m)^## \[\d+\.\d+\.\d+\]`).FindAll(readRoot(t, "CHANGELOG.md"), -1)
	for use := range uses {
		if ownTag.MatchString(strings.TrimSpace(use)) && len(released) > 1 {
			t.Errorf("README and examples use %s: pin them with go run ./cmd/release pin", use)
		}
	}
}

// TestReleaseWorkflow holds what docs/releasing.md says about who may do what in a release.
func TestReleaseWorkflow(t *testing.T) {
	t.Parallel()
	w := workflowsOf(t, []string{filepath.Join(root, ".github", "workflows", "release.yml")})["release.yml"]
	if got := w.Triggers(); !slices.Equal(got, []string{"workflow_dispatch"}) {
		t.Errorf("release.yml starts on %q, want it to be started by hand", got)
	}
	compiles := regexp.MustCompile(`\bgo (run|build|install|test)\b|docker build|\.ci/|npm|package\.sh`)
	for _, job := range w.List() {
		powers := job.Environment.Value == "release"
		for permission, access := range grants(job.Permissions) {
			if access != "read" && !powers {
				t.Errorf("the job %s may %s %s, want only the one that waits for the environment release", job.Name, access, permission)
			}
		}
		if job.May("contents", "write") {
			t.Errorf("the job %s may write contents by its own token; that is the app's", job.Name)
		}
		if strings.Contains(job.text, "secrets.") && !powers {
			t.Errorf("the job %s has a secret and does not wait for the environment release", job.Name)
		}
		for _, s := range job.Steps {
			if powers && (compiles.MatchString(s.Run.Value) || s.Action() == "actions/setup-go") {
				t.Errorf("the job %s, which may write, compiles or runs tools of npm: %s", job.Name, s.Run.Value)
			}
		}
	}
}

// TestLockFile holds that each tool of npm is the one of the public registry with these bytes.
func TestLockFile(t *testing.T) {
	t.Parallel()
	lock := string(readRoot(t, "cmd/azure-task/package-lock.json"))
	packages := strings.Count(lock, `"node_modules/`)
	public := len(regexp.MustCompile(`"resolved": "https://registry\.npmjs\.org/`).FindAllString(lock, -1))
	if hashes := strings.Count(lock, `"integrity": "sha512-`); packages == 0 || public != packages || hashes != packages {
		t.Errorf("package-lock.json has %d packages, of which %d are the public registry's and %d have a hash", packages, public, hashes)
	}
}
