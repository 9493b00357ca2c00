package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// endless is how long a wait counts that is longer than anybody can mean, in the way of RFC 9111, section 1.2.2.
const endless = (1 << 31) * time.Second

// RetryAfter is how long an answer asks to wait before the request is sent again (RFC 9110, section 10.2.3): so many seconds, or until a
// time, which is compared with the server's own clock. A part of a second, which some servers write, counts as a whole one, and of several
// values the longest counts. It is false where the answer does not say.
func RetryAfter(header http.Header) (longest time.Duration, said bool) {
	for _, text := range header.Values("Retry-After") {
		if wait, ok := waitOf(text, header.Get("Date")); ok {
			longest, said = max(longest, wait), true
		}
	}
	return longest, said
}

func waitOf(text, date string) (time.Duration, bool) {
	if whole, fraction, _ := strings.Cut(text, "."); isNumber(whole) && (fraction == "" || isNumber(fraction)) {
		seconds, err := strconv.ParseInt(whole, 10, 32)
		if err != nil {
			return endless, true
		}
		if strings.Trim(fraction, "0") != "" {
			seconds++
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	now, clockErr := http.ParseTime(date)
	if err != nil || clockErr != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), endless), true
}

// isNumber tells whether a text is digits, and nothing else.
func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
