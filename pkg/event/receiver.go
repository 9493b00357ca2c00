package event

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

const (
	tries     = 4
	firstWait = time.Second      // before the second try; it doubles from then on
	maxWait   = 30 * time.Second // that a receiver may ask to wait before the next try
	parallel  = 4                // how many events are sent at a time
	maxRead   = 64 << 10         // bytes of an answer that are read, so that the connection can be used again
)

// Config is how events are sent to an address.
type Config struct {
	// Address takes events. It is https, or an address of this machine. What follows its host may be secret: no error names it.
	Address string
	// Token proves who sends; empty for nobody. It is sent to the host of Address, and nowhere else.
	Token     string
	Transport http.RoundTripper // must not tell anybody of addresses
	UserAgent string
	// Wait waits before the next try; nil waits by the clock.
	Wait func(context.Context, time.Duration) error
}

// Receiver is an address that takes events, one a request.
type Receiver struct {
	Config
	http http.Client
	host string
}

// NewReceiver makes a client for an address. An address that events cannot be sent to is a wrong request.
func NewReceiver(cfg Config) (*Receiver, error) {
	u, err := url.Parse(cfg.Address)
	switch {
	case err != nil || u.Host == "":
		return nil, fault.Request(errors.New("the address of the events is none"), "write https://HOST/PATH")
	case u.User != nil:
		return nil, fault.Request(fmt.Errorf("the address of the events at %s holds a user", u.Host), "leave it out, and give a token in the environment")
	case u.Scheme != "https" && (u.Scheme != "http" || !transport.IsLoopback(u.Hostname())):
		return nil, fault.Request(fmt.Errorf("the events would go to %s by plain %s", u.Host, u.Scheme), "name an address that begins with https://")
	}
	if cfg.Wait == nil {
		cfg.Wait = transport.Wait
	}
	return &Receiver{Config: cfg, host: u.Host, http: http.Client{Transport: cfg.Transport, CheckRedirect: nowhere}}, nil
}

// nowhere follows no redirect: events and the token go to the address that was named.
func nowhere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// String is the host of the address.
func (r *Receiver) String() string { return r.host }

// Send sends events, some at a time, each again where what fails may pass. The first that is not taken for good ends it.
func (r *Receiver) Send(ctx context.Context, events ...Event) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, e := range events {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return r.send(ctx, e)
		})
	}
	return group.Wait()
}

func (r *Receiver) send(ctx context.Context, e Event) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	for try, wait := 1, firstWait; ; try, wait = try+1, 2*wait {
		asked, passes, err := r.once(ctx, raw)
		if err == nil || !passes || try == tries {
			return err
		}
		if err := r.Wait(ctx, max(wait, asked)); err != nil {
			return err
		}
	}
}

// once sends an event. Where it is not taken, passes says whether it may be later, and asked how long the receiver wants to be left alone.
func (r *Receiver) once(ctx context.Context, raw []byte) (asked time.Duration, passes bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Address, bytes.NewReader(raw))
	if err != nil {
		return 0, false, errors.New("the address is not valid")
	}
	request.Header.Set("Content-Type", MediaType+"; charset=utf-8")
	request.Header.Set("User-Agent", r.UserAgent)
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	answer, err := r.http.Do(request)
	if err != nil {
		return 0, ctx.Err() == nil, r.withoutAddress(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxRead)) // what it says is nobody's, and its status is known
	if answer.StatusCode/100 == 2 {
		return 0, false, nil
	}
	asked, _ = transport.RetryAfter(answer.Header)
	return asked, mayPass(answer.StatusCode) && asked <= maxWait, r.refusal(answer.StatusCode)
}

// withoutAddress is an error of a request without the address, which package net/http puts before it.
func (r *Receiver) withoutAddress(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s could not be reached: %w", r.host, err)
}

// mayPass tells whether a receiver that answers so may take the event a moment later.
func mayPass(status int) bool {
	return status >= 500 && status != http.StatusNotImplemented || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly
}

func (r *Receiver) refusal(status int) error {
	err := fmt.Errorf("%s answers with %d %s", r.host, status, http.StatusText(status))
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault.WithHint(err, "check the address, and the token")
	case status/100 == 3:
		return fault.WithHint(err, "name the address that it leads to: events are not sent on")
	case status == http.StatusUnsupportedMediaType:
		return fault.WithHint(err, "the address has to take "+MediaType)
	}
	return err
}
