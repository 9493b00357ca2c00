package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// roundTripper is a network in one function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// slow gives a piece of a body after each pause, until the request ends.
type slow struct {
	ctx    context.Context
	pause  time.Duration
	size   int // of each piece
	pieces int // below 0 for a body without an end
}

func (s *slow) Read(p []byte) (int, error) {
	if s.pieces == 0 {
		return 0, io.EOF
	}
	s.pieces--
	select {
	case <-time.After(s.pause):
		return min(s.size, len(p)), nil
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

func (s *slow) Close() error { return nil }

// wait waits as a network does: until its time has come or the request has ended.
func wait(r *http.Request, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func answer(r *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}
}

// What takes too long, at each stage of a request, in a time of the test's own.
func TestLimit(t *testing.T) {
	t.Parallel()
	limits := Limits{Answer: 10 * time.Second, Store: 50 * time.Second, Stall: 20 * time.Second}
	const kib = 1 << 10
	tests := []struct {
		name    string
		method  string
		body    func(context.Context) io.Reader // that is sent
		network func(*http.Request) (*http.Response, error)
		late    string        // what the host did not do; empty where all is well
		takes   time.Duration // at most
	}{
		{
			name: "an answer in time", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) { return answer(r, http.NoBody), wait(r, 9*time.Second) },
			takes:   9 * time.Second,
		},
		{
			name: "no answer", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) { return nil, wait(r, time.Hour) },
			late:    noAnswer, takes: 10 * time.Second,
		},
		{
			name: "no answer to a token request", method: http.MethodPost, body: text("token"),
			network: func(r *http.Request) (*http.Response, error) { drain(r); return nil, wait(r, time.Hour) },
			late:    noAnswer, takes: 10 * time.Second,
		},
		{
			name: "a registry that stores a large layer", method: http.MethodPut,
			network: func(r *http.Request) (*http.Response, error) { return answer(r, http.NoBody), wait(r, 49*time.Second) },
			takes:   49 * time.Second,
		},
		{
			name: "a registry that never has stored it", method: http.MethodPatch, body: text("layer"),
			network: func(r *http.Request) (*http.Response, error) { drain(r); return nil, wait(r, time.Hour) },
			late:    noAnswer, takes: 50 * time.Second,
		},
		{
			name: "an upload that takes long, and goes on", method: http.MethodPatch, body: text(strings.Repeat("x", 100)),
			network: func(r *http.Request) (*http.Response, error) {
				for one := make([]byte, 1); ; {
					if _, err := r.Body.Read(one); err != nil {
						return answer(r, http.NoBody), nil
					}
					if err := wait(r, 19*time.Second); err != nil {
						return nil, err
					}
				}
			},
			takes: 100 * 19 * time.Second,
		},
		{
			name: "an upload that is begun again", method: http.MethodPatch, body: text(strings.Repeat("x", 10)),
			network: func(r *http.Request) (*http.Response, error) {
				_, _ = r.Body.Read(make([]byte, 5))
				again, err := r.GetBody()
				for one := make([]byte, 1); err == nil; {
					if _, err = again.Read(one); err == nil {
						err = wait(r, 19*time.Second)
					}
				}
				if !errors.Is(err, io.EOF) {
					return nil, err
				}
				return answer(r, http.NoBody), nil
			},
			takes: 10 * 19 * time.Second,
		},
		{
			name: "an upload that is not taken", method: http.MethodPatch, body: text(strings.Repeat("x", 100)),
			network: func(r *http.Request) (*http.Response, error) {
				_, err := r.Body.Read(make([]byte, 10))
				return nil, errors.Join(err, wait(r, time.Hour))
			},
			late: tookNone, takes: 20 * time.Second,
		},
		{
			name: "an upload from a slow disk", method: http.MethodPatch,
			body:    func(ctx context.Context) io.Reader { return &slow{ctx: ctx, pause: time.Minute, size: 1, pieces: 3} },
			network: func(r *http.Request) (*http.Response, error) { drain(r); return answer(r, http.NoBody), nil },
			takes:   3 * time.Minute,
		},
		{
			name: "an answer before all is sent", method: http.MethodPatch, body: text(strings.Repeat("x", 100)),
			network: func(r *http.Request) (*http.Response, error) {
				_, _ = r.Body.Read(make([]byte, 10))
				return answer(r, &slow{ctx: r.Context(), pause: 9 * time.Second, size: 8 * kib, pieces: 6}), nil
			},
			takes: 54 * time.Second,
		},
		{
			name: "a large answer over a slow line", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) {
				return answer(r, &slow{ctx: r.Context(), pause: 4 * time.Second, size: 4 * kib, pieces: 1000}), nil
			},
			takes: 4000 * time.Second,
		},
		{
			name: "a small answer with pauses", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) {
				return answer(r, &slow{ctx: r.Context(), pause: 5 * time.Second, size: 1, pieces: 3}), nil
			},
			takes: 15 * time.Second,
		},
		{
			name: "an answer that stalls", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) {
				return answer(r, &slow{ctx: r.Context(), pause: time.Hour, size: 1, pieces: -1}), nil
			},
			late: brokeOff, takes: 20 * time.Second,
		},
		{
			name: "an answer that trickles without an end", method: http.MethodGet,
			network: func(r *http.Request) (*http.Response, error) {
				return answer(r, &slow{ctx: r.Context(), pause: time.Second, size: 1, pieces: -1}), nil
			},
			late: brokeOff, takes: 20 * time.Second,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var body io.Reader
				if tt.body != nil {
					body = tt.body(t.Context())
				}
				r, err := http.NewRequestWithContext(t.Context(), tt.method, "https://registry.example/v2/", body)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				resp, err := Limit(roundTripper(tt.network), limits).RoundTrip(r)
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
				took := time.Since(began)
				var late *TimeoutError
				switch {
				case tt.late == "" && err != nil:
					t.Errorf("it fails with %v", err)
				case tt.late != "" && (!errors.As(err, &late) || late.Did != tt.late || late.Host != "registry.example"):
					t.Errorf("it fails with %v, want that registry.example %s", err, tt.late)
				}
				if took > tt.takes {
					t.Errorf("it takes %s, want %s", took, tt.takes)
				}
			})
		})
	}
}

func text(s string) func(context.Context) io.Reader {
	return func(context.Context) io.Reader { return strings.NewReader(s) }
}

func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

// The reader's own time does not count.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := roundTripper(func(r *http.Request) (*http.Response, error) {
			return answer(r, &slow{ctx: r.Context(), pause: time.Second, size: 1, pieces: 5}), nil
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://registry.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := Limit(inner, Limits{Stall: 10 * time.Second}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for range 5 {
			time.Sleep(time.Hour)
			if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is still sent while the answer is read does not matter.
func TestSendingBesideTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inner := roundTripper(func(r *http.Request) (*http.Response, error) {
			time.AfterFunc(time.Second, func() { _, _ = r.Body.Read(make([]byte, 1)) })
			return answer(r, &slow{ctx: r.Context(), pause: time.Second, size: 1, pieces: 1}), nil
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "https://registry.example/", strings.NewReader("more than one"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := Limit(inner, Limits{Stall: 10 * time.Second}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		time.Sleep(time.Hour)
		if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
			t.Errorf("Read() = %v", err)
		}
	})
}

// Whoever waits for the answer hears of the caller's own end as it is.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	inner := roundTripper(func(r *http.Request) (*http.Response, error) { cancel(); return nil, wait(r, time.Hour) })
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://registry.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Limit(inner, Limits{}).RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("RoundTrip() = %v, want the cancellation", err)
	}
}

// On a real connection: servers that hang at each stage, and one that sends a request's body again.
func TestLimitOnLoopback(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			<-release
		case "/stall":
			fmt.Fprint(w, "a beginning")
			w.(http.Flusher).Flush()
			<-release
		case "/swallow": // reads nothing of what is sent
			<-release
		case "/elsewhere":
			http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
		default:
			_, _ = io.Copy(w, r.Body)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	limited, err := New(Config{Limits: Limits{Answer: 300 * time.Millisecond, Store: 300 * time.Millisecond, Stall: 300 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: limited}
	large := bytes.Repeat([]byte("x"), 32<<20) // more than the buffers of a connection
	for _, tt := range []struct {
		method, path string
		body         []byte
		late         bool
	}{
		{method: http.MethodGet, path: "/hang", late: true},
		{method: http.MethodGet, path: "/stall", late: true},
		{method: http.MethodPatch, path: "/swallow", body: large, late: true},
		{method: http.MethodPatch, path: "/echo", body: large},
		{method: http.MethodPut, path: "/elsewhere", body: large[:1<<20]},
	} {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequest(tt.method, server.URL+tt.path, bytes.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			resp, err := client.Do(r)
			if err == nil {
				got, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			var late *TimeoutError
			if errors.As(err, &late) != tt.late {
				t.Fatalf("%s = %v, want a timeout: %t", tt.path, err, tt.late)
			}
			if !tt.late && !bytes.Equal(got, tt.body) {
				t.Errorf("%s answers with %d bytes, %v, want the %d that were sent", tt.path, len(got), err, len(tt.body))
			}
		})
	}
}
