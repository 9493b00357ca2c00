package input

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// taskManifest is task.json, its fields in the order that they are written in.
type taskManifest struct {
	Schema              string   `json:"$schema"`
	ID                  string   `json:"id"`
	Name                string   `json:"name"`
	FriendlyName        string   `json:"friendlyName"`
	Description         string   `json:"description"`
	HelpURL             string   `json:"helpUrl"`
	HelpMarkDown        string   `json:"helpMarkDown"`
	Author              string   `json:"author"`
	Category            string   `json:"category"`
	Visibility          []string `json:"visibility"`
	RunsOn              []string `json:"runsOn"`
	Version             version  `json:"version"`
	MinimumAgentVersion string   `json:"minimumAgentVersion"`
	InstanceNameFormat  string   `json:"instanceNameFormat"`

	Groups          []taskGroup  `json:"groups"`
	Inputs          []taskInput  `json:"inputs"`
	OutputVariables []taskOutput `json:"outputVariables"`
	Restrictions    restrictions `json:"restrictions"`

	Execution map[string]handler `json:"execution"`
}

type version struct{ Major, Minor, Patch int }

// restrictions are what the agent holds the task to.
type restrictions struct {
	SettableVariables settableVariables `json:"settableVariables"`
}

// settableVariables are the only variables that the task may set by a command in its log. Whatever gets a line into that
// log, such as a name in a hostile image, sets no other: no PATH and no variable that a later step believes.
type settableVariables struct {
	Allowed []string `json:"allowed"`
}

type handler struct {
	Target string `json:"target"`
}

type taskGroup struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	IsExpanded  bool   `json:"isExpanded"`
}

type taskInput struct {
	Name         string  `json:"name"`
	Label        string  `json:"label"`
	Type         string  `json:"type"`
	DefaultValue string  `json:"defaultValue"`
	Required     bool    `json:"required"`
	HelpMarkDown string  `json:"helpMarkDown"`
	Options      options `json:"options,omitempty"`
	GroupName    string  `json:"groupName"`
	VisibleRule  string  `json:"visibleRule,omitempty"`
}

// options are the values of a pickList, in the order in which the editor lists them. In task.json they are the names
// of an object, each with what the editor shows for it: the value itself.
type options []string

func (o options) MarshalJSON() ([]byte, error) {
	var pairs []string
	for _, value := range o {
		pairs = append(pairs, fmt.Sprintf("%q: %q", value, value))
	}
	return []byte("{" + strings.Join(pairs, ", ") + "}"), nil
}

func (o *options) UnmarshalJSON(raw []byte) error {
	var shown map[string]string
	if err := json.Unmarshal(raw, &shown); err != nil {
		return err
	}
	*o = slices.Sorted(maps.Keys(shown))
	return nil
}

type taskOutput struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// readTask refuses fields that writeTask would lose.
func readTask(t *testing.T, raw []byte) taskManifest {
	t.Helper()
	var task taskManifest
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&task); err != nil {
		t.Fatalf("reading task.json: %v", err)
	}
	return task
}

// writeTask gives task.json with the groups, inputs and outputs of the table.
func writeTask(t *testing.T, file string) string {
	t.Helper()
	task := readTask(t, []byte(file))
	task.Groups, task.Inputs, task.OutputVariables, task.Restrictions = nil, nil, nil, restrictions{}
	for _, g := range Groups() {
		task.Groups = append(task.Groups, taskGroup{Name: g.Name, DisplayName: g.Title, IsExpanded: g.Expanded})
	}
	for _, in := range Table() {
		if in.On(AzurePipelines) {
			task.Inputs = append(task.Inputs, taskInputOf(in))
		}
	}
	for _, o := range Outputs() {
		task.OutputVariables = append(task.OutputVariables, taskOutput{Name: TaskName(o.Name), Description: o.Description})
		task.Restrictions.SettableVariables.Allowed = append(task.Restrictions.SettableVariables.Allowed, TaskName(o.Name))
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(task); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func taskInputOf(in Input) taskInput {
	out := taskInput{
		Name: TaskName(in.Name), Label: in.Label, DefaultValue: in.Default, HelpMarkDown: in.Help, GroupName: in.Group, VisibleRule: in.VisibleRule,
		Type: "string", // for a path, too: the agent gives an empty filePath the value of the working directory
	}
	switch in.Kind {
	case Bool:
		out.Type = "boolean"
	case List, Lines:
		out.Type = "multiLine"
	case Connection:
		out.Type = "connectedService:" + in.Service
	case Choice:
		out.Type, out.Options = "pickList", in.Choices
	}
	return out
}

func TestTaskManifest(t *testing.T) {
	t.Parallel()
	task := readTask(t, readFile(t, "task.json"))
	for _, handler := range []string{"Node24", "Node20_1"} {
		if task.Execution[handler].Target != "index.js" {
			t.Errorf("task.json: %s runs %q, want index.js", handler, task.Execution[handler].Target)
		}
	}
	if task.MinimumAgentVersion != "3.232.1" {
		t.Errorf("task.json wants the agent %q, want 3.232.1: the first one with the handler Node20_1", task.MinimumAgentVersion)
	}
	// Were it empty or missing, the agent would allow every variable.
	if allowed := task.Restrictions.SettableVariables.Allowed; len(allowed) != len(Outputs()) {
		t.Errorf("task.json lets the task set the variables %q, want the outputs and no others", allowed)
	}
	if task.ID != "259f525e-8705-4ca8-9577-5ba9b85c0f95" {
		t.Errorf("task.json has the id %s; an installed task is found by its id, which must never change", task.ID)
	}
}
