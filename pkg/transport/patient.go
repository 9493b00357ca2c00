package transport

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Patience is how long a server may ask to be left alone.
type Patience struct {
	Longest time.Duration // for one question; a server that asks for more is not asked again
	Times   int           // how often one question is put again
	// Sleep waits, unless the context ends; nil means the clock.
	Sleep func(context.Context, time.Duration) error
}

// DefaultPatience is that of work on many images, which no server has to answer at once.
func DefaultPatience() Patience { return Patience{Longest: 5 * time.Minute, Times: 5} }

// Patient wraps a transport so that a question (GET or HEAD without a body) which a server does not take for now (429 Too Many Requests, or
// 503 Service Unavailable with Retry-After) is put again after the time that it names (RFC 9110, section 10.2.3). A server that names none is
// waited for a second, then two, then four.
func Patient(inner http.RoundTripper, patience Patience) http.RoundTripper {
	if patience.Sleep == nil {
		patience.Sleep = sleep
	}
	return patient{inner, patience}
}

type patient struct {
	inner    http.RoundTripper
	patience Patience
}

// RoundTrip asks until there is an answer, or no patience left.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for tried := 0; ; tried++ {
		resp, err := p.inner.RoundTrip(r)
		if err != nil || tried == p.patience.Times || r.Body != nil && r.Body != http.NoBody || r.Method != http.MethodGet && r.Method != http.MethodHead {
			return resp, err
		}
		wait, again := later(resp, tried)
		if !again || wait > p.patience.Longest {
			return resp, nil
		}
		_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
		_ = resp.Body.Close()
		if err := p.patience.Sleep(r.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// later tells whether a server wants to be asked again, and after which time.
func later(resp *http.Response, tried int) (time.Duration, bool) {
	named := resp.Header.Get("Retry-After")
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || named == "") {
		return 0, false
	}
	if seconds, err := strconv.Atoi(named); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(named); err == nil {
		since, err := http.ParseTime(resp.Header.Get("Date"))
		if err != nil {
			return time.Minute, true // how far its clock is ahead is not known
		}
		return max(at.Sub(since), 0), true
	}
	return time.Second << tried, true
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
