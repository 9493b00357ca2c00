package fault

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// Nearest returns the choice that a word of a user was most likely meant to be, for a hint, or "" where none is near: one that the
// word begins, one with the same letters in another order, or one that differs in about a third of its letters. A word of one or two
// letters is near to none: any of them could be meant.
func Nearest(word string, choices []string) string {
	word = strings.ToLower(word)
	if utf8.RuneCountInString(word) <= 2 {
		return ""
	}
	near, least := "", math.MaxInt
	for _, choice := range choices {
		distance := distance(word, choice)
		if distance < least && distance <= max(1, (len(choice)+1)/3) {
			near, least = choice, distance
		}
	}
	return near
}

// distance counts the letters that have to change. Letters that only change their places, and those that are still to be typed, count
// as one.
func distance(word, choice string) int {
	if strings.HasPrefix(choice, word) || sorted(word) == sorted(choice) {
		return min(1, levenshtein.Distance(word, choice, nil))
	}
	return levenshtein.Distance(word, choice, nil)
}

func sorted(word string) string {
	letters := []rune(word)
	slices.Sort(letters)
	return string(letters)
}

// maxWord is how many bytes a word may have that is compared with the valid ones.
const maxWord = 64

// OneOf is a hint in place of a word that is none of the valid ones: it names the nearest of them, and all.
func OneOf(word string, valid []string) string {
	hint := "use one of " + strings.Join(valid, ", ")
	if len(word) > maxWord {
		return hint
	}
	if nearest := Nearest(word, valid); nearest != "" {
		hint = "did you mean " + nearest + "? " + hint
	}
	return hint
}
