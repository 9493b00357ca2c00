package regex_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/regex"
)

// Every method says what that of package regexp says.
func TestMethods(t *testing.T) {
	t.Parallel()
	const expression, text = `(\w)(\d+)`, "a1 b22 c"
	lazy, plain := regex.New(expression), regexp.MustCompile(expression)
	all := func(re interface {
		Match([]byte) bool
		MatchString(string) bool
		FindAll([]byte, int) [][]byte
		FindAllString(string, int) []string
		FindAllStringIndex(string, int) [][]int
		FindAllStringSubmatch(string, int) [][]string
		FindAllStringSubmatchIndex(string, int) [][]int
		FindString(string) string
		FindStringIndex(string) []int
		FindStringSubmatch(string) []string
		FindSubmatch([]byte) [][]byte
		ReplaceAllString(string, string) string
		ReplaceAllStringFunc(string, func(string) string) string
	}) []any {
		return []any{
			re.Match([]byte(text)), re.MatchString(text), re.FindAll([]byte(text), -1), re.FindAllString(text, 1), re.FindAllStringIndex(text, -1),
			re.FindAllStringSubmatch(text, -1), re.FindAllStringSubmatchIndex(text, -1), re.FindString(text), re.FindStringIndex(text),
			re.FindStringSubmatch(text), re.FindSubmatch([]byte(text)), re.ReplaceAllString(text, "$2$1"),
			re.ReplaceAllStringFunc(text, func(s string) string { return "<" + s + ">" }),
		}
	}
	if diff := cmp.Diff(all(plain), all(lazy)); diff != "" {
		t.Errorf("a Regex says something else (-regexp +Regex):\n%s", diff)
	}
}

func TestNewPanicsWhenAsked(t *testing.T) {
	t.Parallel()
	bad := regex.New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("MatchString() of what is no expression did not panic")
		}
	}()
	bad.MatchString("")
}
