package event_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/event"
	"github.com/layergate/layergate/pkg/fault"
)

// receiver takes events, by their identifiers, after it has given some other answers.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int
	after   string // Retry-After
	got     map[string]int
	header  http.Header // of the last request
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	t.Helper()
	r := &receiver{answers: answers, got: map[string]int{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		var e event.Event
		if err := json.NewDecoder(q.Body).Decode(&e); err != nil || q.Method != http.MethodPost || q.URL.RequestURI() != "/hook/s3cret?key=s3cret" {
			t.Errorf("%s %s: %v", q.Method, q.URL, err)
		}
		r.header = q.Header
		r.got[e.ID]++
		status := http.StatusAccepted
		if len(r.answers) > 0 {
			status, r.answers = r.answers[0], r.answers[1:]
		}
		if r.after != "" {
			w.Header().Set("Retry-After", r.after)
		}
		w.Header().Set("Location", "/elsewhere")
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

// waits are those between tries.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) wait(_ context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
	return nil
}

// What fails and may pass is sent again, the same event with the same identifier; what the receiver refuses for good is not. No error shows more
// of the address than its host.
func TestReceiver(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []int
		after   string
		tries   int
		waits   []time.Duration
		want    string // of the error; empty for none
		hint    string
	}{
		{name: "taken", tries: 1},
		{name: "busy", answers: []int{503, 429, 500}, tries: 4, waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		{name: "as long as it asks", answers: []int{429}, after: "7", tries: 2, waits: []time.Duration{7 * time.Second}},
		{name: "longer than a run waits", answers: []int{429}, after: "3600", tries: 1, want: "answers with 429 Too Many Requests"},
		{name: "no answer", answers: []int{0}, tries: 2, waits: []time.Duration{time.Second}},
		{name: "broken", answers: []int{500, 500, 500, 500, 200}, tries: 4, waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, want: "answers with 500 Internal Server Error"},
		{name: "gone", answers: []int{0, 0, 0, 0}, tries: 4, waits: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, want: "could not be reached"},
		{name: "refused", answers: []int{403}, tries: 1, want: "answers with 403 Forbidden", hint: "token"},
		{name: "elsewhere", answers: []int{307}, tries: 1, want: "answers with 307 Temporary Redirect", hint: "not sent on"},
		{name: "another kind", answers: []int{415}, tries: 1, want: "answers with 415", hint: event.MediaType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, slept := newReceiver(t, tt.answers...), &waits{}
			server.after = tt.after
			r, err := event.NewReceiver(event.Config{Address: server.URL + "/hook/s3cret?key=s3cret", Token: "t0ken", UserAgent: "test", Wait: slept.wait, Transport: &http.Transport{DisableKeepAlives: true}})
			if err != nil {
				t.Fatal(err)
			}
			err = r.Send(context.Background(), event.Event{ID: "one"})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tt.hint)) {
				t.Errorf("Send() = %v with %q, want %q with %q", err, fault.Hints(err), tt.want, tt.hint)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "t0ken")) {
				t.Errorf("Send() = %v shows a secret", err)
			}
			if server.got["one"] != tt.tries || len(server.got) != 1 {
				t.Errorf("the receiver got %v, want one %d times", server.got, tt.tries)
			}
			if len(slept.all) != len(tt.waits) {
				t.Fatalf("Send() waited %v, want %v", slept.all, tt.waits)
			}
			for i, d := range tt.waits {
				if slept.all[i] != d {
					t.Errorf("Send() waited %v, want %v", slept.all, tt.waits)
				}
			}
			if h := server.header; h.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" || h.Get("Authorization") != "Bearer t0ken" {
				t.Errorf("the receiver got the header %v", h)
			}
		})
	}
}

// All events are sent, and each once.
func TestReceiverOfMany(t *testing.T) {
	t.Parallel()
	server := newReceiver(t)
	r, err := event.NewReceiver(event.Config{Address: server.URL + "/hook/s3cret?key=s3cret", Transport: http.DefaultTransport})
	if err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	for i := range 40 {
		events = append(events, event.Event{ID: strings.Repeat("x", i+1)})
	}
	if err := r.Send(context.Background(), events...); err != nil || len(server.got) != len(events) {
		t.Errorf("Send() = %v, and the receiver got %d events of %d", err, len(server.got), len(events))
	}
	if server.header.Get("Authorization") != "" {
		t.Error("a token was sent, and there is none")
	}
}

// An address that may not get events is a wrong request that shows no more than its host.
func TestNewReceiverRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://hooks.example/s3cret", "ftp://127.0.0.1/s3cret", "https://", "https:/s3cret", "https://user:s3cret@hooks.example/", "https://%zz/s3cret"} {
		_, err := event.NewReceiver(event.Config{Address: address})
		if !fault.IsRequest(err) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("NewReceiver(%q) = %v, want a wrong request without the secret", address, err)
		}
	}
	for _, address := range []string{"https://hooks.example/x", "http://127.0.0.1:1/x", "http://[::1]/x", "http://localhost/x"} {
		if _, err := event.NewReceiver(event.Config{Address: address}); err != nil {
			t.Errorf("NewReceiver(%q) = %v", address, err)
		}
	}
}
