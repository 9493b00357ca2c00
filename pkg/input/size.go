package input

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

type unit struct {
	name  string
	bytes int64
}

func units() []unit {
	return []unit{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
		{"B", 1},
	}
}

// parseSize reads a whole number of bytes with an optional unit, in any case: KiB to TiB are powers of 1,024, KB to TB
// powers of 1,000. Its errors say what is valid.
func parseSize(s string) (int64, error) {
	number, factor := s, int64(1)
	for _, u := range units() {
		if head, ok := cutSuffixFold(s, u.name); ok {
			number, factor = strings.TrimRight(head, " "), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && int64(n) > math.MaxInt64/factor:
		return 0, errors.New("that is more bytes than can be counted")
	case err != nil:
		return 0, errors.New("use a whole number with a unit, such as 512MiB, 2GB or 32GiB")
	}
	return int64(n) * factor, nil
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if i := len(s) - len(suffix); i >= 0 && strings.EqualFold(s[i:], suffix) {
		return s[:i], true
	}
	return s, false
}
