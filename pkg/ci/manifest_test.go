package ci

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "rewrite the table of inputs in README.md")

// root is the repository's root.
var root = filepath.Join("..", "..")

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// actionImage is what the action runs: on a branch what the Dockerfile builds, in a release what was built of it.
var actionImage = regexp.MustCompile(`^(Dockerfile|docker://ghcr\.io/layergate/layergate@sha256:[0-9a-f]{64})$`)

func TestActionManifest(t *testing.T) {
	t.Parallel()
	type input struct {
		Description string
		Required    *bool
		Default     string
	}
	type output struct{ Description string }
	var got struct {
		Name, Description, Author string
		Branding                  map[string]string
		Inputs                    map[string]input
		Outputs                   map[string]output
		Runs                      map[string]string
	}
	decoder := yaml.NewDecoder(bytes.NewReader(readFile(t, "action.yml")))
	decoder.KnownFields(true)
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("reading action.yml: %v", err)
	}

	inputs := map[string]input{}
	for _, in := range Table() {
		if !in.OnGitHub() {
			continue
		}
		inputs[in.Name] = input{Description: in.Help, Required: &in.Required, Default: in.Default}
	}
	if diff := cmp.Diff(inputs, got.Inputs); diff != "" {
		t.Errorf("inputs of action.yml (-table +file):\n%s", diff)
	}
	outputs := map[string]output{}
	for _, o := range Outputs() {
		outputs[o.Name] = output{Description: o.Description}
	}
	if diff := cmp.Diff(outputs, got.Outputs); diff != "" {
		t.Errorf("outputs of action.yml (-table +file):\n%s", diff)
	}
	// An entry point or arguments would replace the binary of the image, which reads the input command itself.
	if len(got.Runs) != 2 || got.Runs["using"] != "docker" || !actionImage.MatchString(got.Runs["image"]) {
		t.Errorf("runs of action.yml = %v, want docker with the Dockerfile or, in a release, its image by digest, and nothing else", got.Runs)
	}
	if got.Name == "" || got.Description == "" || got.Branding["icon"] == "" || got.Branding["color"] == "" {
		t.Errorf("action.yml = %+v, want a name, a description and a branding", got)
	}
}

type taskManifest struct {
	ID, Name, Description, MinimumAgentVersion string
	Groups                                     []struct{ Name string }
	Inputs                                     []taskInput
	OutputVariables                            []taskOutput
	Execution                                  map[string]struct{ Target string }
}

type taskInput struct {
	Name, Label, Type, DefaultValue, HelpMarkDown, GroupName, VisibleRule string
	Required                                                              bool
	Options                                                               map[string]string
}

// taskOnly are the inputs that only the task has, behind those of the table: its launcher reads them, and the program
// that it starts knows nothing of them.
var taskOnly = []taskInput{{
	// The task's own program may not be for the agent's system, and an agent may be forbidden to download one.
	Name: "binaryPath", Type: "string",
	HelpMarkDown: "The path of a layergate program that is on the agent already, to run instead of the task's own; for agents that cannot download one.",
}}

// visibleRules say when the assistant for pipelines shows an input. What the program refuses or passes over is hidden:
// inputs of a build where none is made, the push of a scan, credentials where no registry is asked. The Dockerfile, the
// stage and the build arguments stay, because they also tell which line made a layer of an image that exists.
var visibleRules = map[string]string{
	"image":               `context = ""`,
	"image-name":          `context = ""`,
	"platform":            `context != ""`,
	"secret":              `context != ""`,
	"ssh":                 `context != ""`,
	"label":               `context != ""`,
	"cache-from":          `context != ""`,
	"cache-to":            `context != ""`,
	"no-cache":            `context != ""`,
	"pull":                `context != ""`,
	"network":             `context != ""`,
	"builder":             `context != ""`,
	"push":                `command = gate`,
	"registry-username":   `command = gate || image StartsWith registry`,
	"registry-password":   `command = gate || image StartsWith registry`,
	"registry-connection": `command = gate || image StartsWith registry`,
	"azure-connection":    `command = gate || image StartsWith registry`,
	"azure-identity":      `command = gate || image StartsWith registry`,
	"azure-client-id":     `command = gate || image StartsWith registry`,
	"azure-tenant-id":     `command = gate || image StartsWith registry`,
	"insecure-registry":   `command = gate || image StartsWith registry`,
}

type taskOutput struct{ Name, Description string }

func TestTaskManifest(t *testing.T) {
	t.Parallel()
	var got taskManifest
	if err := json.Unmarshal(readFile(t, "task.json"), &got); err != nil {
		t.Fatalf("reading task.json: %v", err)
	}

	groups := map[string]bool{}
	for _, g := range got.Groups {
		groups[g.Name] = true
	}
	for i, in := range got.Inputs {
		if in.Label == "" || !groups[in.GroupName] {
			t.Errorf("task.json: input %s has the label %q and the group %q, want both", in.Name, in.Label, in.GroupName)
		}
		got.Inputs[i].Label, got.Inputs[i].GroupName = "", "" // task.json's own
	}
	want := []taskInput{}
	for _, in := range Table() {
		// Never filePath: the agent gives an empty one the value of the working directory.
		input := taskInput{Name: in.TaskName(), Type: "string", DefaultValue: in.Default, HelpMarkDown: in.Help, Required: in.Required, VisibleRule: visibleRules[in.Name]}
		switch in.Kind {
		case Bool:
			input.Type = "boolean"
		case List, Lines:
			input.Type = "multiLine"
		case Connection:
			input.Type = "connectedService:" + in.Service
		case Choice:
			input.Type, input.Options = "pickList", map[string]string{}
			for _, c := range in.Choices {
				input.Options[c] = c
			}
		}
		want = append(want, input)
	}
	want = append(want, taskOnly...)
	if diff := cmp.Diff(want, got.Inputs); diff != "" {
		t.Errorf("inputs of task.json (-table +file):\n%s", diff)
	}

	outputs := []taskOutput{}
	for _, o := range Outputs() {
		outputs = append(outputs, taskOutput{Name: camelCase(o.Name), Description: o.Description})
	}
	if diff := cmp.Diff(outputs, got.OutputVariables); diff != "" {
		t.Errorf("outputs of task.json (-table +file):\n%s", diff)
	}
	for _, handler := range []string{"Node24", "Node20_1"} {
		if got.Execution[handler].Target != "index.js" {
			t.Errorf("task.json: %s runs %q, want index.js", handler, got.Execution[handler].Target)
		}
	}
	if got.MinimumAgentVersion != "3.232.1" {
		t.Errorf("task.json wants the agent %q, want 3.232.1: the first one with the handler Node20_1", got.MinimumAgentVersion)
	}
	if got.ID != "259f525e-8705-4ca8-9577-5ba9b85c0f95" {
		t.Errorf("task.json has the id %s; an installed task is found by its id, which must never change", got.ID)
	}
}

func TestReadmeTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, "README.md")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(content), tableBegin)
	table, tail, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		t.Skip("README.md has no table of inputs")
	}
	want := MarkdownTable()
	if diff := cmp.Diff(want, tableBegin+table+tableEnd); diff != "" {
		if !*update {
			t.Fatalf("inputs of README.md (-table +file); go test ./pkg/ci -update rewrites them:\n%s", diff)
		}
		if err := os.WriteFile(file, []byte(head+want+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMarkdownTable(t *testing.T) {
	t.Parallel()
	got := MarkdownTable()
	rows := strings.Split(got, "\n")
	if len(rows) != len(Table())+4 || rows[0] != tableBegin || rows[len(rows)-1] != tableEnd {
		t.Errorf("MarkdownTable() =\n%s\nwant a row for each input between the markers", got)
	}
	for _, row := range []string{
		"| – | `command` | `command` | `gate` | What to do: gate scans the image and pushes it when it is clean, scan leaves out the push. |",
		"| `--db-max-age` | `db-max-age` | `dbMaxAge` | `120h` | The age from which on the advisory database is refused, as a Go duration; 0 turns the check off. |",
	} {
		if !strings.Contains(got, row+"\n") {
			t.Errorf("MarkdownTable() =\n%s\nwant the row %s", got, row)
		}
	}
}
