package workflowtest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Workflow is a workflow file, or as much of it as the rules and the tests look at.
type Workflow struct {
	On          yaml.Node
	Permissions yaml.Node
	Jobs        map[string]*Job
}

// Job is a job of a workflow.
type Job struct {
	Name        string `yaml:"-"` // its key
	Uses        yaml.Node
	Secrets     yaml.Node
	Environment yaml.Node
	Permissions yaml.Node
	Container   yaml.Node
	Services    map[string]yaml.Node
	Steps       []Step

	text string // all of the job
	line int
}

// Step is a step of a job.
type Step struct {
	ID, Name, If string
	Uses, Run    yaml.Node
	With         map[string]yaml.Node
	Env          map[string]string
}

// Parse reads a workflow.
func Parse(raw []byte) (*Workflow, error) {
	var w Workflow
	if err := yaml.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("reading the workflow: %w", err)
	}
	var source struct{ Jobs map[string]yaml.Node }
	if err := yaml.Unmarshal(raw, &source); err != nil {
		return nil, fmt.Errorf("reading the workflow: %w", err)
	}
	for name, node := range source.Jobs {
		text, err := yaml.Marshal(&node)
		if err != nil {
			return nil, fmt.Errorf("reading the job %s: %w", name, err)
		}
		if w.Jobs[name] == nil {
			return nil, fmt.Errorf("the job %s is empty", name)
		}
		w.Jobs[name].Name, w.Jobs[name].text, w.Jobs[name].line = name, string(text), node.Line
	}
	return &w, nil
}

// ParseSteps reads a list of steps, as a document shows it, as the only job of a workflow.
func ParseSteps(raw []byte) (*Workflow, error) {
	indented := bytes.ReplaceAll(append([]byte("\n"), raw...), []byte("\n"), []byte("\n      "))
	return Parse(append([]byte("on: push\npermissions: {}\njobs:\n  job:\n    steps:"), indented...))
}

// List returns the jobs in the order of their names.
func (w *Workflow) List() []*Job {
	jobs := make([]*Job, 0, len(w.Jobs))
	for _, job := range w.Jobs {
		jobs = append(jobs, job)
	}
	slices.SortFunc(jobs, func(a, b *Job) int { return strings.Compare(a.Name, b.Name) })
	return jobs
}

// Triggers returns the events that start the workflow.
func (w *Workflow) Triggers() []string {
	var names []string
	switch w.On.Kind {
	case yaml.ScalarNode:
		names = []string{w.On.Value}
	case yaml.SequenceNode:
		for _, event := range w.On.Content {
			names = append(names, event.Value)
		}
	case yaml.MappingNode:
		for i := 0; i < len(w.On.Content); i += 2 {
			names = append(names, w.On.Content[i].Value)
		}
	}
	return names
}

// May tells whether a permission of a job is as given, such as contents: read.
func (j *Job) May(permission, access string) bool { return grants(j.Permissions)[permission] == access }

// grants are the permissions that a mapping of them gives.
func grants(permissions yaml.Node) map[string]string {
	out := map[string]string{}
	if permissions.Kind == yaml.MappingNode {
		for i := 0; i < len(permissions.Content); i += 2 {
			out[permissions.Content[i].Value] = permissions.Content[i+1].Value
		}
	}
	return out
}

// Action is the action that a step uses, without its ref; empty for a step that runs commands.
func (s *Step) Action() string {
	name, _, _ := strings.Cut(s.Uses.Value, "@")
	return name
}

// Input is what an input of a step's action is set to; empty where it is not.
func (s *Step) Input(name string) string { return s.With[name].Value }

// publishes tells whether what the workflow makes is believed elsewhere: a job may write, gets an identity or a secret, or
// pushes an image.
func (w *Workflow) publishes() bool {
	for _, job := range w.List() {
		for _, access := range grants(job.Permissions) {
			if access == "write" {
				return true
			}
		}
		for _, s := range job.Steps {
			if s.Action() == "layergate/layergate" && s.Input("push") != "" {
				return true
			}
		}
		if strings.Contains(job.text, "${{ secrets.") {
			return true
		}
	}
	return false
}
