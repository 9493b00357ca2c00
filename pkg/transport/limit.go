package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Limits are how long the other side may keep a request waiting. No limit is one of the whole request, so that a large
// layer takes as long as it takes. Fields that are 0 have the values of DefaultLimits.
type Limits struct {
	Answer time.Duration // until an answer begins
	Store  time.Duration // the same where something was sent to be kept (PUT, PATCH): some registries answer once it is stored
	Stall  time.Duration // for each piece of what is sent or received
}

// DefaultLimits returns the limits of a transport that is not told others.
func DefaultLimits() Limits {
	return Limits{Answer: time.Minute, Store: 5 * time.Minute, Stall: time.Minute}
}

// piece is how many bytes of an answer have to arrive within Limits.Stall of waiting for them.
const piece = 16 << 10

// TimeoutError says that a host kept a request waiting for too long.
type TimeoutError struct {
	Host  string
	Did   string // what it did not do, such as "began no answer"
	After time.Duration
}

// Error names the host, and what it was waited for.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%s %s within %s", e.Host, e.Did, e.After) }

// Timeout tells package net that this is one.
func (e *TimeoutError) Timeout() bool { return true }

// NonRetriable tells Azure's clients not to wait as long again.
func (e *TimeoutError) NonRetriable() {}

// Limit wraps a transport so that no request waits for longer than the limits allow. It then fails with a
// *TimeoutError.
func Limit(inner http.RoundTripper, limits Limits) http.RoundTripper {
	for _, l := range []struct {
		field    *time.Duration
		standard time.Duration
	}{
		{&limits.Answer, DefaultLimits().Answer}, {&limits.Store, DefaultLimits().Store}, {&limits.Stall, DefaultLimits().Stall},
	} {
		if *l.field == 0 {
			*l.field = l.standard
		}
	}
	return &limiter{inner: inner, limits: limits}
}

type limiter struct {
	inner  http.RoundTripper
	limits Limits
}

// RoundTrip sends a request and watches it until the body of its answer is closed.
func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	w := &watchdog{host: r.URL.Host, cancel: cancel}
	answer := l.limits.Answer
	if r.Method == http.MethodPut || r.Method == http.MethodPatch {
		answer = l.limits.Store
	}
	watched := r.Clone(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		send := func(body io.ReadCloser) io.ReadCloser {
			return &sent{ReadCloser: body, watchdog: w, stall: l.limits.Stall, answer: answer, left: r.ContentLength}
		}
		watched.Body = send(r.Body)
		if r.GetBody != nil {
			watched.GetBody = func() (io.ReadCloser, error) {
				body, err := r.GetBody()
				if err != nil {
					return nil, err
				}
				return send(body), nil
			}
		}
	}
	w.expect(sending, answer, noAnswer)
	resp, err := l.inner.RoundTrip(watched)
	w.begin(receiving)
	if late := w.fired(); late != nil && err == nil {
		resp.Body.Close()
		err = late
	} else if late != nil && !errors.Is(err, late) { // else it is told who was late
		err = late
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	resp.Request = r
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	resp.Body = &received{ReadCloser: resp.Body, watchdog: w, stall: l.limits.Stall}
	return resp, nil
}

// phase is which half of an exchange is watched: once an answer begins, what is still sent does not matter.
type phase int

const (
	sending phase = iota
	receiving
)

// What a host may fail to do in time.
const (
	noAnswer = "began no answer"
	tookNone = "took nothing of what was sent"
	brokeOff = "did not go on with its answer"
)

// watchdog ends a request when something does not happen in time.
type watchdog struct {
	host   string
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	phase phase
	timer *time.Timer
	late  error
}

// expect ends the request unless it is called again, or rest, before the time is over.
func (w *watchdog) expect(p phase, within time.Duration, did string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p != w.phase {
		return
	}
	w.stop()
	var timer *time.Timer
	timer = time.AfterFunc(within, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.timer == timer {
			w.late = &TimeoutError{Host: w.host, Did: did, After: within}
			w.cancel(w.late)
		}
	})
	w.timer = timer
}

// rest expects nothing for now.
func (w *watchdog) rest(p phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p == w.phase {
		w.stop()
	}
}

// begin begins a phase, in which nothing is expected yet.
func (w *watchdog) begin(p phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop()
	w.phase = p
}

func (w *watchdog) stop() {
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}

// fired is why the request was ended; nil where it was not.
func (w *watchdog) fired() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.late
}

// sent is the body of a request. Between two reads of it, what was read is on its way.
type sent struct {
	io.ReadCloser
	watchdog      *watchdog
	stall, answer time.Duration
	left          int64 // bytes to come; below 0 where that is not known
}

// Read reads more to send, which may take as long as it takes.
func (s *sent) Read(p []byte) (int, error) {
	s.watchdog.rest(sending)
	n, err := s.ReadCloser.Read(p)
	s.left -= int64(n)
	if err != nil || s.left == 0 {
		s.watchdog.expect(sending, s.answer, noAnswer)
	} else {
		s.watchdog.expect(sending, s.stall, tookNone)
	}
	return n, err
}

// received is the body of an answer.
type received struct {
	io.ReadCloser
	watchdog *watchdog
	stall    time.Duration
	waited   time.Duration // for the piece that is on its way
	got      int           // bytes of it
}

// Read counts the time that passes until a piece has arrived. Time between reads is the reader's own.
func (b *received) Read(p []byte) (int, error) {
	b.watchdog.expect(receiving, max(b.stall-b.waited, 0), brokeOff)
	began := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.waited += time.Since(began)
	b.watchdog.rest(receiving)
	b.got += n
	switch {
	case errors.Is(err, io.EOF):
	case b.watchdog.fired() != nil:
		err = &TimeoutError{Host: b.watchdog.host, Did: brokeOff, After: b.stall}
	case b.got >= piece:
		b.got, b.waited = 0, 0
	}
	return n, err
}

// Close ends the request.
func (b *received) Close() error {
	b.watchdog.rest(receiving)
	err := b.ReadCloser.Close()
	b.watchdog.cancel(nil)
	return err
}
