package vulndb

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/transport"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// quick has a failure tried again at once.
func quick(tries int) Retry { return Retry{Tries: tries, First: time.Nanosecond} }

// unreliable is an update server that answers the requests for its archive by answers, in their order, and then as it should.
type unreliable struct {
	*httptest.Server
	mu      sync.Mutex
	answers []func(w http.ResponseWriter, r *http.Request, archive []byte)
	ranges  []string // of the requests for the archive
}

func newUnreliable(t *testing.T, answers ...func(http.ResponseWriter, *http.Request, []byte)) *unreliable {
	t.Helper()
	address, _ := updateServer(t)
	u := &unreliable{answers: answers}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp, err := http.Get(address + r.URL.Path)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		if answer := u.next(r); answer != nil {
			answer(w, r, body)
			return
		}
		w.Header().Set("ETag", `"one"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}))
	t.Cleanup(u.Close)
	return u
}

// next is the answer to a request for the archive; nil for the right one.
func (u *unreliable) next(r *http.Request) func(http.ResponseWriter, *http.Request, []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, ".json") {
		return nil
	}
	u.ranges = append(u.ranges, r.Header.Get("Range"))
	if len(u.answers) == 0 {
		return nil
	}
	answer := u.answers[0]
	u.answers = u.answers[1:]
	return answer
}

// cut breaks off after some bytes of the answer, which is named by tag where that is not empty.
func cut(after int, tag string) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, r *http.Request, archive []byte) {
		from, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"))
		if tag != "" {
			w.Header().Set("ETag", tag)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(archive)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(archive)-1, len(archive)))
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(archive[from : from+after])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// refuse answers with a status, and a header where a value is given.
func refuse(status int, header ...string) func(http.ResponseWriter, *http.Request, []byte) {
	return func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		if len(header) > 0 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(status)
	}
}

func TestTransferGoesOn(t *testing.T) {
	t.Parallel()
	otherPart := func(w http.ResponseWriter, r *http.Request, archive []byte) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(archive)-1, len(archive)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(archive)
	}
	tests := []struct {
		name    string
		answers []func(http.ResponseWriter, *http.Request, []byte)
		want    []string // the ranges that are asked for
	}{
		{"at once", nil, []string{""}},
		{"where it broke off", []func(http.ResponseWriter, *http.Request, []byte){cut(1000, `"one"`), cut(500, `"one"`)}, []string{"", "bytes=1000-", "bytes=1500-"}},
		{"more often than there are tries, as long as something arrives", []func(http.ResponseWriter, *http.Request, []byte){
			cut(10, `"one"`), cut(10, `"one"`), cut(10, `"one"`), cut(10, `"one"`)}, []string{"", "bytes=10-", "bytes=20-", "bytes=30-", "bytes=40-"}},
		{"from the first byte where the archive is another by now", []func(http.ResponseWriter, *http.Request, []byte){cut(1000, `"before"`)}, []string{"", "bytes=1000-"}},
		{"from the first byte where the server names nothing", []func(http.ResponseWriter, *http.Request, []byte){cut(1000, "")}, []string{"", ""}},
		{"from the first byte where the name says little", []func(http.ResponseWriter, *http.Request, []byte){cut(1000, `W/"one"`)}, []string{"", ""}},
		{"from the first byte where the server refuses a part", []func(http.ResponseWriter, *http.Request, []byte){
			cut(1000, `"one"`), refuse(http.StatusRequestedRangeNotSatisfiable)}, []string{"", "bytes=1000-", ""}},
		{"where the server sends another part", []func(http.ResponseWriter, *http.Request, []byte){cut(1000, `"one"`), otherPart}, []string{"", "bytes=1000-", "bytes=1000-"}},
		{"when it is asked to", []func(http.ResponseWriter, *http.Request, []byte){refuse(http.StatusTooManyRequests, "Retry-After", "0")}, []string{"", ""}},
		{"behind a gateway that fails", []func(http.ResponseWriter, *http.Request, []byte){refuse(http.StatusBadGateway)}, []string{"", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := newUnreliable(t, tt.answers...)
			var told progresstest.Recorder
			db := open(t, Config{Sources: []Source{Server(server.URL)}, CacheDir: t.TempDir(), AutoUpdate: true, Retry: quick(3), Meters: &told})
			vulndbtest.MinimistMatches(t, db.Provider())
			vulndbtest.Diff(t, "ranges", server.ranges, tt.want)
			if work, running := told.Ended(); len(work) != 1 || running != 0 || !sameCount(work[0]) {
				t.Errorf("told %q, and %d have not ended; want one download of all bytes", work, running)
			}
		})
	}
}

// sameCount tells whether all bytes of some work are done.
func sameCount(work string) bool {
	_, count, _ := strings.Cut(work, ": ")
	done, total, found := strings.Cut(count, " of ")
	return found && done == total && total != "0"
}

func TestTransferGivesUp(t *testing.T) {
	t.Parallel()
	repeat := func(n int, answer func(http.ResponseWriter, *http.Request, []byte)) (list []func(http.ResponseWriter, *http.Request, []byte)) {
		for range n {
			list = append(list, answer)
		}
		return list
	}
	tests := []struct {
		name    string
		answers []func(http.ResponseWriter, *http.Request, []byte)
		retry   Retry
		asked   int
		want    []string // in the error or its hints
	}{
		{"a server out of order", repeat(9, refuse(http.StatusInternalServerError)), quick(3), 3, []string{"answers with 500 Internal Server Error"}},
		{"a server that sends nothing", repeat(9, cut(0, `"one"`)), quick(2), 2, []string{"127.0.0.1", "broke off after 0 of ", "a proxy or a firewall on the way"}},
		{"a longer wait than there is time", repeat(9, refuse(http.StatusTooManyRequests, "Retry-After", "3600")), Retry{Tries: 3, Total: time.Minute}, 1,
			[]string{"answers with 429 Too Many Requests, and asks to wait 1h0m0s, longer than the 1m0s that all may take", "run it again later", "keep the database between runs with cache-dir"}},
		{"what is not there", repeat(9, refuse(http.StatusNotFound)), quick(3), 1, []string{"answers with 404 Not Found", "check the address in db or db-url"}},
		{"a password that is missing", repeat(9, refuse(http.StatusForbidden)), quick(3), 1, []string{"answers with 403 Forbidden", "https://USER:PASSWORD@HOST/PATH"}},
		{"a proxy that wants a password", repeat(9, refuse(http.StatusProxyAuthRequired)), quick(3), 1, []string{"the proxy before 127.0.0.1", "407", "http://USER:PASSWORD@HOST:PORT"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := newUnreliable(t, tt.answers...)
			_, err := Open(t.Context(), Config{Sources: []Source{Server(server.URL)}, CacheDir: t.TempDir(), AutoUpdate: true, Retry: tt.retry, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)})
			if err == nil {
				t.Fatal("Open() = nil, want an error")
			}
			text := err.Error() + " " + strings.Join(fault.Hints(err), " ")
			for _, part := range tt.want {
				if !strings.Contains(text, part) {
					t.Errorf("Open() = %q, want it to contain %q", text, part)
				}
			}
			if len(server.ranges) != tt.asked {
				t.Errorf("the archive was asked for %d times, want %d", len(server.ranges), tt.asked)
			}
		})
	}
}

// An archive that lies truncated on the server is told by its bytes and its checksum, whoever reads it.
func TestTransferOfHalfAnArchive(t *testing.T) {
	t.Parallel()
	half := func(w http.ResponseWriter, _ *http.Request, archive []byte) { _, _ = w.Write(archive[:1000]) }
	for name, read := range map[string]func(Config) error{
		"Open":  func(cfg Config) error { _, err := Open(t.Context(), cfg); return err },
		"Fetch": func(cfg Config) error { _, err := Fetch(t.Context(), cfg, t.TempDir()); return err },
	} {
		err := read(sourcesConfig(t, Server(newUnreliable(t, half).URL)))
		vulndbtest.WantError(t, err, false, "127.0.0.1", "sent 1000 bytes with the checksum sha256:", "says that the archive has sha256:")
		if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "damaged or not whole") || strings.Contains(err.Error(), "EOF") || strings.Contains(err.Error(), "unable to") {
			t.Errorf("%s() = %v with the hints %q", name, err, hints)
		}
	}
}

// What breaks off says how much of how much has come; where nobody says how much it is, how much has come.
func TestBrokeOff(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"host broke off after 5 of 10 bytes":                           brokeOff("host", 5, 10, io.ErrUnexpectedEOF),
		"host broke off after 5 bytes":                                 brokeOff("host", 5, -1, io.ErrUnexpectedEOF),
		"host broke off after 5 of 10 bytes: connection reset by peer": brokeOff("host", 5, 10, syscall.ECONNRESET),
	} {
		if err.Error() != want {
			t.Errorf("brokeOff() = %q, want %q", err, want)
		}
	}
	if !passes(brokeOff("host", 5, 10, io.ErrUnexpectedEOF)) {
		t.Error("what broke off is not asked for again")
	}
}

// A hint fits whoever refused, and stands alone: a network that answers needs no check.
func TestRefusalHints(t *testing.T) {
	t.Parallel()
	denied := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(denied.Close)
	leads := httptest.NewServer(http.RedirectHandler(denied.URL, http.StatusFound))
	t.Cleanup(leads.Close)
	withLogin := func(address string) string { return strings.Replace(address, "://", "://robot:hush@", 1) }
	for name, tt := range map[string]struct{ address, err, hint string }{
		"without a login":   {denied.URL, "answers with 401 Unauthorized", "where the server wants a login, write it into the address in db or db-url"},
		"with a wrong one":  {withLogin(denied.URL), "answers with 401 Unauthorized", "check the user and the password in the address in db or db-url"},
		"at another server": {withLogin(leads.URL), "to which 127.0.0.1", "where the server wants a login"},
	} {
		_, err := Open(t.Context(), sourcesConfig(t, Server(tt.address)))
		vulndbtest.WantError(t, err, false, tt.err)
		if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], tt.hint) {
			t.Errorf("%s: hints = %q, want only %q", name, hints, tt.hint)
		}
	}
}

// Who waits is told for what: for a server that has not answered, and until it is asked again.
func TestWaitsAreTold(t *testing.T) {
	t.Parallel()
	server := newUnreliable(t, refuse(http.StatusTooManyRequests, "Retry-After", "0"))
	host := strings.TrimPrefix(server.URL, "http://")
	cfg := sourcesConfig(t, Server(server.URL))
	var told progresstest.Recorder
	cfg.Meters, cfg.Retry = &told, quick(2)
	open(t, cfg)
	answer := "waiting for " + host + ", where the advisory database comes from"
	vulndbtest.Diff(t, "waits", told.Waits(), []string{
		answer, answer, "waiting 0s to ask for the advisory database again: " + host + " answers with 429 Too Many Requests", answer,
	})
	if _, running := told.Ended(); running != 0 {
		t.Errorf("%d waits have not ended", running)
	}
}

// A run that ends while a source is silent says which one.
func TestPendingSource(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	registry := func(ctx context.Context, _ string) (RemoteArchive, error) {
		<-ctx.Done()
		return RemoteArchive{}, context.Cause(ctx)
	}
	for _, s := range []Source{Server(silent.URL), Repository("registry.example/db:1")} {
		cfg := sourcesConfig(t, s)
		cfg.Pull, cfg.UnpackDir = registry, t.TempDir()
		for name, ask := range map[string]func(context.Context) error{
			"Open":   func(ctx context.Context) error { _, err := Open(ctx, cfg); return err },
			"Update": func(ctx context.Context) error { _, err := Update(ctx, cfg); return err },
			"Fetch":  func(ctx context.Context) error { _, err := Fetch(ctx, cfg, t.TempDir()); return err },
		} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, errors.New("it took too long"))
			err := ask(ctx)
			cancel()
			var pending *PendingError
			if !errors.As(err, &pending) || pending.Source != s.String() || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s() = %v, want that %s was waited for", name, err, s)
			}
		}
	}
}

func TestRetryHasATotalLimit(t *testing.T) {
	t.Parallel()
	limits := Retry{Tries: 1 << 30, First: time.Nanosecond, Total: 50 * time.Millisecond}
	err := limits.run(t.Context(), nil, func(ctx context.Context) (bool, error) {
		<-ctx.Done()
		return true, context.Cause(ctx)
	})
	if err == nil || !strings.Contains(err.Error(), "was not there within 50ms") {
		t.Errorf("run() = %v, want the limit", err)
	}
}

func TestRetryEndsWithTheRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	err := Retry{First: time.Hour}.run(ctx, nil, func(context.Context) (bool, error) {
		cancel()
		return false, errors.New("fails")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("run() = %v, want the context's error", err)
	}
}

func TestPasses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"nobody is there":              {fmt.Errorf("asking: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), false},
		"no such name":                 {&net.DNSError{IsNotFound: true}, false},
		"a name server fails":          {&net.DNSError{IsTemporary: true}, true},
		"another certificate":          {fmt.Errorf("asking: %w", &tls.CertificateVerificationError{Err: errors.New("expired")}), false},
		"a cut connection":             {io.ErrUnexpectedEOF, true},
		"a proxy that refuses":         {fault.WithHint(&transport.ProxyError{Status: http.StatusProxyAuthRequired}, "log in"), false},
		"a proxy that answers nothing": {fault.WithHint(&transport.ProxyError{Err: io.EOF}, "see whether it runs"), true},
		"a proxy that reaches nothing": {fault.WithHint(&transport.ProxyError{Status: http.StatusBadGateway}, "wait"), true},
		"for good":                     {fmt.Errorf("asking: %w", backoff.Permanent(errors.New("it leads away"))), false},
	} {
		if got := passes(tt.err); got != tt.want {
			t.Errorf("%s: passes(%v) = %t, want %t", name, tt.err, got, tt.want)
		}
	}
}

// An archive without an end is cut at what one may have, and its hint says that the network is not to blame.
func TestTransferThatIsTooLarge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want string }{
		{"unsaid", "did not say how large it is, and sent more than the 1000 bytes that an archive may have"},
		{"said", "bytes, more than the 1000 that are allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := newUnreliable(t, func(w http.ResponseWriter, _ *http.Request, archive []byte) {
				if tt.name == "said" {
					w.Header().Set("Content-Length", strconv.Itoa(len(archive)))
				}
				for { // until nobody reads on
					if _, err := w.Write(archive); err != nil {
						return
					}
				}
			})
			client, err := newClient(t.Context(), Config{Retry: quick(3)}, Server(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			client.most = 1000
			dir := t.TempDir()
			_, err = client.newest(dir)
			vulndbtest.WantError(t, err, false, tt.want)
			if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "something else is sent") {
				t.Errorf("the hints are %q", hints)
			}
			vulndbtest.IsEmpty(t, dir)
			if len(server.ranges) != 1 {
				t.Errorf("it was asked for %d times", len(server.ranges))
			}
		})
	}
}

// An archive may be as large as one may have.
func TestTransferOfTheLargest(t *testing.T) {
	t.Parallel()
	server, _ := updateServer(t)
	client, err := newClient(t.Context(), Config{Retry: quick(1)}, Server(server))
	if err != nil {
		t.Fatal(err)
	}
	file, err := client.newest(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	for most, fits := range map[int64]bool{stat.Size(): true, stat.Size() - 1: false} {
		client.most = most
		if _, err := client.newest(t.TempDir()); (err == nil) != fits {
			t.Errorf("newest() of %d bytes, of which it may have %d = %v", stat.Size(), most, err)
		}
	}
}
