package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	network "github.com/layergate/layergate/pkg/transport"
)

// How long a registry may ask to wait at once, and in all.
const (
	longestWait = 2 * time.Minute
	allWaits    = 10 * time.Minute
)

// patient waits for as long as a registry asks for (RFC 9110, "Retry-After") and sends the request again.
type patient struct {
	inner http.RoundTripper
	wait  func(context.Context, time.Duration) error

	mu     sync.Mutex
	waited time.Duration
	longer map[string]time.Duration // how long hosts last asked to wait that were not waited for
}

// busyError is the answer of a host that asks to wait for longer than it is waited for. It is an error here already, and hides that
// it may pass, so that nobody on the way asks again.
type busyError struct{ error }

// Unwrap is a *transport.Error.
func (b *busyError) Unwrap() error { return b.error }

// RoundTrip fails where a host asks for more time than there is.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for {
		resp, err := p.inner.RoundTrip(r)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
			return resp, err
		}
		again := r.Body == nil || r.Body == http.NoBody || r.GetBody != nil
		delay, asked := network.RetryAfter(resp.Header)
		delay = max(delay, time.Second)
		if !asked {
			p.forget(r.URL.Host)
		}
		if !asked || !again {
			return resp, nil
		}
		if !p.take(r.URL.Host, delay) {
			defer resp.Body.Close()
			return nil, &busyError{transport.CheckError(resp)}
		}
		resp.Body.Close()
		if err := p.wait(r.Context(), delay); err != nil {
			return nil, err
		}
	}
}

// take tells whether there is time to wait for a host, and uses it up.
func (p *patient) take(host string, delay time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if delay > longestWait || p.waited+delay > allWaits {
		p.longer[host] = delay
		return false
	}
	p.waited += delay
	return true
}

// forget takes back that a host asked to wait for too long: its latest answer does not.
func (p *patient) forget(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.longer, host)
}

// tooLong says how long the host that gave an answer asks to wait where that is longer than it is waited for; empty for any other answer.
func (p *patient) tooLong(refused *transport.Error) string {
	if refused.Request == nil {
		return ""
	}
	host := refused.Request.URL.Host
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.longer[host]
	if asked == 0 {
		return ""
	}
	return fmt.Sprintf("%s asks to wait %d seconds, and a run waits %d at once and %d in all", host, int(asked.Seconds()), int(longestWait.Seconds()), int(allWaits.Seconds()))
}

// asksTooLong tells whether a failure is the answer of a host that asks to wait for longer than it is waited for.
func (p *patient) asksTooLong(err error) bool {
	var refused *transport.Error
	return errors.As(err, &refused) && p.tooLong(refused) != ""
}

// again does something up to four times, with pauses, as long as it fails with what may pass, and not before a host wants to be asked again.
func (c *Client) again(ctx context.Context, passes func(error) bool, do func() error) error {
	for _, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		err := do()
		if err == nil || ctx.Err() != nil || !passes(err) || c.outside.asksTooLong(err) {
			return err
		}
		if err := c.cfg.Wait(ctx, pause); err != nil {
			return err
		}
	}
	return do()
}

// failsForNow tells whether a failure is one of the connection, or one of the registry that may pass.
func failsForNow(err error) bool {
	var refused *transport.Error
	if errors.As(err, &refused) {
		return refused.StatusCode >= 500 || refused.StatusCode == http.StatusTooManyRequests || refused.StatusCode == http.StatusRequestTimeout
	}
	for _, cut := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, cut) {
			return true
		}
	}
	return false
}

// isMissing tells whether a registry says that it does not have something.
func isMissing(err error) bool {
	var refused *transport.Error
	return errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound
}
