package input

import (
	"slices"
	"strings"
	"testing"
)

// condition is one comparison of a rule of the editor of Azure Pipelines.
type condition struct{ input, operator, value string }

// readRule reads a rule: comparisons with =, !=, or StartsWith, all of them joined by && or all by ||.
func readRule(t *testing.T, rule string) (conditions []condition, all bool) {
	t.Helper()
	if rule == "" {
		return nil, true
	}
	joint, all := "||", false
	if strings.Contains(rule, "&&") {
		joint, all = "&&", true
	}
	for part := range strings.SplitSeq(rule, joint) {
		words := strings.Fields(part)
		if len(words) != 3 || !slices.Contains([]string{"=", "!=", "StartsWith"}, words[1]) {
			t.Fatalf("the rule %q cannot be read", rule)
		}
		conditions = append(conditions, condition{words[0], words[1], strings.Trim(words[2], `"`)})
	}
	return conditions, all
}

func (c condition) holds(values map[string]string) bool {
	value := values[c.input]
	switch c.operator {
	case "=":
		return value == c.value
	case "!=":
		return value != c.value
	default:
		return strings.HasPrefix(value, c.value)
	}
}

// shown tells whether the editor shows an input with the rule, where the inputs have these values.
func shown(t *testing.T, rule string, values map[string]string) bool {
	t.Helper()
	conditions, all := readRule(t, rule)
	for _, c := range conditions {
		if holds := c.holds(values); holds != all {
			return holds
		}
	}
	return all
}

func TestShown(t *testing.T) {
	t.Parallel()
	values := map[string]string{"command": "scan", "image": "registry:x", "context": ""}
	for rule, want := range map[string]bool{
		"": true, `context = ""`: true, `context != ""`: false, "command = gate || image StartsWith registry": true,
		"command = gate || image StartsWith docker": false, "command = scan && image StartsWith registry": true, `command = scan && context != ""`: false,
	} {
		if got := shown(t, rule, values); got != want {
			t.Errorf("shown(%q) = %t, want %t", rule, got, want)
		}
	}
}

// TestVisibleRules holds the rules to the inputs and values that there are: the editor takes a misspelt one as never
// true.
func TestVisibleRules(t *testing.T) {
	t.Parallel()
	table := Table()
	for _, in := range table {
		conditions, _ := readRule(t, in.VisibleRule)
		for _, c := range conditions {
			i := slices.IndexFunc(table, func(other Input) bool { return TaskName(other.Name) == c.input })
			if i < 0 {
				t.Errorf("the rule %q of %s names the unknown input %q", in.VisibleRule, in.Name, c.input)
				continue
			}
			if other := table[i]; other.Kind == Choice && !slices.Contains(other.Choices, c.value) {
				t.Errorf("the rule %q of %s asks for %q, which %s cannot be", in.VisibleRule, in.Name, c.value, other.Name)
			}
			if c.input == TaskName(in.Name) {
				t.Errorf("%s is shown by its own value", in.Name)
			}
		}
	}
}
