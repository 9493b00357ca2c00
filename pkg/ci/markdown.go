package ci

import (
	"fmt"
	"strings"
)

// The markers that the README holds its table of inputs between.
const (
	tableBegin = "<!-- inputs:begin -->"
	tableEnd   = "<!-- inputs:end -->"
)

// MarkdownTable renders the inputs for the README, markers included, without a line end behind the last.
func MarkdownTable() string {
	var b strings.Builder
	b.WriteString(tableBegin + "\n| Command line | GitHub Actions | Azure Pipelines | Default | Meaning |\n|---|---|---|---|---|\n")
	for _, in := range Table() {
		flag, github := "–", "–"
		if in.IsFlag() {
			flag = "`" + in.Flag() + "`"
		}
		if in.OnGitHub() {
			github = "`" + in.Name + "`"
		}
		value := ""
		switch {
		case in.Required:
			value = "required"
		case in.Default != "":
			value = "`" + in.Default + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | %s |\n", flag, github, in.TaskName(), value, strings.ReplaceAll(in.Help, "|", `\|`))
	}
	b.WriteString(tableEnd)
	return b.String()
}
