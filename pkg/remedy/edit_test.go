package remedy

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	step := func(kind Kind, typ, name, from, to, file string) Step {
		return Step{Kind: kind, Sure: true, Location: &finding.Location{File: file, Line: 1}, Changes: []Change{{Type: typ, Name: name, From: []string{from}, To: []string{to}}}}
	}
	image := func(from, to string) Step { return step(KindBase, TypeImage, "debian", from, to, "Dockerfile") }
	unsure := image("12.5", "12.14")
	unsure.Sure = false
	upgrade, lock := step(KindBase, "deb", "curl", "7.1-1", "7.2-1", "Dockerfile"), step(KindUpgrade, "npm", "lodash", "4.17.4", "4.17.21", "package-lock.json")
	rebuild, correct, several := upgrade, upgrade, image("12.5", "12.14")
	lock.Command = "npm install lodash@4.17.21"
	rebuild.Kind, correct.Kind, several.Changes[0].To = KindRebuild, KindCorrect, []string{"12.14", "13"}
	tests := []struct {
		name       string
		step       Step
		text, want string // want is empty where the line is left
		reason     string // why it is left
	}{
		{"a tag", image("12.5", "12.14"), "FROM --platform=linux/amd64 debian:12.5 AS build", "FROM --platform=linux/amd64 debian:12.14 AS build", ""},
		{"a digest", image("12.5@sha256:a", "12.14@sha256:b"), "from debian:12.5@sha256:a", "from debian:12.14@sha256:b", ""},
		{"another repository", image("12.5", "pool.example/debian:12"), "FROM debian:12.5", "FROM pool.example/debian:12", ""},
		{"a variable", image("12.5", "12.14"), "FROM debian:$TAG", "", "Dockerfile:1 does not say debian 12.5 in plain words"},
		{"another line", image("12.5", "12.14"), "RUN echo debian:12.5", "", "Dockerfile:1 does not say debian 12.5 in plain words"},
		{"not sure", unsure, "FROM debian:12.5", "", "it is not sure that this is enough"},
		{"a requirement", step(KindUpgrade, "python", "jinja2", "2.10", "2.11.3", "api/requirements.txt"), "Jinja2[i18n] == 2.10 ; python_version > '3'  # pinned", "Jinja2[i18n] == 2.11.3 ; python_version > '3'  # pinned", ""},
		{"a requirement that moved on", step(KindUpgrade, "python", "jinja2", "2.10", "2.11.3", "requirements.txt"), "Jinja2==2.11", "", "requirements.txt:1 does not say jinja2 2.10 in plain words"},
		{"another requirement", step(KindUpgrade, "python", "jinja2", "2.10", "2.11.3", "requirements.txt"), "Jinja3==2.10", "", "requirements.txt:1 does not say jinja2 2.10 in plain words"},
		{"a module", step(KindUpgrade, "go-module", "golang.org/x/net", "v0.1.0", "v0.23.0", "go.mod"), "\tgolang.org/x/net v0.1.0 // indirect", "\tgolang.org/x/net v0.23.0 // indirect", ""},
		{"a module that begins the same", step(KindUpgrade, "go-module", "golang.org/x/net", "v0.1.0", "v0.23.0", "go.mod"), "require golang.org/x/netx v0.1.0", "", "go.mod:1 does not say golang.org/x/net v0.1.0 in plain words"},
		{"a lock file with checksums", step(KindUpgrade, "npm", "lodash", "4.17.4", "4.17.21", "package-lock.json"), `"version": "4.17.4",`, "", "package-lock.json is not among what a patch changes: FROM instructions, requirements.txt and go.mod"},
		{"a lock file and a command", lock, `"version": "4.17.4",`, "", "the command writes package-lock.json, with all that belongs to the change"},
		{"a pinned package of the distribution", step(KindUpgrade, "deb", "curl", "7.1-1", "7.2-1", "Dockerfile"), "RUN apt-get install curl=7.1-1", "", "Dockerfile is not among what a patch changes: FROM instructions, requirements.txt and go.mod"},
		{"a rebuild", rebuild, "FROM debian:12.5", "", "it changes no file"},
		{"a failed check", correct, "FROM debian:12.5", "", "what to write at Dockerfile:1 is for you to decide"},
		{"several versions", several, "FROM debian:12.5", "", "it is more than one change"},
		{"packages of the base image", upgrade, "FROM debian:12.5", "", "it takes an instruction that upgrades packages of the base image"},
		{"no line", Step{Kind: KindUpgrade, Sure: true}, "FROM debian:12.5", "", "no line is known that it changes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, reason := tt.step.Edit(tt.text)
			if got != tt.want || reason != tt.reason {
				t.Errorf("Edit(%q) = %q, %q, want %q, %q", tt.text, got, reason, tt.want, tt.reason)
			}
		})
	}
}
