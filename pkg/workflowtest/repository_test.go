package workflowtest

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// stepsOnly is in the name of a snippet that has no job around its steps.
const stepsOnly = ", steps "

// snippets are the workflows that a document shows, by the document and their number. Steps alone make a workflow, too.
func snippets(t *testing.T, page string) map[string]*Workflow {
	t.Helper()
	out := map[string]*Workflow{}
	for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(readRoot(t, page), -1) {
		text, name, parse := block[1], page+", workflow ", Parse
		if !bytes.Contains(text, []byte("uses: ")) {
			continue
		}
		if !bytes.Contains(text, []byte("\njobs:\n")) {
			name, parse = page+stepsOnly, ParseSteps
			if _, after, ok := bytes.Cut(text, []byte("\nsteps:\n")); ok {
				text = after
			}
		}
		w, err := parse(text)
		if err != nil {
			t.Fatalf("reading %q of %s: %v", text, page, err)
		}
		out[name+strconv.Itoa(i+1)] = w
	}
	return out
}

// everything are this repository's workflows, the examples, and what the documents show.
func everything(t *testing.T) map[string]*Workflow {
	t.Helper()
	all := workflowsOf(t, slices.Concat(globRoot(t, ".github/workflows/*.yml"), globRoot(t, "examples/github/*.yml"), globRoot(t, "examples/audit/github.yml")))
	own := len(all)
	for _, page := range append(globRoot(t, "docs/*.md"), filepath.Join(root, "README.md")) {
		name, err := filepath.Rel(root, page)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, snippets(t, name))
	}
	if shown := len(all) - own; shown < 5 {
		t.Fatalf("the documents show %d workflows, want those of their sections", shown)
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

// TestOwnAction holds that documents and examples use the action by one commit, from the first release on that is behind
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
		t.Fatalf("documents and examples use the action as %v, want it in one version", uses)
	}
	released := regexp.MustCompile(`(?m)^## \[\d+\.\d+\.\d+\]`).FindAll(readRoot(t, "CHANGELOG.md"), -1)
	for use := range uses {
		if ownTag.MatchString(strings.TrimSpace(use)) && len(released) > 1 {
			t.Errorf("documents and examples use %s: pin them with go run ./cmd/release pin", use)
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
