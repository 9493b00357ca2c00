package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples holds that the policy files of examples/policies are valid, and say which schema they have.
func TestExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "examples", "policies", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("examples/policies has the files %q, %v, want some", files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(raw), "# yaml-language-server: $schema=https://") {
				t.Error("the first line does not name the schema")
			}
			if _, err := Parse(filepath.Base(name), raw); err != nil {
				t.Errorf("Parse(%s) = %v, want a policy", filepath.Base(name), err)
			}
		})
	}
}
