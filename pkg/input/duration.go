package input

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// maxDuration is more than anybody means: a hundred years.
const maxDuration = 36_500 * 24 * time.Hour

// DurationHint says how durations are written.
const DurationHint = "write days, hours or minutes, such as 7d, 36h or 90m"

// ParseDuration reads a duration as people write it: a number of days, such as 7d, or a Go duration, such as 36h30m. It is never negative.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d < 0 || d > maxDuration {
		return 0, errors.New("it is not a duration")
	}
	return d, nil
}
