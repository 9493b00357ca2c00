package transport

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter is how long an answer asks to wait before the request is sent again (RFC 9110, section 10.2.3): so many seconds, or until a
// time, which is compared with the server's own clock. It is false where the answer does not say.
func RetryAfter(header http.Header) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	now, clockErr := http.ParseTime(header.Get("Date"))
	if err != nil || clockErr != nil {
		return 0, false
	}
	return max(at.Sub(now), 0), true
}
