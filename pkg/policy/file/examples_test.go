package file

import (
	"os"
	"path/filepath"
	"reflect"
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

// yamlBlock is a block of YAML that begins with a key of a policy file, after comments.
var yamlBlock = regexp.MustCompile("(?ms)^[ \t]*```yaml\n((?:[ \t]*#[^\n]*\n)*([a-z-]+):.*?)^[ \t]*```$")

// TestPoliciesInAllDocuments holds that what any document tells readers to write into a policy file is valid: a block whose first
// key is a policy's, unless it is a part of something else that has the same. Of the pages of rules, whose cases have policies
// among other things, that is what to write for a rule.
func TestPoliciesInAllDocuments(t *testing.T) {
	t.Parallel()
	others := regexp.MustCompile(`(?m)^(apiVersion|on|jobs|steps|services|id):`)
	keys := fieldsOf(reflect.ValueOf(document{}))
	root := filepath.Join("..", "..", "..")
	files := []string{filepath.Join(root, "README.md")}
	for _, pattern := range []string{"*.md", filepath.Join("rules", "*.md")} {
		found, err := filepath.Glob(filepath.Join(root, "docs", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	policies := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range yamlBlock.FindAllStringSubmatch(string(raw), -1) {
			ofRule := filepath.Base(filepath.Dir(name)) == "rules"
			if _, ok := keys[m[2]]; !ok || others.MatchString(m[1]) || ofRule && m[2] != "rules" {
				continue
			}
			policies++
			text := strings.ReplaceAll(m[1], "…", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=") // the reader's key
			if _, err := Parse(filepath.Base(name), []byte(text)); err != nil {
				t.Errorf("Parse(%s) = %v, want a policy", text, err)
			}
		}
	}
	if policies < 100 {
		t.Errorf("the documents have %d policies, want those of the rules' pages and more", policies)
	}
}
