package fault

import (
	"math"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the choice that a word of a user was most likely meant to be, for a hint, or "" where none is near: within
// two letters, or half of its own.
func Nearest(word string, choices []string) string {
	near, least := "", math.MaxInt
	for _, choice := range choices {
		distance := levenshtein.Distance(strings.ToLower(word), choice, nil)
		if distance < least && distance <= max(2, len(choice)/2) {
			near, least = choice, distance
		}
	}
	return near
}
