// Package natural orders and lists names as people do: app:2 before app:10, and some of many.
//
// It must not import anything of the project.
package natural

import (
	"cmp"
	"strings"
)

// Compare orders two texts by their runs of digits as numbers of any size, and by their bytes elsewhere. Texts that differ only in leading
// zeros are in the order of their bytes, so that only the same text is equal.
func Compare(a, b string) int {
	for x, y := a, b; x != "" || y != ""; {
		var runX, runY string
		runX, x = cut(x)
		runY, y = cut(y)
		if c := compareRuns(runX, runY); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

// cut takes the first run off a text: of digits, or of everything else.
func cut(s string) (run, rest string) {
	end := strings.IndexFunc(s, func(c rune) bool { return isDigit(c) != isDigit(rune(s[0])) })
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:]
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func compareRuns(a, b string) int {
	if a == "" || b == "" || !isDigit(rune(a[0])) || !isDigit(rune(b[0])) {
		return strings.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
