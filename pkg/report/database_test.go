package report

import (
	"bytes"
	"strings"
	"testing"
)

// A reader of any report sees at once that its database is not the newest, and why.
func TestOutdatedDatabase(t *testing.T) {
	t.Parallel()
	r := base(baseLayer)
	r.Database.Outdated = true
	r.Database.Unanswered = []Unanswered{{Source: "https://mirror.example", Reason: "mirror.example answers with 500 Internal Server Error"}}
	r.Warnings = r.Database.Warnings()
	r = judge(r, "critical")
	const short, why = "judged by the advisory database of an earlier run", "mirror.example answers with 500"
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := f.Render(&b, r); err != nil {
			t.Fatal(err)
		}
		text := strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
		says := map[string][]string{"json": {why}, "sarif": {why}, "table": {short, why}, "markdown": {short, why}, "html": {short, why}, "badge": {"outdated advisories"}}
		wanted, named := says[f.Name]
		if !named {
			wanted = []string{short}
		}
		for _, want := range wanted {
			if !strings.Contains(text, strings.ToLower(want)) {
				t.Errorf("%s does not say %q:\n%s", f.Name, want, text)
			}
		}
	}
	var md bytes.Buffer
	if err := Markdown(&md, r); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"summary.md": md.String(), "the comment": Comment(r, "")} {
		if lines := strings.SplitN(text, "\n", 4); !strings.Contains(strings.Join(lines[:3], "\n"), short) {
			t.Errorf("the first lines of %s are %q, want %q among them", name, lines[:3], short)
		}
	}
}

func TestDatabaseLineNamesTheSourceThatAnswered(t *testing.T) {
	t.Parallel()
	r := base(baseLayer)
	r.Database.From = "oci://registry.example/db"
	if got := r.databaseLine(); strings.Contains(got, "from ") {
		t.Errorf("databaseLine() = %q, want no source where the first answered", got)
	}
	r.Database.Unanswered = []Unanswered{{Source: "https://mirror.example", Reason: "it is down"}}
	if got := r.databaseLine(); !strings.Contains(got, "from oci://registry.example/db") {
		t.Errorf("databaseLine() = %q, want the source that answered", got)
	}
	if got := r.Database.Warnings(); len(got) != 1 || !strings.Contains(got[0], "https://mirror.example: it is down") {
		t.Errorf("Warnings() = %q, want why the first source gave none", got)
	}
}
