package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Logged tells about every request that goes through a transport: its method, its address without what may be secret there (user
// information and query), the answer's status or the error, and how long that took.
func Logged(inner http.RoundTripper, tell func(line string)) http.RoundTripper {
	return logged{inner, tell}
}

type logged struct {
	inner http.RoundTripper
	tell  func(line string)
}

// RoundTrip sends a request, and tells of it when its answer begins.
func (l logged) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := l.inner.RoundTrip(r)
	what := "no answer"
	if err == nil {
		what = resp.Status
	}
	l.tell(fmt.Sprintf("%s %s: %s after %s", r.Method, address(r.URL), what, time.Since(began).Round(time.Millisecond)))
	return resp, err
}

// address is that of a request without user information, query and fragment.
func address(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return bare.String()
}
