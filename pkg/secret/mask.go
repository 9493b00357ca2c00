package secret

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"unicode/utf8"
)

// hidden stands for a value of which nothing is shown.
const hidden = "***"

const (
	// shownLength is how many characters a value must have for two at each end to be shown: the rest is long enough.
	shownLength = 20
	// hashBytes is how much of a digest is shown: enough to tell the secrets of all images of a company apart.
	hashBytes = 6
	// leastBits is how many bits of randomness a value must have for its digest to be shown, as far as its characters tell.
	leastBits = 80
)

// masked is what is shown of a value, and the beginning of its digest. Of what a machine made from random bits, two
// characters at each end and the digest tell nothing that helps to find the rest. Of a password, each would: it is one of
// few that people choose.
func masked(value string, random bool) (shown, hash string) {
	n := utf8.RuneCountInString(value)
	if !random || n < shownLength || entropy(value)*float64(n) < leastBits {
		return hidden, ""
	}
	r := []rune(value)
	sum := sha256.Sum256([]byte(value))
	return string(r[:2]) + "…" + string(r[n-2:]), hex.EncodeToString(sum[:hashBytes])
}

// entropy is that of a value's characters, in bits per character (Shannon, "A Mathematical Theory of Communication").
func entropy(value string) float64 {
	counts := map[rune]int{}
	n := 0
	for _, r := range value {
		counts[r]++
		n++
	}
	sum := 0.0
	for _, c := range counts {
		p := float64(c) / float64(n)
		sum -= p * math.Log2(p)
	}
	return sum
}
