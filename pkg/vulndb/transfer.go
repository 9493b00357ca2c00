package vulndb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/cenkalti/backoff/v5"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
)

// transfer is an archive on its way from an update server into a file. One that breaks off goes on where it did.
type transfer struct {
	client *client
	into   *file
	have   int64  // bytes that are there
	want   int64  // bytes of all; negative where the server does not say it
	tag    string // what the server says that they are part of, for If-Range: its ETag or the date; empty where it says neither
	meter  *progress.Meter
}

// run fetches the archive. What arrived is not checked.
func (t *transfer) run() error {
	defer func() { t.meter.End() }()
	return t.client.limits.run(t.client.ctx, t.client.meters, func(ctx context.Context) (bool, error) {
		had := t.have
		err := t.goOn(ctx)
		return t.have > had, err
	})
}

// goOn asks for what is missing and adds it.
func (t *transfer) goOn(ctx context.Context) error {
	resp, err := t.client.get(ctx, t.client.archive, t.rest())
	if err != nil {
		t.broken(err)
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent || !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", t.have)) {
		if resp.StatusCode == http.StatusPartialContent {
			return fmt.Errorf("%s sends another part than the one that it was asked for", t.client.archive.Host)
		}
		if err := t.restart(resp); err != nil {
			return err
		}
	}
	n, err := io.Copy(t.into, io.LimitReader(t.meter.Reader(resp.Body), t.client.most+1-t.have))
	t.have += n
	switch {
	case t.into.err != nil:
		return backoff.Permanent(t.into.err)
	case err != nil:
		return brokeOff(t.client.archive.Host, t.have, t.want, err)
	case t.have > t.client.most:
		return backoff.Permanent(tooLarge(fmt.Errorf("%s did not say how large it is, and sent more than the %d bytes that an archive may have", t.client.archive.Host, t.client.most)))
	}
	return nil
}

// brokeOff says how much of an answer came before it ended; want is the size of all of it, and negative where nobody said it.
func brokeOff(host string, have, want int64, why error) error {
	err := fmt.Errorf("%s broke off after %d of %d bytes", host, have, want)
	if want < 0 {
		err = fmt.Errorf("%s broke off after %d bytes", host, have)
	}
	if !errors.Is(why, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: %w", err, why)
	}
	return fault.WithHint(err, fault.Hintf("run it again; where it breaks off each time, a proxy or a firewall on the way may cut large answers: name another source with %s", fault.Input("db")))
}

// tooLarge adds to an error what to do about an archive that is larger than that of any database.
func tooLarge(err error) error {
	return fault.WithHint(err, fault.Hintf("no advisory database is that large, so that something else is sent: check the address, tell whoever runs the server, "+
		"and name another source with %s", fault.Input("db")))
}

// broken has the next try begin with the first byte where the server refuses what was asked for as a part.
func (t *transfer) broken(err error) {
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusRequestedRangeNotSatisfiable {
		t.tag = ""
	}
}

// rest is the header that asks for what is missing, of the same archive.
func (t *transfer) rest() http.Header {
	if t.have == 0 || t.tag == "" {
		return nil
	}
	return http.Header{"Range": {fmt.Sprintf("bytes=%d-", t.have)}, "If-Range": {t.tag}}
}

// restart begins with the first byte.
func (t *transfer) restart(resp *http.Response) error {
	if resp.ContentLength > t.client.most {
		return backoff.Permanent(tooLarge(fmt.Errorf("it has %d bytes, more than the %d that are allowed", resp.ContentLength, t.client.most)))
	}
	t.have, t.want, t.tag = 0, resp.ContentLength, resp.Header.Get("ETag")
	if t.tag == "" || strings.HasPrefix(t.tag, "W/") {
		t.tag = resp.Header.Get("Last-Modified")
	}
	if t.meter == nil {
		t.meter = progress.Begin(t.client.meters, "fetching the advisory database", resp.ContentLength)
	}
	t.meter.Set(0)
	return t.into.begin(resp.ContentLength)
}

// file is where an archive is written to. It remembers why it could not be written, which is nothing to ask the server again for.
type file struct {
	into  *os.File
	space *disk.Space
	err   error
}

// begin empties the file for size bytes, which have to fit; size is negative where nobody says it. What fails is not tried again.
func (f *file) begin(size int64) error {
	_, err := f.into.Seek(0, io.SeekStart)
	if err = errors.Join(err, f.into.Truncate(0), f.space.Need(size)); err != nil {
		return backoff.Permanent(err)
	}
	return nil
}

// Write writes.
func (f *file) Write(p []byte) (int, error) {
	n, err := f.into.Write(p)
	f.err = f.space.Explain(int64(len(p)), err)
	return n, f.err
}
