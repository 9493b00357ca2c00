package vulndb

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress/progresstest"
	"github.com/layergate/layergate/pkg/transport"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// The password and the signature of the server's address are used, and stand nowhere: not in what is told of the database,
// not beside it on disk, and not in any error.
func TestUpdateHidesSecrets(t *testing.T) {
	t.Parallel()
	address, broken := updateServer(t)
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "robot" || password != "hush" || r.URL.Query().Get("sig") != "hush" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.Redirect(w, r, address+r.URL.Path+"?sig=hush", http.StatusFound)
	}))
	t.Cleanup(mirror.Close)
	host := strings.TrimPrefix(mirror.URL, "http://")
	cache := t.TempDir()
	var warnings []string
	var told progresstest.Recorder
	cfg := Config{
		Meters: &told, Retry: quick(2),
		Sources: []Source{Server("http://robot:hush@" + host + "?sig=hush")}, CacheDir: cache, AutoUpdate: true, MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour),
		Warn: func(s string) { warnings = append(warnings, s) },
	}
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if work, open := told.Ended(); len(work) != 1 || !strings.HasPrefix(work[0], "fetching the advisory database: ") || open != 0 {
		t.Errorf("Open() told %q, and %d have not ended; want the download", work, open)
	}
	info := db.Info()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(info.From, mirror.URL+"/v6/vulnerability-db_v6") || strings.Contains(info.From, "hush") {
		t.Errorf("Info().From = %q, want the archive's address without its secrets", info.From)
	}
	err = filepath.WalkDir(cache, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if raw, err := os.ReadFile(path); err != nil || strings.Contains(string(raw), "hush") {
			t.Errorf("%s holds the secret, or cannot be read: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	broken.Store(true)
	for name, bad := range map[string]string{
		"refused":          "http://robot:hush@" + host + "?sig=hush",
		"wrong password":   "http://robot:hush-hush@" + host + "?sig=hush",
		"unreachable":      "http://robot:hush@127.0.0.1:1?sig=hush",
		"no address":       "http://robot:hush@[::1?sig=hush",
		"another protocol": "s3://hush:hush@bucket/db?sig=hush",
	} {
		wrong := cfg
		wrong.Sources, wrong.CacheDir = []Source{Server(bad)}, t.TempDir()
		_, err := Open(t.Context(), wrong)
		if err == nil || strings.Contains(strings.Join(append(fault.Hints(err), err.Error()), " "), "hush") {
			t.Errorf("%s: Open() = %v, want an error without the secret", name, err)
		}
	}
	// A cache that another client filled has the whole address.
	metadata := filepath.Join(cache, "6", "import.json")
	raw, err := os.ReadFile(metadata)
	if err != nil {
		t.Fatal(err)
	}
	raw = []byte(strings.Replace(string(raw), mirror.URL, "http://robot:hush@"+host, 1))
	if err := os.WriteFile(metadata, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.AutoUpdate = false
	vulndbtest.Diff(t, "Info()", open(t, cfg).Info(), info)
	for _, w := range warnings {
		if strings.Contains(w, "hush") {
			t.Errorf("a warning shows the secret: %s", w)
		}
	}
}

// A host that a redirect leads to learns neither the password nor the signature in the address of the first one.
func TestRedirectsTakeNoSecretAlong(t *testing.T) {
	t.Parallel()
	address, _ := updateServer(t)
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var learned []string
	forward := httputil.NewSingleHostReverseProxy(to)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		learned = append(learned, r.URL.RawQuery+r.Referer()+r.Header.Get("Authorization")+r.Header.Get("Cookie"))
		mu.Unlock()
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "hush" || r.URL.Query().Get("sig") != "hush" {
			t.Errorf("the mirror is asked for %s with the password %q, want both secrets", r.URL, password)
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "hush"})
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(mirror.Close)
	vulndbtest.MinimistMatches(t, open(t, sourcesConfig(t, Server(strings.Replace(mirror.URL, "://", "://robot:hush@", 1)+"?sig=hush"))).Provider())
	vulndbtest.Diff(t, "what the other host learned", learned, []string{"", ""})
}

// What an update server may get wrong leaves no database behind.
func TestUpdateServersThatAreWrong(t *testing.T) {
	t.Parallel()
	address, _ := updateServer(t)
	good, err := http.Get(address + "/v6/latest.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := io.ReadAll(good.Body)
	good.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	forward := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, address+r.URL.Path, http.StatusFound)
	}
	write := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
	}
	changed := func(old, new string) http.HandlerFunc {
		if !strings.Contains(string(document), old) {
			t.Fatalf("latest.json has no %s", old)
		}
		return write(strings.Replace(string(document), old, new, 1))
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	trickle := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	tests := []struct {
		name            string
		latest, archive http.HandlerFunc // nil sends on to the right one
		want            string
	}{
		{name: "no JSON", latest: write("nothing new"), want: "reading http"},
		{name: "a web page", latest: write("\n<html>"), want: "is a web page and names no database"},
		{name: "an empty document", latest: write("{}"), want: "names no database"},
		{name: "no checksum", latest: changed(`"checksum": "sha256:`, `"sum": "sha256:`), want: "names no database"},
		{name: "another checksum", latest: changed(`"checksum": "sha256:`, `"checksum": "sha256:00`), want: "with the checksum sha256:"},
		{name: "another schema", latest: changed(`"schemaVersion": "v6.`, `"schemaVersion": "v7.`), want: "reads schema 6"},
		{name: "an archive that is none", archive: write("<html>"), want: "it is no archive"},
		{name: "an archive that is gone", archive: http.NotFound, want: "404"},
		{name: "an archive that says it is too large", archive: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(maxDatabase+1))
			w.WriteHeader(http.StatusOK)
			trickle(w, r)
		}, want: "it has 5368709121 bytes, more than the 5368709120 that are allowed"},
		{name: "never an answer", latest: hang, want: "began no answer"},
		{name: "an answer without an end", latest: trickle, want: "did not go on"},
		{name: "an archive that stalls", archive: trickle, want: "did not go on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := tt.archive
				if strings.HasSuffix(r.URL.Path, "latest.json") {
					answer = tt.latest
				}
				if answer == nil {
					answer = forward
				}
				answer(w, r)
			}))
			t.Cleanup(server.Close)
			limited, err := transport.New(transport.Config{Limits: transport.Limits{Answer: time.Second, Stall: time.Second}})
			if err != nil {
				t.Fatal(err)
			}
			cache := t.TempDir()
			_, err = Open(t.Context(), Config{Sources: []Source{Server(server.URL)}, CacheDir: cache, AutoUpdate: true, Transport: limited, Retry: quick(2), MaxAge: 24 * time.Hour, Now: vulndbtest.Clock(time.Hour)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open() = %v, want %q", err, tt.want)
			}
			if left, err := os.ReadDir(cache); err != nil || len(left) != 1 || left[0].Name() != turnFile {
				t.Errorf("left behind: %v, %v; want only what runs wait for", left, err)
			}
		})
	}
}

// A server says when it will have no more databases of a schema; what it has is used as long as it is young enough.
func TestUpdateWarnsOfTheEnd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status  string
		warning string // none where empty
	}{
		{"active", ""},
		{"deprecated", "/v6/latest.json will soon have no new advisory databases of schema 6, the one that this version of layergate reads: install a newer version"},
		{"eol", "/v6/latest.json has no new advisory databases of schema 6, the one that this version of layergate reads: install a newer version"},
	}
	for _, tt := range tests {
		t.Run(tt.status, func(t *testing.T) {
			t.Parallel()
			from, _ := updateServer(t)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				resp, err := http.Get(from + r.URL.Path)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				content, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Error(err)
				}
				if strings.HasSuffix(r.URL.Path, "latest.json") {
					content = bytes.Replace(content, []byte(`"status": "active"`), []byte(`"status": "`+tt.status+`"`), 1)
				}
				_, _ = w.Write(content)
			}))
			t.Cleanup(server.Close)
			var warnings []string
			db := open(t, Config{
				Sources: []Source{Server(server.URL)}, CacheDir: t.TempDir(), AutoUpdate: true, MaxAge: 24 * time.Hour, Retry: quick(2),
				Warn: func(s string) { warnings = append(warnings, s) },
			})
			vulndbtest.MinimistMatches(t, db.Provider())
			if got := strings.Join(warnings, "\n"); !strings.Contains(got, tt.warning) || len(warnings) > 1 || (got == "") != (tt.warning == "") {
				t.Errorf("warnings = %q, want %q", got, tt.warning)
			}
		})
	}
}

// What says which archive is the right one does not come by plain HTTP where HTTPS was asked for.
func TestUpdateStaysEncrypted(t *testing.T) {
	t.Parallel()
	c, err := newClient(t.Context(), Config{}, "")
	if err != nil {
		t.Fatal(err)
	}
	from := &http.Request{URL: &url.URL{Scheme: "https", Host: "a"}}
	for scheme, want := range map[string]bool{"https": true, "http": false} {
		err := c.http.CheckRedirect(&http.Request{URL: &url.URL{Scheme: scheme, Host: "b"}}, []*http.Request{from})
		if (err == nil) != want {
			t.Errorf("a redirect from https to %s: %v, want it followed: %t", scheme, err, want)
		}
	}
}
