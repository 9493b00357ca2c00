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
		name  string
		after []string
		date  string
		want  time.Duration
		said  bool
	}{
		{name: "seconds", after: []string{"120"}, want: 2 * time.Minute, said: true},
		{name: "at once", after: []string{"0"}, said: true},
		{name: "a part of a second", after: []string{"0.2"}, want: time.Second, said: true},
		{name: "a second and a half", after: []string{"1.5"}, want: 2 * time.Second, said: true},
		{name: "no part of a second", after: []string{"3.00"}, want: 3 * time.Second, said: true},
		{name: "a point alone", after: []string{"3."}, want: 3 * time.Second, said: true},
		{name: "a point without a number", after: []string{"."}},
		{name: "no whole number", after: []string{".5"}},
		{name: "two points", after: []string{"1.2.3"}},
		{name: "an exponent", after: []string{"1e3"}},
		{name: "68 years", after: []string{"2147483647"}, want: endless - time.Second, said: true},
		{name: "more than 31 bits", after: []string{"2147483648"}, want: endless, said: true},
		{name: "more than 63 bits", after: []string{"99999999999999999999"}, want: endless, said: true},
		{name: "a time", after: []string{at(time.Minute)}, date: at(0), want: time.Minute, said: true},
		{name: "a time that is over", after: []string{at(-time.Minute)}, date: at(0), said: true},
		{name: "a time that is far away", after: []string{"Fri, 31 Dec 9999 23:59:59 GMT"}, date: at(0), want: endless, said: true},
		{name: "a time long ago", after: []string{"Thu, 01 Jan 1970 00:00:00 GMT"}, date: at(0), said: true},
		{name: "a time, and no clock", after: []string{at(time.Minute)}},
		{name: "a time, and a clock that is none", after: []string{at(time.Minute)}, date: "now"},
		{name: "no header", date: at(0)},
		{name: "nothing", after: []string{""}, date: at(0)},
		{name: "less than nothing", after: []string{"-1"}, date: at(0)},
		{name: "a sign", after: []string{"+1"}, date: at(0)},
		{name: "a word", after: []string{"soon"}, date: at(0)},
		{name: "several", after: []string{"5", "60", "7"}, want: time.Minute, said: true},
		{name: "one of several that says something", after: []string{"soon", at(time.Minute), "-1"}, date: at(0), want: time.Minute, said: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Retry-After": tt.after, "Date": {tt.date}}
			if got, said := RetryAfter(header); got != tt.want || said != tt.said {
				t.Errorf("RetryAfter(%q, %q) = %v, %t, want %v, %t", tt.after, tt.date, got, said, tt.want, tt.said)
			}
		})
	}
}
