package vulndb

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

// Retry says how often a source is asked again where a request failed for a reason that may pass. Fields that are 0 have
// the values of DefaultRetry.
type Retry struct {
	Tries int           // in a row that bring not one byte
	First time.Duration // before the second try; later ones wait longer. Retry-After of the server goes before (RFC 9110, section 10.2.3)
	Total time.Duration // for one document with all tries
}

// DefaultRetry returns how often a server is asked that gets no other limits.
func DefaultRetry() Retry { return Retry{Tries: 4, First: time.Second, Total: 20 * time.Minute} }

// run tries until try succeeds, fails for good, or the limits are reached. try tells whether anything arrived.
func (r Retry) run(ctx context.Context, try func(context.Context) (arrived bool, err error)) error {
	standard := DefaultRetry()
	tries, first, total := cmp.Or(r.Tries, standard.Tries), cmp.Or(r.First, standard.First), cmp.Or(r.Total, standard.Total)
	ctx, cancel := context.WithTimeoutCause(ctx, total, fmt.Errorf("it was not there within %s", total))
	defer cancel()
	growing := backoff.NewExponentialBackOff()
	growing.InitialInterval = first
	failures := 0
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		arrived, err := try(ctx)
		if arrived {
			failures = 0
		}
		if failures++; err != nil && (failures >= tries || !passes(err)) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(growing), backoff.WithMaxElapsedTime(total))
	return err
}

// passes tells whether what failed may succeed a moment later.
func passes(err error) bool {
	var forGood *backoff.PermanentError
	var refused *refusal
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case errors.As(err, &refused):
		return refused.passes()
	case errors.As(err, &name):
		return !name.IsNotFound
	case errors.Is(err, syscall.ECONNREFUSED): // nobody is there
		return false
	}
	return !errors.As(err, &forGood) && !errors.As(err, &certificate)
}

// refusal is an answer of an update server without the document that it was asked for.
type refusal struct {
	host   string
	status int
	after  *backoff.RetryAfterError // nil where the server does not say when to ask again
}

func newRefusal(host string, resp *http.Response) error {
	r := &refusal{host: host, status: resp.StatusCode}
	if after, said := transport.RetryAfter(resp.Header); said {
		r.after = &backoff.RetryAfterError{Duration: after}
	}
	return fault.WithHint(r, r.hint())
}

// Error names the server and its answer.
func (r *refusal) Error() string {
	return fmt.Sprintf("%s answers with %d %s", r.host, r.status, http.StatusText(r.status))
}

// Unwrap has backoff wait for as long as the server asks.
func (r *refusal) Unwrap() error {
	if r.after == nil {
		return nil
	}
	return r.after
}

func (r *refusal) passes() bool {
	switch r.status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusRequestedRangeNotSatisfiable, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// hint is what to do about an answer that has a reason of its own; none for the others.
func (r *refusal) hint() fault.Hint {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Hintf("check the address and the password in %s", fault.Input("db-url"))
	case http.StatusProxyAuthRequired:
		return fault.Hintf("the proxy wants a user and a password: name them in the address of %s", fault.Input("proxy"))
	case http.StatusTooManyRequests:
		return fault.Hintf("keep the database between runs with %s, or fetch it from a server of your own with %s", fault.Input("cache-dir"), fault.Input("db-url"))
	}
	return fault.Hint{}
}
