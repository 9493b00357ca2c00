package input

import "strings"

// nearest is the choice that word was most likely meant to be, or "" where none is near.
func nearest(word string, choices []string) string {
	word = strings.ToLower(word)
	best, limit := "", 3
	for _, c := range choices {
		if d := distance(word, c); d < limit {
			best, limit = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes. Only words of a user and of the table are compared, never an image's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
