package transport

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		name, after, date string
		want              time.Duration
		said              bool
	}{
		{name: "seconds", after: "120", want: 2 * time.Minute, said: true},
		{name: "at once", after: "0", said: true},
		{name: "a time", after: at(time.Minute), date: at(0), want: time.Minute, said: true},
		{name: "a time that is over", after: at(-time.Minute), date: at(0), said: true},
		{name: "a time, and no clock", after: at(time.Minute)},
		{name: "nothing", date: at(0)},
		{name: "less than nothing", after: "-1", date: at(0)},
		{name: "more than there is", after: "99999999999999999999", date: at(0)},
		{name: "a word", after: "soon", date: at(0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Retry-After": {tt.after}, "Date": {tt.date}}
			if got, said := RetryAfter(header); got != tt.want || said != tt.said {
				t.Errorf("RetryAfter(%q, %q) = %v, %t, want %v, %t", tt.after, tt.date, got, said, tt.want, tt.said)
			}
		})
	}
}
