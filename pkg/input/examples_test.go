package input

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// pipeline is a file with a pipeline of Azure Pipelines, or a template for one.
type pipeline struct {
	file       string
	root       map[string]any
	parameters map[string]bool // by name; true for those without a default
	steps      []map[string]any
}

// pipelineKeys are those that a pipeline or a template may have at its top.
var pipelineKeys = []string{"name", "trigger", "pr", "schedules", "parameters", "variables", "resources", "pool", "extends", "stages", "jobs", "steps", "strategy"}

// stepKinds are the keys that make a mapping a step.
var stepKinds = []string{"task", "script", "bash", "pwsh", "powershell", "checkout", "publish", "download", "template"}

// otherTasks are the tasks beside Layergate that the examples may use, with the inputs that they need.
var otherTasks = map[string][]string{
	"Cache@2":                    {"key", "path"},
	"DownloadPipelineArtifact@2": {"artifact", "path"},
	"AdvancedSecurity-Publish@1": {"SarifsInputDirectory"},
	"AzureCLI@2":                 {"azureSubscription", "scriptType", "scriptLocation", "inlineScript"},
	"InstallSSHKey@0":            {"knownHostsEntry", "sshKeySecureFile"},
	"Docker@2":                   {"command", "containerRegistry"},
	"DownloadBuildArtifacts@1":   {"artifactName", "downloadPath"},
}

func TestAzureExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "examples", "azure", "*"))
	if err != nil || len(files) < 8 {
		t.Fatalf("examples/azure has %d files, %v, want those that docs/azure.md speaks of", len(files), err)
	}
	task := readTask(t, readFile(t, "task.json"))
	for _, file := range append(files, filepath.Join(root, "examples", "azure-pipelines.yml")) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(file) != ".yml" || !bytes.HasPrefix(raw, []byte("# ")) {
				t.Error("want a file .yml that begins with what it is for")
			}
			p := readPipeline(t, file, raw)
			checkPipeline(t, p, task, raw)
			gated := slices.ContainsFunc(p.steps, func(s map[string]any) bool { return s["task"] == "Layergate@1" })
			mirrors := bytes.Contains(raw, []byte(" db mirror ")) // what gates ask, and itself none
			if _, extends := p.root["extends"]; !gated && !extends && !mirrors {
				t.Error("there is no gate in it")
			}
		})
	}
}

// TestTemplateBlanks makes sure that the template's gate has none of the variables by which a program is started in another
// way, in any spelling that the agent would write as that name.
func TestTemplateBlanks(t *testing.T) {
	t.Parallel()
	type stage struct {
		Stage string
		Jobs  []struct{ Variables map[string]*string }
	}
	var template struct{ Stages []stage }
	if err := yaml.Unmarshal(readFile(t, "examples/azure/gate-template.yml"), &template); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(template.Stages, func(s stage) bool { return s.Stage == "Gate" })
	if i < 0 || len(template.Stages[i].Jobs) != 1 {
		t.Fatal("want one job in the stage Gate")
	}
	blank := template.Stages[i].Jobs[0].Variables
	for _, name := range []string{
		"NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "OPENSSL_CONF", "OPENSSL_MODULES",
	} {
		for _, spelling := range spellings(name) {
			if value, ok := blank[spelling]; !ok || value == nil || *value != "" {
				t.Errorf("the gate's job does not blank %s", spelling)
			}
		}
	}
}

// spellings are the names of variables that the agent writes as one of the environment.
func spellings(name string) []string {
	head, tail, more := strings.Cut(name, "_")
	if !more {
		return []string{name}
	}
	var out []string
	for _, rest := range spellings(tail) {
		out = append(out, head+"_"+rest, head+"."+rest)
	}
	return out
}

// TestDocumentedPipelines holds the snippets of the documents against task.json.
func TestDocumentedPipelines(t *testing.T) {
	t.Parallel()
	task := readTask(t, readFile(t, "task.json"))
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
			if !strings.Contains(block[1], "task: ") {
				continue
			}
			found++
			var steps []any
			if err := yaml.Unmarshal([]byte(block[1]), &steps); err != nil {
				t.Fatalf("reading %s's %q: %v", page, block[1], err)
			}
			p := pipeline{file: page, root: map[string]any{"steps": steps}}
			p.collect(steps)
			checkPipeline(t, p, task, []byte(block[1]))
		}
	}
	if found < 2 {
		t.Errorf("%d snippets of Azure Pipelines were found, want those of docs/azure.md and docs/cache.md", found)
	}
}

func readPipeline(t *testing.T, file string, raw []byte) pipeline {
	t.Helper()
	p := pipeline{file: file, parameters: map[string]bool{}}
	if err := yaml.Unmarshal(raw, &p.root); err != nil {
		t.Fatalf("reading %s: %v", file, err)
	}
	list, _ := p.root["parameters"].([]any)
	for _, entry := range list {
		parameter, _ := entry.(map[string]any)
		name, _ := parameter["name"].(string)
		fallback, ok := parameter["default"]
		p.parameters[name] = !ok
		if values, limited := parameter["values"].([]any); name == "" || parameter["type"] == nil || ok && limited && !slices.Contains(values, fallback) {
			t.Errorf("the parameter %v needs a name, a type and a default that is one of its values", parameter)
		}
	}
	p.collect(p.root)
	return p
}

// collect finds the steps, wherever in the pipeline they are.
func (p *pipeline) collect(node any) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			p.collect(child)
		}
	case map[string]any:
		for key, child := range node {
			if list, ok := child.([]any); ok && (key == "steps" || strings.HasPrefix(key, "${{") || key == "buildSteps") {
				for _, step := range list {
					if step, ok := step.(map[string]any); ok {
						p.steps = append(p.steps, step)
					}
				}
			}
			p.collect(child)
		}
	}
}

func checkPipeline(t *testing.T, p pipeline, task taskManifest, raw []byte) {
	t.Helper()
	for key := range p.root {
		if !slices.Contains(pipelineKeys, key) {
			t.Errorf("a pipeline has no key %q", key)
		}
	}
	names := map[string]bool{}
	for _, step := range p.steps {
		if name, ok := step["name"].(string); ok && step["task"] == "Layergate@1" {
			names[name] = true
		}
		checkStep(t, step, task)
	}
	for _, m := range regexp.MustCompile(`parameters\.([A-Za-z]+)`).FindAllSubmatch(raw, -1) {
		if _, ok := p.parameters[string(m[1])]; !ok {
			t.Errorf("the parameter %s is not declared", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?:variables|outputs)\['([A-Za-z]+)\.([A-Za-z]+)'\]`).FindAllSubmatch(raw, -1) {
		if slices.Contains([]string{"Agent", "Build", "System"}, string(m[1])) {
			continue // the agent sets it
		}
		if !names[string(m[1])] || !slices.ContainsFunc(task.OutputVariables, func(o taskOutput) bool { return o.Name == string(m[2]) }) {
			t.Errorf("no step sets the output variable %s.%s", m[1], m[2])
		}
	}
	if extends, ok := p.root["extends"].(map[string]any); ok {
		checkTemplate(t, p, extends)
	}
}

// checkTemplate makes sure that the template is there and gets the parameters that it declares.
func checkTemplate(t *testing.T, p pipeline, use map[string]any) {
	t.Helper()
	file := filepath.Join(filepath.Dir(p.file), fmt.Sprint(use["template"]))
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	template := readPipeline(t, file, raw)
	given, _ := use["parameters"].(map[string]any)
	for name := range given {
		if _, ok := template.parameters[name]; !ok {
			t.Errorf("%s has no parameter %s", use["template"], name)
		}
	}
	for name, required := range template.parameters {
		if _, ok := given[name]; required && !ok {
			t.Errorf("%s needs the parameter %s", use["template"], name)
		}
	}
}

func checkStep(t *testing.T, step map[string]any, task taskManifest) {
	t.Helper()
	kinds := 0
	for _, kind := range stepKinds {
		if _, ok := step[kind]; ok {
			kinds++
		}
	}
	for key := range step {
		if strings.HasPrefix(key, "${{") {
			kinds++
		}
	}
	if kinds != 1 {
		t.Errorf("the step %v is of %d kinds", step, kinds)
	}
	if checkout, ok := step["checkout"]; ok && checkout != "none" && step["persistCredentials"] != false {
		t.Errorf("the checkout %v keeps its token for every later step: set persistCredentials: false", checkout)
	}
	if script, ok := step["script"].(string); ok && strings.Contains(script, "--platform linux/amd64,linux/arm64") && !strings.Contains(script, "qemu-user-static") {
		t.Error("linux/arm64 is built without qemu, which runs its instructions")
	}
	name, ok := step["task"].(string)
	if !ok {
		return
	}
	inputs, _ := step["inputs"].(map[string]any)
	if name == "Layergate@1" {
		checkInputs(t, inputs, task)
		return
	}
	needed, known := otherTasks[name]
	for _, input := range needed {
		if inputs[input] == nil {
			t.Errorf("%s needs the input %s", name, input)
		}
	}
	if !known {
		t.Errorf("unknown task %s", name)
	}
}

// checkInputs holds the inputs of a step against task.json: each is there, has a value that it allows, and is one that
// the assistant would show beside the others.
func checkInputs(t *testing.T, inputs map[string]any, task taskManifest) {
	t.Helper()
	values := map[string]string{}
	for _, in := range task.Inputs {
		values[in.Name] = in.DefaultValue
		if v, ok := inputs[in.Name]; ok {
			values[in.Name] = fmt.Sprint(v)
		}
	}
	for name := range inputs {
		i := slices.IndexFunc(task.Inputs, func(in taskInput) bool { return in.Name == name })
		if i < 0 {
			t.Errorf("the task has no input %s", name)
			continue
		}
		in, value := task.Inputs[i], values[name]
		if strings.Contains(value, "${{") {
			continue
		}
		if in.Type == "pickList" && !slices.Contains(in.Options, value) || in.Type == "boolean" && value != "true" && value != "false" {
			t.Errorf("%s does not allow %q", name, value)
		}
		if !shown(t, in.VisibleRule, values) {
			t.Errorf("%s means nothing here: it is shown where %s", name, in.VisibleRule)
		}
	}
	if values["image"] == "" && values["context"] == "" {
		t.Error("the step names neither an image nor a context to build one from")
	}
	if values["command"] == "gate" && values["push"] == "" {
		t.Error("the gate pushes nowhere")
	}
}
