package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/transport"
)

// refusal is an answer of a server in place of what it was asked for.
type refusal struct {
	host    string
	status  int
	text    string        // of the status
	message string        // of the server; empty for none
	limited bool          // it has had too many requests, and says nothing of this one
	asked   bool          // it says how long it wants to be left alone
	after   time.Duration // and this is how long
}

func newRefusal(answer *http.Response, text []byte) *refusal {
	r := &refusal{host: answer.Request.URL.Host, status: answer.StatusCode, text: answer.Status}
	var said struct{ Message string }
	if json.Unmarshal(text, &said) == nil {
		message := []rune(said.Message)
		r.message = string(message[:min(len(message), maxMessage)])
	}
	if r.after, r.asked = transport.RetryAfter(answer.Header); !r.asked {
		r.after, r.asked = limitReset(answer.Header)
	}
	// GitHub answers with either where a limit of requests is passed, and may not say for how long.
	r.limited = r.status == http.StatusTooManyRequests || r.status == http.StatusForbidden && (r.asked || strings.Contains(strings.ToLower(r.message), "rate limit"))
	return r
}

// limitReset is how long it takes until GitHub's limit of requests begins anew, by its own clock, where this one was the last (GitHub's REST
// API, "Rate limits for the REST API"). It is false where there are more.
func limitReset(header http.Header) (time.Duration, bool) {
	if header.Get("X-RateLimit-Remaining") != "0" {
		return 0, false
	}
	at, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	now, clockErr := http.ParseTime(header.Get("Date"))
	if err != nil || clockErr != nil {
		return 0, false
	}
	return max(time.Unix(at, 0).Sub(now), 0), true
}

// Error names the server, its answer, and how long it asks to wait.
func (r *refusal) Error() string {
	text := fmt.Sprintf("%s answered %s", r.host, r.text)
	if r.message != "" {
		text += ": " + r.message
	}
	if r.asked {
		text += fmt.Sprintf(" (it asks to wait %s)", r.after.Round(time.Second))
	}
	return text
}

// patience is how a request that a server refuses for now is sent again.
type patience struct {
	tries   int
	longest time.Duration // that a server may ask to wait before the next try
	repeats bool          // it may be sent again where it may have been done
}

// unasked is how long GitHub wants to be left alone where it has had too many requests and does not say more.
const unasked = time.Minute

// wait is how long to wait after a try that failed, of which there were so many; 0 means that there is no other.
func (p patience) wait(err error, try int) time.Duration {
	var r *refusal
	if !errors.As(err, &r) || try == p.tries {
		return 0
	}
	wait := max(r.after, time.Millisecond)
	switch {
	case r.limited && r.asked:
	case r.limited && p.repeats:
		wait = unasked
	case p.repeats && r.status >= http.StatusInternalServerError && r.status != http.StatusNotImplemented:
		wait = max(wait, time.Second<<(try-1))
	default:
		return 0
	}
	if wait > p.longest {
		return 0
	}
	return wait
}
