package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// answers is a host that answers with a status and how long it asks to wait each time, and then with 200.
type answers struct {
	status int
	waits  []string // Retry-After; empty for none
	asked  int
	open   int // bodies that were not closed
}

type body struct {
	io.Reader
	open *int
}

func (b body) Close() error { *b.open--; return nil }

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	a.open++
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body{strings.NewReader(""), &a.open}, Request: &http.Request{URL: &url.URL{Host: "registry.example"}}}
	if a.asked < len(a.waits) {
		resp.StatusCode = a.status
		if wait := a.waits[a.asked]; wait != "" {
			resp.Header.Set("Retry-After", wait)
		}
	}
	a.asked++
	return resp, nil
}

func TestPatient(t *testing.T) {
	t.Parallel()
	stream := func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("x")) }
	tests := []struct {
		name   string
		status int
		waits  []string
		change func(*http.Request)
		asked  int
		want   int // the status; 0 for an error
	}{
		{name: "it asks to wait", status: 429, waits: []string{"1"}, asked: 2, want: 200},
		{name: "it cannot serve", status: 503, waits: []string{"1", "1"}, asked: 3, want: 200},
		{name: "it does not say how long", status: 503, waits: []string{""}, asked: 1, want: 503},
		{name: "it answers otherwise", status: 500, waits: []string{"1"}, asked: 1, want: 500},
		{name: "as long as is waited at once", status: 429, waits: []string{"120"}, asked: 2, want: 200},
		{name: "longer than is waited at once", status: 429, waits: []string{"121"}, asked: 1},
		{name: "as long as is waited in all", status: 429, waits: []string{"120", "120", "120", "120", "120"}, asked: 6, want: 200},
		{name: "longer than is waited in all", status: 429, waits: []string{"120", "120", "120", "120", "119", "2"}, asked: 6},
		{name: "a body that is read once", status: 429, waits: []string{"1"}, change: stream, asked: 1, want: 429},
		{name: "a body that can be read again", status: 429, waits: []string{"1"}, change: func(r *http.Request) {
			stream(r)
			r.GetBody = func() (io.ReadCloser, error) { return r.Body, nil }
		}, asked: 2, want: 200},
		{name: "an empty body", status: 429, waits: []string{"1"}, change: func(r *http.Request) { r.Body = http.NoBody }, asked: 2, want: 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := time.Unix(0, 0)
			host := &answers{status: tt.status, waits: tt.waits}
			p := &patient{inner: host, now: func() time.Time { return at }, wait: func(_ context.Context, d time.Duration) error { at = at.Add(d); return nil }}
			r := &http.Request{Method: http.MethodPut, URL: &url.URL{Scheme: "https", Host: "registry.example"}}
			if tt.change != nil {
				tt.change(r)
			}
			resp, err := p.RoundTrip(r)
			if host.asked != tt.asked || (err == nil) != (tt.want != 0) || err == nil && resp.StatusCode != tt.want || err != nil && !errors.As(err, new(*busyError)) {
				t.Errorf("RoundTrip() = %+v, %v after %d requests, want %d after %d", resp, err, host.asked, tt.want, tt.asked)
			}
			if err == nil {
				resp.Body.Close()
			}
			if host.open != 0 {
				t.Errorf("%d bodies were not closed", host.open)
			}
		})
	}
	stopped := errors.New("stopped")
	p := &patient{inner: &answers{status: 429, waits: []string{"1"}}, now: time.Now, wait: func(context.Context, time.Duration) error { return stopped }}
	if _, err := p.RoundTrip(&http.Request{URL: &url.URL{}}); !errors.Is(err, stopped) {
		t.Errorf("RoundTrip() = %v, want %v", err, stopped)
	}
}

// Something is done again only while it fails with what may pass, and somebody waits for it.
func TestAgain(t *testing.T) {
	t.Parallel()
	passing, lasting, stopped := errors.New("passes"), errors.New("lasts"), errors.New("stopped")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		fails  []error
		wait   error
		called int
		want   error
	}{
		{name: "it works", called: 1},
		{name: "it works then", fails: []error{passing, passing}, called: 3},
		{name: "it never works", fails: []error{passing, passing, passing, passing, passing}, called: 4, want: passing},
		{name: "it fails for good", fails: []error{lasting}, called: 1, want: lasting},
		{name: "the host wants to be left alone", fails: []error{fmt.Errorf("%w: %w", passing, &busyError{error: passing})}, called: 1, want: passing},
		{name: "nobody waits", ctx: ended, fails: []error{passing}, called: 1, want: passing},
		{name: "the wait is ended", fails: []error{passing}, wait: stopped, called: 1, want: stopped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &Client{}
			c.cfg.Wait = func(context.Context, time.Duration) error { return tt.wait }
			if tt.ctx == nil {
				tt.ctx = context.Background()
			}
			called := 0
			err := c.again(tt.ctx, func(err error) bool { return errors.Is(err, passing) }, func() error {
				if called++; called <= len(tt.fails) {
					return tt.fails[called-1]
				}
				return nil
			})
			if called != tt.called || !errors.Is(err, tt.want) {
				t.Errorf("again() = %v after %d calls, want %v after %d", err, called, tt.want, tt.called)
			}
		})
	}
}

func TestFailsForNow(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return fmt.Errorf("pushing: %w", &transport.Error{StatusCode: code}) }
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{status(500), true}, {status(503), true}, {status(429), true}, {status(408), true}, {status(404), false}, {status(499), false},
		{io.EOF, true}, {io.ErrUnexpectedEOF, true}, {errors.New("no such host"), false},
	} {
		if got := failsForNow(tt.err); got != tt.want {
			t.Errorf("failsForNow(%v) = %t, want %t", tt.err, got, tt.want)
		}
	}
}
