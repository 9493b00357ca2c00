package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/progress"
)

// sending is the upload of one blob (OCI distribution specification, "Pushing Blobs"). It goes on where a connection was cut, which
// go-containerregistry's does not, and takes a registry's refusal of what is optional for that.
type sending struct {
	*upload
	blob  image.Blob
	meter *progress.Meter
	at    *url.URL // where the next request of the upload goes; nil before it began
	sent  int64    // bytes that the registry has
	whole bool     // the registry takes no parts: all goes with the request that ends the upload
}

// send stores a blob unless the repository has it.
func (u *upload) send(ctx context.Context, b image.Blob, meter *progress.Meter) error {
	s := &sending{upload: u, blob: b, meter: meter}
	return u.client.again(ctx, s.mayGoOn, func() error { return s.try(ctx) })
}

// mayGoOn tells whether to try again: also where the registry does not know the upload any more, which then begins anew.
func (s *sending) mayGoOn(err error) bool {
	var changed *changedError
	var refused *transport.Error
	switch {
	case errors.As(err, &changed):
		return false
	case s.at != nil && errors.As(err, &refused) && (refused.StatusCode == http.StatusNotFound || refused.StatusCode == http.StatusRequestedRangeNotSatisfiable):
		s.at = nil
		return true
	}
	return failsForNow(err)
}

func (s *sending) try(ctx context.Context) error {
	if s.at != nil && s.position(ctx) != nil {
		s.at = nil
	}
	if s.at == nil {
		if done, err := s.begin(ctx); done || err != nil {
			return err
		}
	}
	if !s.whole && s.sent < s.blob.Size {
		err := s.part(ctx)
		var refused *transport.Error
		switch {
		case err == nil:
			s.sent = s.blob.Size
		case errors.As(err, &refused) && s.sent == 0 && refusesParts(refused.StatusCode):
			s.whole = true
		default:
			return err
		}
	}
	return s.end(ctx)
}

func refusesParts(status int) bool {
	return status == http.StatusMethodNotAllowed || status == http.StatusLengthRequired || status == http.StatusUnsupportedMediaType || status == http.StatusNotImplemented
}

// begin asks where to send the blob to. It is done where the repository has the blob, or the registry takes it from elsewhere.
func (s *sending) begin(ctx context.Context) (done bool, err error) {
	s.sent = 0
	var refused *transport.Error
	switch _, err := s.stat(ctx, s.blob.Digest); {
	case err == nil:
		return true, nil
	case !errors.As(err, &refused) || refused.StatusCode == http.StatusUnauthorized:
		return false, err // another refusal may be one of the question
	}
	resp, mounted, err := s.start(ctx)
	if err != nil || mounted {
		return err == nil, err
	}
	if resp.Header.Get("Location") == "" {
		return false, errNoLocation
	}
	return false, s.follow(resp)
}

// errNoLocation is the error for an answer that has no header Location, or one that is none.
var errNoLocation = errors.New("the registry does not say where to send the blob")

// start starts an upload. Where the registry has the blob in the source's repository, it is asked to mount it (OCI distribution
// specification, "Mounting a blob from another repository"), which it may refuse.
func (s *sending) start(ctx context.Context) (resp *http.Response, mounted bool, err error) {
	at := s.address("blobs/uploads/")
	if s.source != nil {
		mount := *at
		mount.RawQuery = url.Values{"mount": {s.blob.Digest.String()}, "from": {s.source.ref.Context().RepositoryStr()}}.Encode()
		resp, err := s.request(ctx, http.MethodPost, &mount, nil)
		var refused *transport.Error
		if !errors.As(err, &refused) {
			return resp, err == nil && resp.StatusCode == http.StatusCreated, err
		}
	}
	resp, err = s.request(ctx, http.MethodPost, at, nil)
	return resp, false, err
}

// part sends what the registry does not have yet.
func (s *sending) part(ctx context.Context) error {
	resp, err := s.request(ctx, http.MethodPatch, s.at, s.rest)
	if err != nil {
		return err
	}
	return s.follow(resp)
}

// end ends the upload, with the blob where the registry takes no parts.
func (s *sending) end(ctx context.Context) error {
	at := *s.at
	at.RawQuery = strings.TrimPrefix(at.RawQuery+"&digest="+url.QueryEscape(s.blob.Digest.String()), "&")
	body := s.rest
	if !s.whole {
		body = nil
	}
	_, err := s.request(ctx, http.MethodPut, &at, body)
	return err
}

// position asks how much the registry has of a part that was cut.
func (s *sending) position(ctx context.Context) error {
	resp, err := s.request(ctx, http.MethodGet, s.at, nil)
	if err != nil {
		return err
	}
	_, last, _ := strings.Cut(resp.Header.Get("Range"), "-")
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 || n >= s.blob.Size {
		return fmt.Errorf("the registry does not say how much it has, but %q", last)
	}
	if s.sent = n + 1; n == 0 {
		s.sent = 0 // some say 0-0 of nothing
		return errors.New("the registry has nothing")
	}
	return s.follow(resp)
}

// follow takes the address of the next request from an answer. One of the same host is asked as before: behind a proxy a registry
// may not know that it is reached by HTTPS.
func (s *sending) follow(resp *http.Response) error {
	to := resp.Header.Get("Location")
	if to == "" {
		return nil
	}
	asked := resp.Request.URL
	next, err := asked.Parse(to)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoLocation, err)
	}
	if next.Hostname() == asked.Hostname() && asked.Scheme == "https" && next.Scheme == "http" {
		next.Scheme, next.Host = asked.Scheme, asked.Host
	}
	s.at = next
	return outside(asked, next)
}

// rest reads what the registry does not have yet. The whole blob is compared with its digest.
func (s *sending) rest() (io.ReadCloser, error) {
	whole := verify(s.blob)
	if _, err := io.CopyN(io.Discard, whole, s.sent); err != nil {
		return nil, err
	}
	return io.NopCloser(s.meter.Reader(whole)), nil
}

// request sends a request of the upload and reads the answer. Registries have habits with which status says that all is well; what came of
// it is read back.
func (s *sending) request(ctx context.Context, method string, to *url.URL, body func() (io.ReadCloser, error)) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, to.String(), nil)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.GetBody = body
		if r.Body, err = body(); err != nil {
			return nil, err
		}
		r.ContentLength = s.blob.Size - s.sent
		r.Header.Set("Content-Type", "application/octet-stream")
		if s.sent > 0 {
			r.Header.Set("Content-Range", fmt.Sprintf("%d-%d", s.sent, s.blob.Size-1))
		}
	}
	resp, err := s.writer.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return resp, checkSuccess(resp)
}
