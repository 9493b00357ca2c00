package workflowtest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// TestExampleHeaders holds that each example says what it is for, and who can change what it decides.
func TestExampleHeaders(t *testing.T) {
	t.Parallel()
	files := slices.Concat(globRoot(t, "examples/github/*.yml"), globRoot(t, "examples/azure/*.yml"), globRoot(t, "examples/*.yml"), globRoot(t, "examples/audit/*"))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var header strings.Builder
		for line := range bytes.Lines(raw) {
			text, ok := bytes.CutPrefix(line, []byte("#"))
			if !ok {
				break
			}
			header.WriteString(strings.TrimSpace(string(text)) + " ")
		}
		if !strings.Contains(header.String(), "Who can change what it decides: ") {
			t.Errorf("%s does not say in its header who can change what it decides", file)
		}
	}
}

// examples are the workflows of examples/github and of the documents.
func examples(t *testing.T) map[string]*Workflow {
	t.Helper()
	all := everything(t)
	for _, file := range globRoot(t, ".github/workflows/*.yml") {
		delete(all, filepath.Base(file))
	}
	return all
}

// TestReadmeWorkflow holds that the workflow of the README is build-and-gate.yml, without its header.
func TestReadmeWorkflow(t *testing.T) {
	t.Parallel()
	_, example, _ := strings.Cut(string(readRoot(t, "examples/github/build-and-gate.yml")), "\nname: ")
	_, readme, _ := strings.Cut(string(readRoot(t, "README.md")), "```yaml\nname: ")
	readme, _, _ = strings.Cut(readme, "```")
	if diff := cmp.Diff(example, readme); diff != "" {
		t.Errorf("the workflow of the README is another than build-and-gate.yml (-example +README):\n%s", diff)
	}
	if example == "" {
		t.Error("build-and-gate.yml has no name")
	}
}

// TestReadmeLength holds the README to what a stranger reads before the first try.
func TestReadmeLength(t *testing.T) {
	t.Parallel()
	if words := len(strings.Fields(string(readRoot(t, "README.md")))); words >= 1500 {
		t.Errorf("the README has %d words, want fewer than 1500: what is more belongs into docs", words)
	}
}

// TestExampleInputs holds the inputs that examples set against action.yml.
func TestExampleInputs(t *testing.T) {
	t.Parallel()
	var action struct{ Inputs, Outputs map[string]any }
	if err := yaml.Unmarshal(readRoot(t, "action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	for name, w := range examples(t) {
		for _, job := range w.List() {
			for _, s := range job.Steps {
				for input := range s.With {
					if _, ok := action.Inputs[input]; !ok && s.Action() == "layergate/layergate" {
						t.Errorf("%s sets the input %s, which the action does not have", name, input)
					}
				}
			}
		}
	}
}

// TestDocumentedInputs holds the inputs that documents set in steps against action.yml, and those blocks against YAML.
func TestDocumentedInputs(t *testing.T) {
	t.Parallel()
	var action struct{ Inputs map[string]any }
	if err := yaml.Unmarshal(readRoot(t, "action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	steps := 0
	var walk func(name string, n *yaml.Node)
	walk = func(name string, n *yaml.Node) {
		var step struct {
			Uses string
			With map[string]yaml.Node
		}
		if n.Kind == yaml.MappingNode && n.Decode(&step) == nil && strings.HasPrefix(step.Uses, "layergate/layergate@") {
			steps++
			for input := range step.With {
				if _, ok := action.Inputs[input]; !ok {
					t.Errorf("%s sets the input %s, which the action does not have", name, input)
				}
			}
		}
		for _, child := range n.Content {
			walk(name, child)
		}
	}
	block := regexp.MustCompile("(?ms)^[ \\t]*```yaml\n(.*?)^[ \\t]*```$")
	for _, path := range globRoot(t, "docs/*.md") {
		name := filepath.Join("docs", filepath.Base(path))
		for _, m := range block.FindAllStringSubmatch(string(readRoot(t, name)), -1) {
			var n yaml.Node
			if err := yaml.Unmarshal([]byte(m[1]), &n); err != nil {
				t.Errorf("%s has a block that is no YAML: %v\n%s", name, err, m[1])
			}
			walk(name, &n)
		}
	}
	if steps < 5 {
		t.Errorf("the documents have %d steps with the action, want those that there are", steps)
	}
}

// TestExampleUploads holds that an upload to code scanning has a file, and every permission that a private repository
// asks for.
func TestExampleUploads(t *testing.T) {
	t.Parallel()
	uploads := 0
	for name, w := range examples(t) {
		for _, job := range w.List() {
			for _, s := range job.Steps {
				if s.Action() != "github/codeql-action/upload-sarif" {
					continue
				}
				uploads++
				output := strings.TrimSuffix(strings.TrimPrefix(s.Input("sarif_file"), "${{ "), " }}")
				if !strings.HasSuffix(output, ".outputs.sarif") || !strings.Contains(s.If, output+" != ''") {
					t.Errorf("%s uploads %q if %q, want it to upload an output that is not empty", name, s.Input("sarif_file"), s.If)
				}
				snippet := strings.Contains(name, stepsOnly)
				if !snippet && !(job.May("actions", "read") && job.May("contents", "read") && job.May("security-events", "write")) {
					t.Errorf("%s uploads with the permissions %v", name, grants(job.Permissions))
				}
			}
		}
	}
	if uploads < 4 {
		t.Errorf("%d uploads were found, want those of the examples", uploads)
	}
}

const (
	cachePath = "${{ runner.temp }}/layergate"
	// sharedCache begins the keys of the database that all pull requests read.
	sharedCache = "layergate-database-"
)

// TestExampleCaches holds that a cache lies outside the checkout, has a key that only one pull request's runs write, and is
// saved whatever came of the run. That none is in a workflow that publishes is a rule.
func TestExampleCaches(t *testing.T) {
	t.Parallel()
	const path, domain = cachePath, "layergate-pull-request-${{ github.event.number }}-"
	caches := 0
	for name, w := range examples(t) {
		for _, job := range w.List() {
			for _, s := range job.Steps {
				if !strings.HasPrefix(s.Action(), "actions/cache") || strings.HasPrefix(s.Input("key"), sharedCache) {
					continue
				}
				caches++
				if s.Input("path") != path || !strings.HasPrefix(s.Input("key"), domain) {
					t.Errorf("%s keeps %q under %q, want %q under a key that begins with %q", name, s.Input("path"), s.Input("key"), path, domain)
				}
				if fallback := strings.TrimSuffix(strings.TrimSpace(s.Input("restore-keys")), "\n"+sharedCache); fallback != "" && fallback != domain {
					t.Errorf("%s takes what has the key %q, want what has %q", name, fallback, domain)
				}
				if s.Action() != "actions/cache/restore" && (s.Action() != "actions/cache/save" || s.If != "always()") {
					t.Errorf("%s keeps its cache by %s if %q, want actions/cache/save, always", name, s.Action(), s.If)
				}
			}
		}
	}
	if caches < 2 {
		t.Errorf("%d steps with a cache were found, want those of pull-request.yml", caches)
	}
}

// TestSharedCaches holds that the database which all pull requests read is written by the default branch alone, at the path that they
// read, and once a day.
func TestSharedCaches(t *testing.T) {
	t.Parallel()
	caches := 0
	for name, w := range examples(t) {
		for _, job := range w.List() {
			for _, s := range job.Steps {
				if !strings.HasPrefix(s.Input("key"), sharedCache) {
					continue
				}
				caches++
				if got := w.Triggers(); !slices.Equal(got, []string{"schedule"}) {
					t.Errorf("%s starts on %q, want a schedule, which is the default branch's", name, got)
				}
				if s.Action() != "actions/cache" || s.Input("path") != cachePath || s.Input("key") != sharedCache+"${{ steps.today.outputs.date }}" || s.Input("restore-keys") != sharedCache {
					t.Errorf("%s keeps %q by %s under %q, want the database of the day", name, s.Input("path"), s.Action(), s.Input("key"))
				}
			}
		}
	}
	if caches == 0 {
		t.Error("no step with the database of the day was found, want that of docs/cache.md")
	}
}

// TestExamplePlatforms holds that a build for another platform than the runner's has something to run its instructions.
func TestExamplePlatforms(t *testing.T) {
	t.Parallel()
	for name, w := range examples(t) {
		for _, job := range w.List() {
			emulated := false
			for _, s := range job.Steps {
				emulated = emulated || s.Action() == "docker/setup-qemu-action"
				for platform := range strings.SplitSeq(s.Input("platforms"), ",") {
					if platform != "" && platform != "linux/amd64" && !emulated {
						t.Errorf("%s builds for %s without docker/setup-qemu-action", name, platform)
					}
				}
			}
		}
	}
}
