// Package forge speaks to the REST APIs of GitHub and Azure DevOps with the token of somebody or of a job: it sends a request, waits
// where the server asks for that, and says whose the token is.
//
// It must not import anything that knows what is written there.
package forge

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

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/transport"
)

const (
	maxAnswer  = 32 << 20 // bytes of an answer
	maxMessage = 300      // characters of a server's message that are shown
)

// Config is how a server is spoken to.
type Config struct {
	// API is the address that requests begin with. It is https, or an address of this machine, or else PlainHTTP is set.
	API string
	// PlainHTTP sends the token to an address of plain http: the system has no other one.
	PlainHTTP bool
	// Token proves who writes. It is sent to the host of API, and nowhere else.
	Token     string
	Transport http.RoundTripper
	UserAgent string
	// Remedy is what to do where the server refuses the token: which right it needs.
	Remedy string
	// Wait waits as long as the server asks for; nil waits by the clock.
	Wait func(context.Context, time.Duration) error
}

// client sends requests with the token.
type client struct {
	Config
	http   http.Client
	header map[string]string
}

func newClient(cfg Config, header map[string]string) (*client, error) {
	u, err := url.Parse(cfg.API)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !cfg.PlainHTTP && !transport.IsLoopback(u.Hostname())) {
		return nil, fmt.Errorf("no address that begins with https is named for the API: %q", cfg.API)
	}
	if cfg.Wait == nil {
		cfg.Wait = transport.Wait
	}
	return &client{Config: cfg, header: header, http: http.Client{Transport: cfg.Transport, CheckRedirect: sameHost}}, nil
}

// sameHost follows a redirect that repeats the request at the same host, as GitHub answers where a repository was renamed.
func sameHost(r *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || r.URL.Scheme != first.URL.Scheme || r.URL.Host != first.URL.Host || r.Method != first.Method {
		return fmt.Errorf("it leads on to %s, where the token is not sent", r.URL.Host)
	}
	return nil
}

// Patch is a body of the kind JSON Patch (RFC 6902).
type Patch []Operation

// Operation is one change of a Patch.
type Operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// Call sends body as JSON, unless it is nil, and reads the answer into out, unless that is nil. A server that asks to wait is
// asked again. The error says what the server refused, and what to do about it.
func (c *client) Call(ctx context.Context, method, address string, body, out any) error {
	return c.call(ctx, patience{tries: 3, longest: 30 * time.Second}, method, address, body, out)
}

// Repeat is Call for a request that may be sent again where a server fails: doing it twice is the same as doing it once.
func (c *client) Repeat(ctx context.Context, method, address string, body, out any) error {
	return c.call(ctx, patience{tries: 4, longest: 2 * time.Minute, repeats: true}, method, address, body, out)
}

func (c *client) call(ctx context.Context, p patience, method, address string, body, out any) error {
	kind := "application/json"
	if _, ok := body.(Patch); ok {
		kind = "application/json-patch+json"
	}
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		err := c.once(ctx, method, address, kind, raw, out)
		again := p.wait(err, try)
		if again == 0 {
			return err
		}
		if err := c.Wait(ctx, again); err != nil {
			return err
		}
	}
}

// once sends a request.
func (c *client) once(ctx context.Context, method, address, kind string, raw []byte, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.UserAgent)
	if raw != nil {
		r.Header.Set("Content-Type", kind)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if len(text) > maxAnswer {
		return fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return c.refused(answer, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return errors.New("the answer is no JSON of the API")
	}
	return nil
}

// refused is what a server answered in place of doing what it was asked for, with the remedy where that is time or a right of the token.
func (c *client) refused(answer *http.Response, text []byte) error {
	err := newRefusal(answer, text)
	switch {
	case err.limited:
		return fault.WithHint(err, "the server takes no more requests of this token for now: run it again later")
	case c.Remedy == "":
	case err.status == http.StatusUnauthorized, err.status == http.StatusForbidden, err.status == http.StatusNotFound:
		return fault.WithHint(err, c.Remedy)
	}
	return err
}
