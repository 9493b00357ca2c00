package input

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// writeTables gives docs/inputs.md with a table for each group of inputs.
func writeTables(t *testing.T, file string) string {
	t.Helper()
	return replaceBetween(t, file, "<!-- inputs:begin -->", "<!-- inputs:end -->", markdownTables(Groups(), Table()))
}

func markdownTables(groups []Group, table []Input) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| Command line | GitHub Actions | Azure Pipelines | Default | Meaning |\n|---|---|---|---|---|\n", g.Title)
		for _, in := range table {
			if in.Group == g.Name {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(in, CommandLine, "--"+in.Name), code(in, GitHubActions, in.Name),
					code(in, AzurePipelines, TaskName(in.Name)), defaultCode(in), strings.ReplaceAll(in.Help, "|", `\|`)+envNote(in))
			}
		}
	}
	return b.String()
}

// code is a name of the input on a system, or a dash where the system does not have it.
func code(in Input, system System, name string) string {
	if !in.On(system) {
		return "–"
	}
	return "`" + name + "`"
}

// envNote names the environment variable of an input.
func envNote(in Input) string {
	if in.Env == "" {
		return ""
	}
	return " On a terminal also `" + in.Env + "`."
}

func defaultCode(in Input) string {
	if in.Default == "" {
		return ""
	}
	return "`" + in.Default + "`"
}

func TestMarkdownTables(t *testing.T) {
	t.Parallel()
	got := markdownTables([]Group{{Name: "x", Title: "Some"}, {Name: "y", Title: "More"}}, []Input{
		{Name: "db-max-age", Default: "120h", Help: "A | B.", Group: "y", Env: "AGE"},
		{Name: "command", Help: "C.", Group: "x", Only: GitHubActions | AzurePipelines},
	})
	want := []string{
		"", "## Some", "", "| Command line | GitHub Actions | Azure Pipelines | Default | Meaning |", "|---|---|---|---|---|",
		"| – | `command` | `command` |  | C. |",
		"", "## More", "", "| Command line | GitHub Actions | Azure Pipelines | Default | Meaning |", "|---|---|---|---|---|",
		"| `--db-max-age` | `db-max-age` | `dbMaxAge` | `120h` | A \\| B. On a terminal also `AGE`. |", "",
	}
	if !slices.Equal(strings.Split(got, "\n"), want) {
		t.Errorf("markdownTables() = %q, want the lines %q", got, want)
	}
}
