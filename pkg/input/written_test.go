package input

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write action.yml, task.json and the tables of docs/inputs.md from the table of inputs")

// root is the repository's root.
var root = filepath.Join("..", "..")

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestWritten holds the files that are written from the table against it, or writes them. It is not parallel: other tests read
// these files, and those that are parallel wait until it is done.
func TestWritten(t *testing.T) {
	for name, write := range map[string]func(t *testing.T, file string) string{
		"action.yml": writeAction, "task.json": writeTask, "docs/inputs.md": writeTables,
	} {
		t.Run(name, func(t *testing.T) {
			got := string(readFile(t, name))
			want := write(t, got)
			if got == want {
				return
			}
			if !*update {
				t.Fatalf("%s (-file +table); go test ./pkg/input -update writes it:\n%s", name, cmp.Diff(got, want))
			}
			if err := os.WriteFile(filepath.Join(root, name), []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// replaceBetween gives text with another middle between two lines, which stay.
func replaceBetween(t *testing.T, text, first, last, middle string) string {
	t.Helper()
	head, rest, begins := strings.Cut(text, first+"\n")
	_, tail, ends := strings.Cut(rest, "\n"+last+"\n")
	if !begins || !ends {
		t.Fatalf("there are no lines %q and %q to write between", first, last)
	}
	return head + first + "\n" + middle + "\n" + last + "\n" + tail
}
