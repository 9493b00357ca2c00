package remedy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// An upgrade of what brings a package may bring another version of it: no command is offered that could undo that.
func TestFollowParents(t *testing.T) {
	t.Parallel()
	minimist := vulnerable("B", "npm", "minimist", "0.0.10", ownCopy, "0.2.4")
	minimist.Severity = finding.SeverityCritical // which comes first otherwise
	tests := []struct {
		name          string
		parent        string // of minimist
		order         []string
		command, note string
		sure          bool
	}{
		{name: "its parent is upgraded", parent: "handlebars", order: []string{"handlebars", "minimist"}, note: "upgrade handlebars first and scan again: that may bring another version"},
		{
			name: "another package is upgraded", parent: "mkdirp", order: []string{"minimist", "handlebars"}, sure: true,
			command: "npm pkg set resolutions.minimist=0.2.4 && yarn install",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lock := "minimist@^0:\n  version \"0.0.10\"\n"
			for _, name := range []string{"handlebars", "mkdirp"} {
				lock += fmt.Sprintf("\n%s@^4:\n  version \"4.0.11\"\n", name)
				if name == tt.parent {
					lock += "  dependencies:\n    minimist \"^0\"\n"
				}
			}
			locks, err := lockfile.Scan(fstest.MapFS{"yarn.lock": {Data: []byte(lock)}, "package.json": {Data: []byte(`{"dependencies": {"handlebars": "^4", "mkdirp": "^4"}}`)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			in := all(minimist, vulnerable("A", "npm", "handlebars", "4.0.11", ownCopy, "4.7.9"))
			in.Source = sourceIn(locks)
			var order []string
			for _, s := range New(in).Steps {
				order = append(order, s.Changes[0].Name)
				if s.Changes[0].Name == "minimist" && (s.Command != tt.command || !strings.Contains(s.Note, tt.note) || s.Sure != tt.sure) {
					t.Errorf("New(): %q has the command %q, the note %q and is sure: %t", s.Title, s.Command, s.Note, s.Sure)
				}
			}
			if !slices.Equal(order, tt.order) {
				t.Errorf("New(): the steps are about %q, want %q", order, tt.order)
			}
		})
	}
}

// Each step comes behind those of the packages that need it, directly or through others.
func TestFollowChains(t *testing.T) {
	t.Parallel()
	const none = ""
	tests := []struct {
		name    string
		project string              // what it names itself
		needs   map[string][]string // by package
		blocks  []string            // the worst first
		want    []string            // the steps in order, with what each is to wait for
	}{
		{
			name: "three", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"c"}, "c": nil}, blocks: []string{"c", "b", "a"},
			want: []string{"a", "b after a", "c after a"},
		},
		{
			name: "the first of three is not upgraded", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"c"}, "c": nil}, blocks: []string{"c", "b"},
			want: []string{"b", "c after b"},
		},
		{
			name: "the middle of three is not upgraded", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"c"}, "c": nil}, blocks: []string{"c", "a"},
			want: []string{"a", "c after a"},
		},
		{
			name: "two parents", project: "a b", needs: map[string][]string{"a": {"c"}, "b": {"c"}, "c": nil}, blocks: []string{"c", "b", "a"},
			want: []string{"b", "a", "c after a and b"},
		},
		{
			name: "one of two parents", project: "a b", needs: map[string][]string{"a": {"c"}, "b": {"c"}, "c": nil}, blocks: []string{"c", "b"},
			want: []string{"b", "c after b"},
		},
		{
			name: "a circle: one begins", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"b"}}, blocks: []string{"c", "b"},
			want: []string{"c", "b after c"},
		},
		{
			name: "a circle of three", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}, blocks: []string{"d", "b", "c"},
			want: []string{"d", "b after d", "c after d"},
		},
		{
			name: "a circle through what the project names", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"a"}}, blocks: []string{"b", "a"},
			want: []string{"a", "b after a"},
		},
		{
			name: "what needs itself", project: "a", needs: map[string][]string{"a": {"b"}, "b": {"b"}}, blocks: []string{"b"},
			want: []string{"b"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lock := ""
			for name, needs := range tt.needs {
				lock += fmt.Sprintf("%s@^1:\n  version \"1.0.0\"\n", name)
				for i, n := range needs {
					if i == 0 {
						lock += "  dependencies:\n"
					}
					lock += fmt.Sprintf("    %s \"^1\"\n", n)
				}
			}
			manifest := `{"dependencies": {"` + strings.ReplaceAll(tt.project, " ", `": "^1", "`) + `": "^1"}}`
			locks, err := lockfile.Scan(fstest.MapFS{"yarn.lock": {Data: []byte(lock)}, "package.json": {Data: []byte(manifest)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			var findings []finding.Finding
			for i, name := range tt.blocks {
				for k := range len(tt.blocks) - i { // more of those that come first
					findings = append(findings, vulnerable(fmt.Sprint(name, k), "npm", name, "1.0.0", ownCopy, "1.0.1"))
				}
			}
			in := all(findings...)
			in.Source = sourceIn(locks)
			var got []string
			for _, s := range New(in).Steps {
				line := s.Changes[0].Name
				if rest, ok := strings.CutPrefix(s.Note, "upgrade "); ok {
					first, _, _ := strings.Cut(rest, " first and scan again")
					line += " after " + first
				}
				if waits := line != s.Changes[0].Name; waits == s.Sure || waits != (s.Command == none) {
					t.Errorf("New(): %q has the command %q and is sure: %t", line, s.Command, s.Sure)
				}
				got = append(got, line)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("New(): the steps are %q, want %q", got, tt.want)
			}
		})
	}
}

// Names are compared as the package manager does, and a package of another kind is another one.
func TestFollowNames(t *testing.T) {
	t.Parallel()
	steps := func(parentType, parent string) []planned {
		upgrade := func(typ, name string, above ...string) planned {
			p := planned{Step: Step{Kind: KindUpgrade, Sure: true, Changes: []Change{{Type: typ, Name: name}}}, above: map[string]bool{}}
			for _, a := range above {
				p.above[a] = true
			}
			return p
		}
		return []planned{
			{Step: Step{Kind: KindCorrect, Sure: true}}, upgrade("python", "markupsafe", "my-jinja"), upgrade(parentType, parent),
			{Step: Step{Kind: KindUpgrade, Sure: true, Further: true, Changes: []Change{{Type: parentType, Name: parent}}}, above: map[string]bool{}},
		}
	}
	for _, tt := range []struct {
		name, parentType, parent string
		sure                     bool
	}{
		{"spelled otherwise", "python", "My_Jinja", false},
		{"of another kind", "npm", "my-jinja", true},
	} {
		out := followParents(steps(tt.parentType, tt.parent))
		for _, s := range out {
			if s.Kind == KindUpgrade && s.Changes[0].Name == "markupsafe" && (s.Sure != tt.sure || !tt.sure && s.Note != "upgrade My_Jinja first and scan again: that may bring another version") {
				t.Errorf("followParents(%s) = %+v", tt.name, s)
			}
		}
		if !out[len(out)-1].Further {
			t.Errorf("followParents(%s): the last step is %+v, want the one that goes further", tt.name, out[len(out)-1])
		}
	}
}

// Circles that no single lock file shows end, too, and leave a step that can be begun with.
func TestFollowOddCircle(t *testing.T) {
	t.Parallel()
	var steps []planned
	for i, name := range []string{"a", "b", "c"} {
		above := []string{"c", "a", "b"}[i]
		steps = append(steps, planned{Step: Step{Kind: KindUpgrade, Sure: true, Changes: []Change{{Type: "npm", Name: name}}}, above: map[string]bool{above: true}})
	}
	sure := 0
	for _, s := range followParents(steps) {
		if s.Sure {
			sure++
		}
	}
	if sure != 1 {
		t.Errorf("followParents(a circle) leaves %d steps to begin with, want 1", sure)
	}
}
