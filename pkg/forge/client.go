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
	maxAnswer  = 32 << 20         // bytes of an answer
	maxMessage = 300              // characters of a server's message that are shown
	maxWait    = 30 * time.Second // that a server may ask to wait before the next try
	tries      = 3
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
		return nil, errors.New("no address that begins with https is named for the API")
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
		again, err := c.once(ctx, method, address, kind, raw, out)
		if again == 0 || try == tries {
			return err
		}
		if err := c.Wait(ctx, again); err != nil {
			return err
		}
	}
}

// once sends a request. again is how long to wait before the next try; 0 means that there is none.
func (c *client) once(ctx context.Context, method, address, kind string, raw []byte, out any) (again time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(raw))
	if err != nil {
		return 0, err
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
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return 0, fmt.Errorf("reading the answer: %w", err)
	}
	if len(text) > maxAnswer {
		return 0, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return retryAfter(answer), c.refusal(answer, text)
	}
	if out == nil {
		return 0, nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return 0, errors.New("the answer is no JSON of the API")
	}
	return 0, nil
}

// retryAfter is how long a server that has had too many requests wants to be left alone; 0 where it
// does not say so or asks for more than a run can wait.
func retryAfter(answer *http.Response) time.Duration {
	if answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode != http.StatusForbidden {
		return 0
	}
	after, said := transport.RetryAfter(answer.Header)
	if !said || after > maxWait {
		return 0
	}
	return max(after, time.Millisecond)
}

// refusal says what a server answered in place of doing what it was asked for.
func (c *client) refusal(answer *http.Response, text []byte) error {
	err := fmt.Errorf("%s answered %s", answer.Request.URL.Host, answer.Status)
	var said struct{ Message string }
	if json.Unmarshal(text, &said) == nil && said.Message != "" {
		message := []rune(said.Message)
		err = fmt.Errorf("%w: %s", err, string(message[:min(len(message), maxMessage)]))
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return fault.WithHint(err, c.Remedy)
	}
	return err
}
