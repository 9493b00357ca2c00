package transport

import (
	"errors"
	"net/http"
	"regexp"
	"testing"
)

func TestLogged(t *testing.T) {
	t.Parallel()
	const target = "https://user:hush@registry.example/v2/app/blobs/sha256:1?X-Amz-Signature=hush#hush"
	for _, tt := range []struct {
		name   string
		answer func(*http.Request) (*http.Response, error)
		want   string
	}{
		{
			name: "an answer", want: `^GET https://registry\.example/v2/app/blobs/sha256:1: 401 Unauthorized after \d+m?s$`,
			answer: func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusUnauthorized, Status: "401 Unauthorized", Body: http.NoBody, Request: r}, nil
			},
		},
		{
			name: "none", want: `^GET https://registry\.example/v2/app/blobs/sha256:1: no answer after \d+m?s$`,
			answer: func(*http.Request) (*http.Response, error) { return nil, errors.New("no route with hush") },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var told []string
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := Logged(roundTripper(tt.answer), func(line string) { told = append(told, line) }).RoundTrip(r)
			if err == nil {
				resp.Body.Close()
			}
			if len(told) != 1 || !regexp.MustCompile(tt.want).MatchString(told[0]) {
				t.Errorf("%q was told, want one line that matches %s", told, tt.want)
			}
		})
	}
}
