package file

import (
	"os"
	"path/filepath"
	"regexp"
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

// documented is a policy in a document: a block of YAML, or a line of a table.
var documented = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$|`([a-z-]+: [^`]+)`(?:, | \\|)")

// TestDocumentedPolicies holds that what the documents about policies tell readers to write is valid.
func TestDocumentedPolicies(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]int{"policy.md": 15, "getting-to-green.md": 1, "shared-policy.md": 2} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		found := documented.FindAllStringSubmatch(string(raw), -1)
		if len(found) < least {
			t.Errorf("%s has %d policies, want at least %d", name, len(found), least)
		}
		for _, m := range found {
			if _, err := Parse(name, []byte(m[1]+m[2])); err != nil {
				t.Errorf("Parse(%s%s) = %v, want a policy", m[1], m[2], err)
			}
		}
	}
}
