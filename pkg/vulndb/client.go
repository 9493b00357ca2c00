package vulndb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/distribution"
	"github.com/cenkalti/backoff/v5"
	goprogress "github.com/wagoodman/go-progress"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/transport"
)

// standardServer is grype's own.
const standardServer = "https://grype.anchore.io/databases"

// maxLatest is the most bytes that the document with the newest archive may have.
const maxLatest = 1 << 20

// client asks an update server for databases, as a distribution.Client. Unlike grype's own it speaks HTTP only, through the
// caller's transport with its time limits, and tells nobody the password or signature that the server's address may hold:
// grype writes the address of what it downloads beside the database, from where reports take it.
type client struct {
	ctx     context.Context // grype's curator passes none on
	http    *http.Client
	latest  *url.URL  // of the document that describes the newest archive
	archive *url.URL  // the one to download, once ResolveArchiveURL was asked
	sum     string    // of it
	cached  record    // says what the cached database is
	floor   time.Time // no database that was built earlier replaces the cached one; zero for none
	now     func() time.Time
	only    bool // no imported database counts
	warn    func(format string, args ...any)
	meters  progress.Reporter
	pin     *Pin // names the one database to fetch; nil for the newest
	limits  Retry
	most    int64                        // bytes of an archive
	space   func(dir string) *disk.Space // for what is downloaded into a directory
}

func newClient(ctx context.Context, cfg Config, s Server) (*client, error) {
	latest, err := parseServer(cmp.Or(string(s), standardServer))
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(latest.Path, ".json") {
		latest = latest.JoinPath(fmt.Sprintf("v%d", v6.ModelVersion), distribution.LatestFileName)
	}
	network := cfg.Transport
	if network == nil {
		network = transport.Direct()
	}
	return &client{
		ctx: ctx, latest: latest, only: cfg.OnlyServer, pin: cfg.Pin, warn: cfg.warn, now: cfg.now, meters: cfg.Meters, limits: cfg.Retry, most: maxDatabase,
		space: func(dir string) *disk.Space { return cfg.space(dir, !cfg.NoCache) },
		http:  &http.Client{Transport: network, CheckRedirect: checkRedirect},
	}, nil
}

// awaiting says that a host is to answer.
func awaiting(meters progress.Reporter, host string) *progress.Meter {
	return progress.Wait(meters, fmt.Sprintf("waiting for %s, where the advisory database comes from", host))
}

// checkRedirect follows no redirect from HTTPS to plain HTTP: what says which archive is the right one comes by this way. Nor does the
// next host learn by which address it was found, which may hold a signature (RFC 9110, section 10.1.3).
func checkRedirect(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer")
	if r.URL.Scheme != "https" && via[0].URL.Scheme == "https" {
		return backoff.Permanent(errors.New("it leads away from HTTPS"))
	}
	if len(via) >= 10 {
		return backoff.Permanent(errors.New("it leads on and on"))
	}
	return nil
}

// Latest reads which archive is the newest.
func (c *client) Latest() (*distribution.LatestDocument, error) {
	var document []byte
	err := c.limits.run(c.ctx, c.meters, func(ctx context.Context) (bool, error) {
		resp, err := c.get(ctx, c.latest, nil)
		if err != nil {
			return false, err
		}
		defer resp.Body.Close()
		if document, err = io.ReadAll(io.LimitReader(resp.Body, maxLatest)); err != nil {
			err = brokeOff(c.latest.Host, int64(len(document)), resp.ContentLength, err)
		}
		return false, err
	})
	if err != nil {
		return nil, err
	}
	latest, err := distribution.NewLatestFromReader(bytes.NewReader(document))
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(document), []byte("<")):
		return nil, fmt.Errorf("%s is a web page and names no database", redact.URL(c.latest.String()))
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", redact.URL(c.latest.String()), err)
	case latest == nil || latest.Path == "" || latest.Checksum == "":
		return nil, fmt.Errorf("%s names no database", redact.URL(c.latest.String()))
	case latest.SchemaVersion.Model != v6.ModelVersion:
		return nil, fmt.Errorf("%s names a database of schema %s, this version of layergate reads schema %d", redact.URL(c.latest.String()), latest.SchemaVersion, v6.ModelVersion)
	}
	c.warnOfEnd(latest.Status)
	return latest, nil
}

// warnOfEnd says that the server will have no more databases that this version reads, where its document says so.
func (c *client) warnOfEnd(status distribution.Status) {
	says := ""
	switch status {
	case distribution.StatusDeprecated:
		says = "will soon have no new advisory databases"
	case distribution.StatusEndOfLife:
		says = "has no new advisory databases"
	default:
		return
	}
	c.warn("%s %s of schema %d, the one that this version of layergate reads: install a newer version, or use another source",
		redact.URL(c.latest.String()), says, v6.ModelVersion)
}

// IsUpdateAvailable returns the newest archive, unless the cached database is that one already. A database that a person
// imported stays until a newer one is there, and so does one of the server that is newer than what it names now, where no others write to
// the cache. Of any other, its own build date says nothing: whoever made it chose that. For a
// pin it returns the pinned one's, whatever is cached.
func (c *client) IsUpdateAvailable(current *v6.Description) (*distribution.Archive, error) {
	archive, err := c.wanted(current)
	if err != nil {
		err = &clientError{err}
	}
	return archive, err
}

// wanted is the archive that IsUpdateAvailable returns.
func (c *client) wanted(current *v6.Description) (*distribution.Archive, error) {
	if c.pin != nil {
		return c.pinned()
	}
	latest, err := c.Latest()
	if err != nil {
		return nil, err
	}
	switch {
	case current == nil:
		return &latest.Archive, nil
	case !c.only && c.cached.from(c.latest) && current.Built.After(latest.Built.Time):
		c.warn("%s names an older advisory database, built %s, than the one that it gave before, which stays: that was built %s",
			redact.URL(c.latest.String()), latest.Built.UTC().Format(time.RFC3339), current.Built.UTC().Format(time.RFC3339))
		return nil, nil
	case !c.only && c.cached.imported() && !latest.Built.After(current.Built.Time), c.cached.of(latest.Checksum):
		return nil, nil
	}
	if !c.only && (c.cached.from(c.latest) || c.cached.imported()) {
		c.floor = current.Built.Time
	}
	return &latest.Archive, nil
}

// ResolveArchiveURL remembers the archive for Download, and returns what grype writes down beside the database: the address
// that may be shown for it, with its checksum, as parseRecord reads it.
func (c *client) ResolveArchiveURL(archive distribution.Archive) (string, error) {
	where := *c.latest
	where.Path, where.RawPath = path.Join(path.Dir(where.Path), path.Clean("/"+archive.Path)), ""
	c.archive, c.sum = &where, archive.Checksum
	return redact.URL(where.String()) + "?" + url.Values{checksumParameter: {archive.Checksum}}.Encode(), nil
}

// Download unpacks the archive that was resolved last into a new directory in dir, and returns the directory.
func (c *client) Download(_, dir string, done *goprogress.Manual) (string, error) {
	defer done.SetCompleted()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the directory of the advisory database: %w", err)
	}
	into, err := os.MkdirTemp(dir, "layergate-db-download")
	if err != nil {
		return "", fmt.Errorf("making a directory for the advisory database: %w", err)
	}
	if err := c.download(into); err != nil {
		return "", errors.Join(&clientError{fmt.Errorf("downloading %s: %w", redact.URL(c.archive.String()), err)}, os.RemoveAll(into))
	}
	return into, nil
}

func (c *client) download(into string) error {
	archive, err := c.fetch(into)
	if err != nil {
		return err
	}
	defer os.Remove(archive)
	head, err := readHead(archive)
	if err != nil {
		return err
	}
	form := archiveForm(head)
	if form == "" {
		return errors.New("it is no archive of a database")
	}
	sum, err := unpack(c.ctx, archive, form, into, c.space(into))
	if err != nil { // which says little where it is not the whole archive
		sum, _ = fileDigest(c.ctx, archive)
	}
	if sum != "" && sum != c.sum {
		return c.wrongSum(archive, sum)
	}
	if err != nil {
		return err
	}
	return c.checkBuilt(filepath.Join(into, v6.VulnerabilityDBFileName))
}

// checkBuilt refuses a database whose own build date does not let it replace the cached one, whatever the server says of it.
func (c *client) checkBuilt(file string) error {
	description, err := v6.ReadDescription(file)
	if err != nil {
		return fmt.Errorf("reading when it was built: %w", err)
	}
	built := description.Built.Time
	switch {
	case inFuture(built, c.now()):
		return fault.WithHint(fmt.Errorf("it was built in the future, at %s", built.UTC().Format(time.RFC3339)), hintFuture())
	case built.Before(c.floor):
		return fmt.Errorf("it was built %s, before the one that is here, which was built %s", built.UTC().Format(time.RFC3339), c.floor.UTC().Format(time.RFC3339))
	}
	return nil
}

// fetch downloads the archive that was resolved last into a new file in dir. Its checksum is not compared yet.
func (c *client) fetch(dir string) (string, error) {
	archive, err := os.CreateTemp(dir, "archive-")
	if err != nil {
		return "", err
	}
	t := &transfer{client: c, into: &file{into: archive, space: c.space(dir)}}
	if err := errors.Join(t.run(), archive.Close()); err != nil {
		return "", errors.Join(err, os.Remove(archive.Name()))
	}
	return archive.Name(), nil
}

// wrongSum says that a file is not the archive that the update server has named.
func (c *client) wrongSum(file, sum string) error {
	size := int64(-1)
	if info, err := os.Stat(file); err == nil {
		size = info.Size()
	}
	return fault.WithHint(fmt.Errorf("%s sent %d bytes with the checksum %s, and says that the archive has %s", c.archive.Host, size, sum, c.sum),
		fault.Hintf("what the server has is damaged or not whole: tell whoever runs it, and name another source with %s", fault.Input("db")))
}

// clientError is an error of the client's own, which grype's curator wraps in words that are said already.
type clientError struct{ error }

// Unwrap returns the error.
func (e *clientError) Unwrap() error { return e.error }

// get asks for a document, or with a header Range for a part of it. Its errors show no more of the address than Latest and Download do.
func (c *client) get(ctx context.Context, address *url.URL, header http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, backoff.Permanent(errors.New("its address is not valid"))
	}
	maps.Copy(r.Header, header)
	r.Header.Set("User-Agent", "layergate")
	defer awaiting(c.meters, address.Host).End()
	resp, err := c.http.Do(r)
	var failed *url.Error // which repeats the address
	if errors.As(err, &failed) {
		err = failed.Err
	}
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", address.Host, err)
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent {
		resp.Body.Close()
		return nil, newRefusal(address, resp)
	}
	return resp, nil
}
