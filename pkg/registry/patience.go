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

// How long a registry may ask to wait at once, and in all. What is waited for at the same time counts once.
const (
	longestWait = 2 * time.Minute
	allWaits    = 10 * time.Minute
)

// How long is waited at the least before a request is sent again: a second first, and twice as long each time, up to half a minute. Some
// registries ask for no time at all, again and again.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// patient waits for as long as a registry asks for (RFC 9110, "Retry-After") and sends the request again.
type patient struct {
	inner http.RoundTripper
	wait  func(context.Context, time.Duration) error
	now   func() time.Time

	mu     sync.Mutex
	waited time.Duration // by the clock
	until  time.Time     // when the last wait of those that were begun ends
}

// busyError is the answer of a host that asks to wait for longer than it is waited for. It is an error here already, and hides that
// it may pass, so that nobody on the way asks again.
type busyError struct {
	error
	host  string
	asked time.Duration
}

// Unwrap is a *transport.Error.
func (b *busyError) Unwrap() error { return b.error }

// why says how long the host asks to wait.
func (b *busyError) why() string {
	return fmt.Sprintf("%s asks to wait %d seconds, and a run waits %d at once and %d in all", b.host, int(b.asked.Seconds()), int(longestWait.Seconds()), int(allWaits.Seconds()))
}

// RoundTrip fails where a host asks for more time than there is.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		resp, err := p.inner.RoundTrip(r)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
			return resp, err
		}
		asked, said := network.RetryAfter(resp.Header)
		if again := r.Body == nil || r.Body == http.NoBody || r.GetBody != nil; !said || !again {
			return resp, nil
		}
		delay := max(asked, pause)
		if !p.take(delay) {
			defer resp.Body.Close()
			return nil, &busyError{transport.CheckError(resp), r.URL.Host, asked}
		}
		resp.Body.Close()
		if err := p.wait(r.Context(), delay); err != nil {
			return nil, err
		}
	}
}

// take tells whether there is time to wait, and uses it up.
func (p *patient) take(delay time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	begin := p.now()
	end := begin.Add(delay)
	if p.until.After(begin) { // until then somebody waits already
		begin = p.until
	}
	more := max(end.Sub(begin), 0)
	if delay > longestWait || p.waited+more > allWaits {
		return false
	}
	p.waited += more
	p.until = begin.Add(more)
	return true
}

// again does something up to four times, with pauses, as long as it fails with what may pass, and not before a host wants to be asked again.
func (c *Client) again(ctx context.Context, passes func(error) bool, do func() error) error {
	for _, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		err := do()
		if err == nil || ctx.Err() != nil || !passes(err) || errors.As(err, new(*busyError)) {
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
