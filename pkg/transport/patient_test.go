package transport

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// A question is put again after the time that the server names, and nothing else is.
func TestPatient(t *testing.T) {
	t.Parallel()
	date := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		method  string
		body    string
		status  int
		headers map[string]string
		refuses int // how many times before the answer
		asked   int
		waited  []time.Duration
		want    int
	}{
		{name: "seconds", status: 429, headers: map[string]string{"Retry-After": "7"}, refuses: 2, asked: 3, waited: []time.Duration{7 * time.Second, 7 * time.Second}, want: 200},
		{name: "a date by the server's clock", status: 503, headers: map[string]string{"Retry-After": date.Add(time.Minute).Format(http.TimeFormat), "Date": date.Format(http.TimeFormat)}, refuses: 1, asked: 2, waited: []time.Duration{time.Minute}, want: 200},
		{name: "no time", status: 429, refuses: 3, asked: 4, waited: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, want: 200},
		{name: "HEAD", method: http.MethodHead, status: 429, refuses: 1, asked: 2, waited: []time.Duration{time.Second}, want: 200},
		{name: "too long", status: 429, headers: map[string]string{"Retry-After": "86400"}, refuses: 1, asked: 1, want: 429},
		{name: "too often", status: 429, refuses: 9, asked: 4, waited: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, want: 429},
		{name: "a server that fails", status: 503, refuses: 1, asked: 1, want: 503},
		{name: "a request that changes something", method: http.MethodPost, status: 429, refuses: 1, asked: 1, want: 429},
		{name: "a body", body: "x", status: 429, refuses: 1, asked: 1, want: 429},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked > tt.refuses {
					return
				}
				for name, value := range tt.headers {
					w.Header().Set(name, value)
				}
				w.WriteHeader(tt.status)
			}))
			defer server.Close()
			var waited []time.Duration
			client := &http.Client{Transport: Patient(plain(), Patience{Longest: 5 * time.Minute, Times: 3, Sleep: func(_ context.Context, d time.Duration) error {
				waited = append(waited, d)
				return nil
			}})}
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			req, err := http.NewRequest(method, server.URL, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.want || asked != tt.asked || !slices.Equal(waited, tt.waited) {
				t.Errorf("the answer is %d after %d questions, and %v between them; want %d after %d, and %v", resp.StatusCode, asked, waited, tt.want, tt.asked, tt.waited)
			}
		})
	}
}

// The end of the run ends the waiting.
func TestPatientEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "200")
		w.WriteHeader(http.StatusTooManyRequests)
		cancel()
	}))
	defer server.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := (&http.Client{Transport: Patient(plain(), DefaultPatience())}).Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("Do() = %v, %v, want %v", resp, err, context.Canceled)
	}
}
