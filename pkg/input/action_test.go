package input

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// writeAction gives action.yml with the inputs and outputs of the table.
func writeAction(t *testing.T, file string) string {
	t.Helper()
	var b strings.Builder
	for _, in := range Table() {
		if in.On(GitHubActions) {
			fmt.Fprintf(&b, "  %s:\n    description: %s\n    required: false\n    default: %s\n", in.Name, quoted(t, in.Help), quoted(t, in.Default))
		}
	}
	b.WriteString("\noutputs:\n")
	for _, o := range Outputs() {
		fmt.Fprintf(&b, "  %s:\n    description: %s\n", o.Name, quoted(t, o.Description))
	}
	return replaceBetween(t, file, "inputs:", "runs:", b.String())
}

// quoted is a string in JSON, which is one in YAML, too.
func quoted(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// actionImage matches the image that the action runs: on a branch the one that the Dockerfile builds, in a release the
// published one that was built from it.
var actionImage = regexp.MustCompile(`^(Dockerfile|docker://ghcr\.io/layergate/layergate@sha256:[0-9a-f]{64})$`)

// TestActionManifest reads action.yml as GitHub does.
func TestActionManifest(t *testing.T) {
	t.Parallel()
	type input struct {
		Description string
		Required    bool
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
		if in.On(GitHubActions) {
			inputs[in.Name] = input{Description: in.Help, Default: in.Default}
		}
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
