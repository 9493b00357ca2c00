package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/layergate/layergate/pkg/ci"
)

// auditExamples are the files of examples/audit by their names.
func auditExamples(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "audit", "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("examples/audit has the files %q, %v, want those that docs/audit.md speaks of", files, err)
	}
	out := map[string]string{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var any any
		if err := yaml.Unmarshal(raw, &any); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		out[filepath.Base(file)] = string(raw)
	}
	return out
}

// auditCalls are the command lines of the examples, and their words, without quotes of the shell.
var auditCalls = regexp.MustCompile(`(?m)^ +((?:audit|audit merge) [^\n]*?)(?: \|\| [^\n]*)?$`)

// The examples call the command with flags that it has, and with all parts that they run.
func TestAuditExamples(t *testing.T) {
	t.Parallel()
	for name, text := range auditExamples(t) {
		var calls [][]string
		for _, m := range auditCalls.FindAllStringSubmatch(text, -1) {
			calls = append(calls, strings.Fields(strings.NewReplacer("'", "", `"`, "", "$PART", "1").Replace(m[1])))
		}
		if name == "kubernetes.yaml" {
			container := kubernetesContainer(t, text)
			calls = [][]string{container.Args}
			if cache, found := argument(container.Args, "--cache-dir="); !found || container.WorkingDir == "" || isIn(cache, container.WorkingDir) || container.WorkingDir == "/" {
				t.Errorf("%s runs in %q, and keeps its cache in %q: it has to lie outside of the working directory, or it counts for nothing", name, container.WorkingDir, cache)
			}
		}
		if len(calls) == 0 {
			t.Errorf("%s calls no audit", name)
		}
		for _, args := range calls {
			c := &command{env: ci.Environment{}}
			cmd, rest, err := c.root().Find(args)
			if err != nil || !strings.HasPrefix(cmd.CommandPath(), "layergate audit") {
				t.Fatalf("%s: %q is no audit: %v", name, args, err)
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%s: %q: %v", name, args, err)
			}
			if shard := cmd.Flags().Lookup("shard"); shard != nil && !strings.HasPrefix(shard.Value.String(), "auto") && shard.Value.String() != "1/4" {
				t.Errorf("%s looks at the part %q, want one of four", name, shard.Value)
			}
			if cmd.Name() == "merge" && len(cmd.Flags().Args()) != 4 {
				t.Errorf("%s joins %q, want four parts", name, cmd.Flags().Args())
			}
		}
	}
}

// argument is the value of a flag among arguments.
func argument(args []string, flag string) (string, bool) {
	i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, flag) })
	if i < 0 {
		return "", false
	}
	return strings.TrimPrefix(args[i], flag), true
}

// container is what Kubernetes starts.
type container struct {
	Args       []string
	WorkingDir string `yaml:"workingDir"`
}

func kubernetesContainer(t *testing.T, text string) container {
	t.Helper()
	var job struct {
		Spec struct {
			JobTemplate struct {
				Spec struct {
					Template struct {
						Spec struct{ Containers []container }
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &job); err != nil || len(job.Spec.JobTemplate.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("the example for Kubernetes has no container: %v", err)
	}
	return job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
}
