package ci

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
)

func TestTable(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, in := range Table() {
		if !name.MatchString(in.Name) || seen[strings.ToLower(in.TaskName())] {
			t.Errorf("Table has %q: want kebab case, and no two names that are alike in every spelling", in.Name)
		}
		seen[strings.ToLower(in.TaskName())] = true
		if !strings.HasSuffix(in.Help, ".") || strings.Contains(in.Help, "\n") {
			t.Errorf("Table: help of %s = %q, want one sentence", in.Name, in.Help)
		}
		if (in.Kind == Choice) != (len(in.Choices) > 0) {
			t.Errorf("Table: %s has the choices %v", in.Name, in.Choices)
		}
		if (in.Kind == Connection) != (in.Service != "") || in.Kind == Connection && !in.TaskOnly {
			t.Errorf("Table: %s has the service %q, and is the task's alone: %t", in.Name, in.Service, in.TaskOnly)
		}
		if in.Required && in.Default != "" || in.Kind == Secret && in.Default != "" {
			t.Errorf("Table: %s has the default %q, want none", in.Name, in.Default)
		}
	}
}

func TestTableDefaultsParse(t *testing.T) {
	t.Parallel()
	in := newTerminal(Env{Getenv: func(string) string { return "" }}).Inputs()
	for _, input := range Table() {
		var err error
		switch input.Kind {
		case Choice:
			_, err = in.Choice(input.Name)
		case Bool:
			_, err = in.Bool(input.Name)
		case Duration:
			_, err = in.Duration(input.Name)
		case Size:
			_, err = in.Size(input.Name)
		}
		if err != nil {
			t.Errorf("default of %s: %v", input.Name, err)
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

func TestSpellings(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, flag, task, github, azure string }{
		{name: "db", flag: "--db", task: "db", github: "INPUT_DB", azure: "INPUT_DB"},
		{name: "fail-on", flag: "--fail-on", task: "failOn", github: "INPUT_FAIL-ON", azure: "INPUT_FAILON"},
		{name: "db-max-age", flag: "--db-max-age", task: "dbMaxAge", github: "INPUT_DB-MAX-AGE", azure: "INPUT_DBMAXAGE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Name: tt.name}
			got := []string{in.Flag(), in.TaskName(), in.GitHubEnv(), in.AzureEnv()}
			if diff := cmp.Diff([]string{tt.flag, tt.task, tt.github, tt.azure}, got); diff != "" {
				t.Errorf("spellings of %s (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}
