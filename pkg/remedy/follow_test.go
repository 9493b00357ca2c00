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
			in.Locks = locks
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
