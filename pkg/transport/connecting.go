package transport

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
)

// connecting is how far a proxy got with the connection to a host by HTTPS that a request was the first to need.
type connecting struct{ asked, answered atomic.Bool }

type connectingKey struct{}

// withConnecting is a request of which is noted how far the proxy gets.
func withConnecting(r *http.Request) (*http.Request, *connecting) {
	c := &connecting{}
	return r.WithContext(context.WithValue(r.Context(), connectingKey{}, c)), c
}

// silent tells whether the proxy was asked for a connection, and has not answered.
func (c *connecting) silent() bool { return c.asked.Load() && !c.answered.Load() }

// asks notes that the proxy is asked now. It adds no header.
func asks(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
	if c, ok := ctx.Value(connectingKey{}).(*connecting); ok {
		c.asked.Store(true)
	}
	return nil, nil
}
