package input

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
)

func TestTable(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, in := range Table() {
		if !name.MatchString(in.Name) || seen[strings.ToLower(TaskName(in.Name))] {
			t.Errorf("Table has %q: want kebab case, and no two names that are alike in every spelling", in.Name)
		}
		seen[strings.ToLower(TaskName(in.Name))] = true
		if !strings.HasSuffix(in.Help, ".") || strings.Contains(in.Help, "\n") {
			t.Errorf("Table: help of %s = %q, want one sentence", in.Name, in.Help)
		}
		if (in.Kind == Choice) != (len(in.Choices) > 0) {
			t.Errorf("Table: %s has the choices %v", in.Name, in.Choices)
		}
		if (in.Kind == Connection) != (in.Service != "") || in.Kind == Connection && in.Only != AzurePipelines {
			t.Errorf("Table: %s has the service %q, on the systems %b", in.Name, in.Service, in.Only)
		}
		if in.Kind == Secret && in.Default != "" {
			t.Errorf("Table: %s has the default %q, want none", in.Name, in.Default)
		}
		if first, _ := utf8.DecodeRuneInString(in.Label); !unicode.IsUpper(first) || len(in.Label) > 60 || strings.HasSuffix(in.Label, ".") {
			t.Errorf("Table: label of %s = %q, want a few words with a capital", in.Name, in.Label)
		}
		if len(in.Commands) == 0 || in.Only != 0 && in.Only&(CommandLine|GitHubActions|AzurePipelines) == 0 {
			t.Errorf("Table: %s belongs to the commands %q on the systems %b", in.Name, in.Commands, in.Only)
		}
	}
}

func TestTableDefaultsParse(t *testing.T) {
	t.Parallel()
	v := with("image", "app.tar")
	for _, in := range Table() {
		var err error
		switch in.Kind {
		case Choice:
			_, err = v.Choice(in.Name)
		case Bool:
			_, err = v.Bool(in.Name)
		case Duration:
			_, err = v.Duration(in.Name)
		case Size:
			_, err = v.Size(in.Name)
		}
		if err != nil {
			t.Errorf("default of %s: %v", in.Name, err)
		}
	}
}

func TestTableIsFresh(t *testing.T) {
	t.Parallel()
	first := Table()
	for i := range first {
		first[i].Name = "changed"
		for j := range first[i].Commands {
			first[i].Commands[j] = "changed"
		}
		for j := range first[i].Choices {
			first[i].Choices[j] = "changed"
		}
	}
	for _, in := range Table() {
		if in.Name == "changed" || slices.Contains(in.Commands, "changed") || slices.Contains(in.Choices, "changed") {
			t.Errorf("Table() gave %+v after a caller changed its copy", in)
		}
	}
}

func TestFailOnChoices(t *testing.T) {
	t.Parallel()
	want := []string{}
	for _, threshold := range policy.Thresholds() {
		want = append(want, string(threshold))
	}
	for _, in := range Table() {
		if in.Name != "fail-on" {
			continue
		}
		if diff := cmp.Diff(want, in.Choices); diff != "" {
			t.Errorf("choices of fail-on (-policy +table):\n%s", diff)
		}
		for _, word := range want {
			if !strings.Contains(in.Help, word) {
				t.Errorf("help of fail-on = %q, want it to name %s", in.Help, word)
			}
		}
	}
}

func TestSpell(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, terminal, github, azure string }{
		{name: "db", terminal: "--db", github: "input db", azure: "input db"},
		{name: "fail-on", terminal: "--fail-on", github: "input fail-on", azure: "input failOn"},
		{name: "db-max-age", terminal: "--db-max-age", github: "input db-max-age", azure: "input dbMaxAge"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := []string{CommandLine.Spell(tt.name), GitHubActions.Spell(tt.name), AzurePipelines.Spell(tt.name)}
			if diff := cmp.Diff([]string{tt.terminal, tt.github, tt.azure}, got); diff != "" {
				t.Errorf("Spell(%s) (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	everything := func(name string) string { return "the value of " + name }
	for _, tt := range []struct {
		name                        string
		system                      System
		command, artifact, username string
	}{
		{name: "command line", system: CommandLine, command: "gate", username: "the value of registry-username"},
		{name: "GitHub Actions", system: GitHubActions, command: "the value of command", username: "the value of registry-username"},
		{name: "Azure Pipelines", system: AzurePipelines, command: "the value of command", artifact: "the value of artifact", username: "the value of registry-username"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := Read(tt.system, everything, func(string) string { return "from the environment" })
			got := []string{v.String("command"), v.String("artifact"), v.String("registry-username")}
			if diff := cmp.Diff([]string{tt.command, tt.artifact, tt.username}, got); diff != "" {
				t.Errorf("Read(), of command, artifact and registry-username (-want +got):\n%s", diff)
			}
			nothing := Read(tt.system, func(string) string { return " " }, func(name string) string { return name })
			if got := nothing.String("ca-file"); got != "LAYERGATE_CA_FILE" {
				t.Errorf("Read().String(ca-file) = %q, want that of its environment variable", got)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	v := with("registry-password", "pw")
	v.Set("registry-username", "user")
	v.Hide("of a connection")
	if diff := cmp.Diff([]string{"of a connection", "pw"}, v.Secrets()); diff != "" {
		t.Errorf("Secrets() (-want +got):\n%s", diff)
	}
}
