package forge_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/forgetest"
)

// A record is sent again where GitHub fails or has had too many requests, as long as it asks for and no more often than four times. What else
// it refuses is said with what helps.
func TestRecordStorage(t *testing.T) {
	t.Parallel()
	const s = time.Second
	tests := []struct {
		name     string
		status   int
		header   []string // name, value, …
		message  string   // empty for another
		refusals int      // before the server answers as it should
		waits    []time.Duration
		fails    string // empty where it is recorded
		hint     string
	}{
		{name: "at once"},
		{name: "fails once", status: 502, refusals: 1, waits: []time.Duration{s}},
		{name: "fails three times", status: 500, refusals: 3, waits: []time.Duration{s, 2 * s, 4 * s}},
		{name: "keeps failing", status: 503, refusals: 99, waits: []time.Duration{s, 2 * s, 4 * s}, fails: "503 Service Unavailable", hint: "githubstatus.com"},
		{name: "fails and asks to wait", status: 503, header: []string{"Retry-After", "9"}, refusals: 1, waits: []time.Duration{9 * s}},
		{name: "knows no such request", status: 501, refusals: 99, fails: "501 Not Implemented", hint: "githubstatus.com"},
		{name: "too many requests", status: 429, header: []string{"Retry-After", "60"}, refusals: 1, waits: []time.Duration{60 * s}},
		{name: "too many requests, as forbidden", status: 403, header: []string{"Retry-After", "5"}, refusals: 1, waits: []time.Duration{5 * s}},
		{name: "too many requests, without a time", status: 429, refusals: 1, waits: []time.Duration{60 * s}},
		{name: "too many requests for an hour", status: 429, header: []string{"Retry-After", "3600"}, refusals: 99, fails: "429 Too Many Requests: because (it asks to wait 1h0m0s)", hint: "run it again later"},
		{name: "too many requests, by its word alone", status: 403, message: "You have exceeded a secondary rate limit.", refusals: 1, waits: []time.Duration{60 * s}},
		{name: "no request left", status: 403, header: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1000000030", "Date", "Sun, 09 Sep 2001 01:46:40 GMT"}, refusals: 1, waits: []time.Duration{30 * s}},
		{name: "no request left for an hour", status: 403, header: []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1000003600", "Date", "Sun, 09 Sep 2001 01:46:40 GMT"}, refusals: 99, fails: "(it asks to wait 1h0m0s)", hint: "run it again later"},
		{name: "a wrong token", status: 401, refusals: 99, fails: "401 Unauthorized", hint: "the token is wrong or has expired"},
		{name: "a missing right", status: 403, header: []string{"X-RateLimit-Remaining", "59"}, refusals: 99, fails: "403 Forbidden", hint: "artifact-metadata: write"},
		{name: "nothing there", status: 404, refusals: 99, fails: "404 Not Found", hint: "GitHub Enterprise Server"},
		{name: "what it does not take", status: 422, refusals: 99, fails: "422 Unprocessable Entity: because", hint: "what it does not take"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := forgetest.Start("job-token")
			t.Cleanup(server.Close)
			left := tt.refusals
			server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
				if left--; left < 0 {
					return false
				}
				for pair := range slices.Chunk(tt.header, 2) {
					w.Header().Set(pair[0], pair[1])
				}
				http.Error(w, fmt.Sprintf(`{"message": %q}`, cmp.Or(tt.message, "because")), tt.status)
				return true
			}
			var waits []time.Duration
			g, err := forge.NewGitHub(forge.Config{API: server.URL + "/api/v3", Token: "job-token", Wait: func(_ context.Context, d time.Duration) error {
				waits = append(waits, d)
				return nil
			}}, server.URL+"/api/graphql", "team/app")
			if err != nil {
				t.Fatal(err)
			}
			err = g.RecordStorage(t.Context(), "team", forge.StorageRecord{
				Name: "app", Digest: "sha256:" + strings.Repeat("0", 64), RegistryURL: "https://registry.example", GitHubRepository: "app",
			})
			if fmt.Sprint(waits) != fmt.Sprint(tt.waits) {
				t.Errorf("RecordStorage() waited for %v, want %v", waits, tt.waits)
			}
			hints := strings.Join(fault.Hints(err), "\n")
			switch {
			case tt.fails == "" && (err != nil || len(server.StorageRecords()) != 1):
				t.Errorf("RecordStorage() = %v with %d records, want one", err, len(server.StorageRecords()))
			case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails) || !strings.Contains(hints, tt.hint)):
				t.Errorf("RecordStorage() = %v with the hints %q, want %q and %q", err, hints, tt.fails, tt.hint)
			}
		})
	}
}

// An answer that lists no record of the digest is none about it, whatever its status says.
func TestRecordStorageIsListed(t *testing.T) {
	t.Parallel()
	digest, other := "sha256:"+strings.Repeat("0", 64), "sha256:"+strings.Repeat("1", 64)
	for answer, listed := range map[string]bool{
		`{"total_count":1,"storage_records":[{"id":1,"digest":"` + digest + `"}]}`:                   true,
		`{"storage_records":[{"id":1,"digest":"` + other + `"},{"id":2,"digest":"` + digest + `"}]}`: true,
		`{"storage_records":[{"id":1}]}`:                          true,
		`{"total_count":0,"storage_records":[]}`:                  false,
		`{"storage_records":[{"id":1,"digest":"` + other + `"}]}`: false,
		`{}`:     false,
		`null`:   false,
		`"fine"`: false,
	} {
		server := forgetest.Start("job-token")
		t.Cleanup(server.Close)
		server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, answer)
			return true
		}
		g, err := forge.NewGitHub(forge.Config{API: server.URL + "/api/v3", Token: "job-token"}, server.URL+"/api/graphql", "team/app")
		if err != nil {
			t.Fatal(err)
		}
		if err := g.RecordStorage(t.Context(), "team", forge.StorageRecord{Digest: digest}); (err == nil) != listed {
			t.Errorf("RecordStorage() = %v for the answer %s, want an error: %t", err, answer, !listed)
		}
	}
}

// What somebody may read once more, and what is written twice by a second try, are sent again differently.
func TestCallIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := forgetest.Start("job-token")
	t.Cleanup(server.Close)
	server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	g, err := forge.NewGitHub(forge.Config{API: server.URL + "/api/v3", Token: "job-token"}, server.URL+"/api/graphql", "team/app")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Call(t.Context(), http.MethodPost, g.Repository+"/issues", map[string]string{}, nil); err == nil || len(server.Requests()) != 1 {
		t.Errorf("Call() = %v after %d requests, want an error after one", err, len(server.Requests()))
	}
}
