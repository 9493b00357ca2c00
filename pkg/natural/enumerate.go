package natural

import (
	"fmt"
	"strings"
)

// maxNamed is how many names are told one by one.
const maxNamed = 5

// Enumerate names the first of some things, and counts the others.
func Enumerate(names []string) string {
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
