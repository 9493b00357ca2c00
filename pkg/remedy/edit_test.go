package remedy

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

func TestApply(t *testing.T) {
	t.Parallel()
	step := func(kind Kind, old string, lines ...string) Step {
		return Step{Kind: kind, Sure: true, Location: &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}, Edit: &Edit{Old: old, New: lines}}
	}
	image := step(KindBase, "debian:12.5", "debian:12.14")
	added := step(KindBase, "", "RUN a", "USER b")
	upgrade := func(old, line string) Step { return step(KindUpgrade, old, line) }
	unsure, several, nowhere := image, added, image
	unsure.Sure, several.Location, nowhere.Location = false, &finding.Location{File: "Dockerfile", Line: 1, EndLine: 2}, nil
	tests := []struct {
		name       string
		step       Step
		text, want string // want is empty where the line is left
		reason     string // why it is left
	}{
		{"a tag", image, "FROM --platform=linux/amd64 debian:12.5 AS build\n", "FROM --platform=linux/amd64 debian:12.14 AS build\n", ""},
		{"a digest", step(KindBase, "debian:12.5@sha256:a", "debian:12.14@sha256:b"), "from debian:12.5@sha256:a", "from debian:12.14@sha256:b", ""},
		{"another tag that begins the same", image, "FROM debian:12.5-slim", "", "Dockerfile:1 does not say debian:12.5 once"},
		{"a repository that ends the same", image, "FROM pool.example/debian:12.5", "", "Dockerfile:1 does not say debian:12.5 once"},
		{"a variable", image, "FROM debian:$TAG", "", "Dockerfile:1 does not say debian:12.5 once"},
		{"no FROM instruction", image, "RUN echo debian:12.5", "", "Dockerfile:1 is no FROM instruction on one line"},
		{"not sure", unsure, "FROM debian:12.5", "", "it is not sure that this is enough"},
		{"no place", nowhere, "FROM debian:12.5", "", "no line is known that it changes"},
		{"no edit", Step{Kind: KindUpgrade, Sure: true, Location: fromLine}, "FROM debian:12.5", "", "no line is known that names the version"},
		{"a failed check", Step{Kind: KindCorrect, Sure: true, Location: fromLine}, "FROM debian:12.5", "", "what to write is for you to decide"},
		{"a command", Step{Kind: KindUpgrade, Sure: true, Location: fromLine, Command: "npm install"}, "FROM debian:12.5", "", "the command makes the change, which is more than one line"},
		{"a rebuild", Step{Kind: KindRebuild, Sure: true, Location: fromLine}, "FROM debian:12.5", "", "it changes no file"},
		{"lines behind", added, "FROM debian:12.5\n", "FROM debian:12.5\nRUN a\nUSER b\n", ""},
		{"lines behind, as Windows ends them", added, "FROM debian:12.5\r\n", "FROM debian:12.5\r\nRUN a\r\nUSER b\r\n", ""},
		{"lines behind the last", added, "FROM debian:12.5", "FROM debian:12.5\nRUN a\nUSER b", ""},
		{"lines behind several", several, "FROM \\\n", "", "Dockerfile:1 is no FROM instruction on one line"},
		{"lines behind what is no FROM any more", added, "# moved\n", "", "Dockerfile:1 is no FROM instruction on one line"},
		{"a requirement", upgrade("Jinja2[i18n] == 2.10", "Jinja2[i18n] == 2.11.3"), "Jinja2[i18n] == 2.10 ; python_version > '3'  # pinned", "Jinja2[i18n] == 2.11.3 ; python_version > '3'  # pinned", ""},
		{"a requirement that moved on", upgrade("Jinja2==2.1", "Jinja2==2.11.3"), "Jinja2==2.11", "", "Dockerfile:1 does not say Jinja2==2.1 once"},
		{"a requirement whose name goes on before", upgrade("jinja2==2.1", "jinja2==2.11.3"), "my-jinja2==2.1", "", "Dockerfile:1 does not say jinja2==2.1 once"},
		{"twice on the line", upgrade("curl=7.1-1", "curl=7.2-1"), "RUN apk add curl=7.1-1 || apk add curl=7.1-1", "", "Dockerfile:1 does not say curl=7.1-1 once"},
		{"a module", upgrade("golang.org/x/net v0.1.0", "golang.org/x/net v0.23.0"), "\tgolang.org/x/net v0.1.0 // indirect", "\tgolang.org/x/net v0.23.0 // indirect", ""},
		{"a pinned package of the distribution", upgrade("curl=7.1-1", "curl=7.2-1"), "      curl=7.1-1 \\\n", "      curl=7.2-1 \\\n", ""},
		{"one that begins the same", upgrade("curl=7.1-1", "curl=7.2-1"), "      curl=7.1-1+deb12u1 \\\n", "", "Dockerfile:1 does not say curl=7.1-1 once"},
		{"no text", upgrade("curl=7.1-1", ""), "", "", "Dockerfile:1 does not say curl=7.1-1 once"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, reason := tt.step.Apply(tt.text)
			if got != tt.want || reason != tt.reason {
				t.Errorf("Apply(%q) = %q, %q, want %q, %q", tt.text, got, reason, tt.want, tt.reason)
			}
		})
	}
}

// What an edit puts on a line comes from an advisory, and is one line.
func TestSourceEdit(t *testing.T) {
	t.Parallel()
	requirement := lockfile.Source{Manager: lockfile.Pip, Text: "jinja2==2.10", Allows: "==2.10"}
	module := lockfile.Source{Manager: lockfile.Go, Text: "example.com/a v1.0.0"}
	tests := []struct {
		name   string
		source lockfile.Source
		from   string
		to     string
		want   string // empty for none
	}{
		{"a requirement", requirement, "2.10", "2.11", "jinja2==2.11"},
		{"an epoch", requirement, "2.10", "1!2.11", "jinja2==1!2.11"},
		{"a module", module, "v1.0.0", "v1.0.1", "example.com/a v1.0.1"},
		{"the same version", requirement, "2.10", "2.10", ""},
		{"no line of the source", lockfile.Source{Manager: lockfile.Pip}, "2.10", "2.11", ""},
		{"two lines", requirement, "2.10", "2.11\nevil", ""},
		{"another requirement", requirement, "2.10", "2.11 ; extra", ""},
		{"a line that has an end", lockfile.Source{Manager: lockfile.Go, Text: "a\rv1"}, "v1", "v2", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want *Edit
			if tt.want != "" {
				want = &Edit{Old: tt.source.Text, New: []string{tt.want}}
			}
			got := sourceEdit(tt.source, finding.Package{Name: "a", Version: tt.from}, tt.to)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("sourceEdit(to %q) (-want +got):\n%s", tt.to, diff)
			}
		})
	}
}

func TestPinEdit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, by, to string
		want, note   string // empty for none
	}{
		{"named", "RUN apt-get install curl=7.1-1", "7.2-1", "curl=7.2-1", "take that"},
		{"by a variable", "RUN apt-get install curl=$CURL", "7.2-1", "", "change it where it comes from"},
		{"an odd version", "RUN apt-get install curl=7.1-1", "7.2-1 $(id)", "", "change it where it comes from"},
		{"not named", "RUN apt-get install curl", "7.2-1", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit, note := pinEdit(vulnerable("C", "deb", "curl", "7.1-1", &finding.Layer{CreatedBy: tt.by}, tt.to), tt.to)
			got := ""
			if edit != nil {
				got = edit.New[0]
			}
			if got != tt.want || !contains(note, tt.note) {
				t.Errorf("pinEdit(%q) = %q, %q, want %q, %q", tt.by, got, note, tt.want, tt.note)
			}
		})
	}
	if edit, note := pinEdit(vulnerable("C", "deb", "curl", "7.1-1", nil), "7.2-1"); edit != nil || note != "" {
		t.Errorf("pinEdit(no layer) = %v, %q, want nothing", edit, note)
	}
}

// The commands of a base image's packages are instructions behind its FROM, run as root.
func TestSystemEdit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		command string
		base    Base
		want    []string
		note    string // part of it; empty for none
	}{
		{"root", "apk upgrade", Base{Location: fromLine}, []string{"RUN apk upgrade"}, ""},
		{"root by name", "apk upgrade", Base{Location: fromLine, User: "root:root"}, []string{"RUN apk upgrade"}, ""},
		{"root by number", "apk upgrade", Base{Location: fromLine, User: "0"}, []string{"RUN apk upgrade"}, ""},
		{"another user", "apk upgrade", Base{Location: fromLine, User: "app:1000"}, []string{"USER root", "RUN apk upgrade", "USER app:1000"}, ""},
		{"an odd user", "apk upgrade", Base{Location: fromLine, User: "a\nRUN id"}, []string{"RUN apk upgrade"}, "put USER root before"},
		{"no line", "apk upgrade", Base{}, []string{"RUN apk upgrade"}, "behind the FROM instruction"},
		{"no package manager", "", Base{Location: fromLine}, nil, "no package manager"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edit, note := systemEdit(tt.command, tt.base)
			var got []string
			if edit != nil {
				got = edit.New
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" || !contains(note, tt.note) {
				t.Errorf("systemEdit() notes %q, want %q in it (-want +got):\n%s", note, tt.note, diff)
			}
		})
	}
}

func TestFromEdit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		from, to string
		want     *Edit
	}{
		{"a tag", "12.5", "12.14", &Edit{Old: "debian:12.5", New: []string{"debian:12.14"}}},
		{"a digest", "12.5@sha256:a", "12.14@sha256:b", &Edit{Old: "debian:12.5@sha256:a", New: []string{"debian:12.14@sha256:b"}}},
		{"another repository", "12.5", "pool.example/debian:12", &Edit{Old: "debian:12.5", New: []string{"pool.example/debian:12"}}},
		{"no tag now", "", "12.14", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Change{Type: TypeImage, Name: "debian", To: []string{tt.to}}
			if tt.from != "" {
				c.From = []string{tt.from}
			}
			if diff := gocmp.Diff(tt.want, c.fromEdit()); diff != "" {
				t.Errorf("fromEdit() (-want +got):\n%s", diff)
			}
		})
	}
}
