package vulndb

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
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

// run tries until try succeeds, fails for good, or the limits are reached. try tells whether anything arrived. Between two tries meters,
// which may be nil, is told what is waited for.
func (r Retry) run(ctx context.Context, meters progress.Reporter, try func(context.Context) (arrived bool, err error)) error {
	standard := DefaultRetry()
	tries, first, total := cmp.Or(r.Tries, standard.Tries), cmp.Or(r.First, standard.First), cmp.Or(r.Total, standard.Total)
	ctx, cancel := context.WithTimeoutCause(ctx, total, fmt.Errorf("it was not there within %s", total))
	defer cancel()
	began, growing := time.Now(), backoff.NewExponentialBackOff()
	growing.InitialInterval = first
	failures := 0
	var pause *progress.Meter
	endPause := func() {
		pause.End()
		pause = nil
	}
	defer func() { endPause() }()
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		endPause()
		arrived, err := try(ctx)
		if arrived {
			failures = 0
		}
		failures++
		var refused *refusal
		switch {
		case err == nil:
		case failures >= tries || !passes(err):
			err = backoff.Permanent(err)
		case errors.As(err, &refused) && refused.after != nil && time.Since(began)+refused.after.Duration > total:
			err = backoff.Permanent(fmt.Errorf("%w, and asks to wait %s, longer than the %s that all may take", err, ageString(refused.after.Duration), ageString(total)))
		}
		return struct{}{}, err
	}, backoff.WithBackOff(growing), backoff.WithMaxElapsedTime(total), backoff.WithNotify(func(err error, after time.Duration) {
		pause = progress.Wait(meters, fmt.Sprintf("waiting %s to ask for the advisory database again: %v", after.Round(time.Second), err))
	}))
	return err
}

// passes tells whether what failed may succeed a moment later.
func passes(err error) bool {
	var forGood *backoff.PermanentError
	var refused *refusal
	var proxy *transport.ProxyError
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case errors.As(err, &refused):
		return statusPasses(refused.status)
	case errors.As(err, &proxy) && proxy.Status != 0:
		return statusPasses(proxy.Status)
	case errors.As(err, &name):
		return !name.IsNotFound
	case errors.Is(err, syscall.ECONNREFUSED): // nobody is there
		return false
	}
	return !errors.As(err, &forGood) && !errors.As(err, &certificate)
}

// refusal is an answer of an update server, or of a proxy in its place, without the document that it was asked for.
type refusal struct {
	host   string
	status int
	login  bool                     // the request had a user and a password
	after  *backoff.RetryAfterError // nil where the server does not say when to ask again
}

func newRefusal(asked *url.URL, resp *http.Response) error {
	r := &refusal{host: asked.Host, status: resp.StatusCode, login: asked.User != nil}
	switch {
	case resp.StatusCode == http.StatusProxyAuthRequired:
		r.host = "the proxy before " + asked.Host
	case resp.Request.URL.Host != asked.Host: // where no login of ours is known
		r.host, r.login = fmt.Sprintf("%s, to which %s leads,", resp.Request.URL.Host, asked.Host), false
	}
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

// statusPasses tells whether an answer with a status may be another one a moment later.
func statusPasses(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusRequestedRangeNotSatisfiable, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// hint is what to do about an answer that has a reason of its own; none for the others.
func (r *refusal) hint() fault.Hint {
	address := fault.Hintf("the address in %s or %s", fault.Input("db"), fault.Input("db-url"))
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		if r.login {
			return fault.Hintf("check the user and the password in %s, and that they may read the database", address)
		}
		return fault.Hintf("where the server wants a login, write it into %s as https://USER:PASSWORD@HOST/PATH; else ask whoever runs the server or a firewall before it", address)
	case http.StatusProxyAuthRequired:
		return transport.HintProxyLogin()
	case http.StatusNotFound, http.StatusGone:
		return fault.Hintf("check %s: it is that of latest.json, or of the directory above v6/latest.json", address)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return fault.Hintf("run it again later; keep the database between runs with %s, or fetch it from a server of your own with %s", fault.Input("cache-dir"), fault.Input("db"))
	}
	return fault.Hint{}
}
