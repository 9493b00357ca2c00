package comment_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/comment"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/forgetest"
)

const (
	token  = "secret-token"
	marker = "<!-- layergate app -->"
)

// systems are the two APIs of a server.
func systems(t *testing.T, server *forgetest.Server, wait func(context.Context, time.Duration) error) map[string]comment.Conversation {
	t.Helper()
	cfg := forge.Config{API: server.URL + "/api/v3", Token: token, Transport: http.DefaultTransport, Wait: wait}
	gitHub, err := comment.NewGitHub(comment.GitHub{Config: cfg, GraphQL: server.URL + "/api/graphql", Repository: "team/app", Number: "7"})
	if err != nil {
		t.Fatal(err)
	}
	cfg.API = server.URL + "/collection/"
	azure, err := comment.NewAzureDevOps(comment.AzureDevOps{Config: cfg, Project: "project-id", Repository: "repo-id", Number: "7"})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]comment.Conversation{"GitHub": gitHub, "Azure DevOps": azure}
}

// onBoth runs a test on a server of its own for each system.
func onBoth(t *testing.T, test func(t *testing.T, server *forgetest.Server, to comment.Conversation)) {
	t.Helper()
	for _, name := range []string{"GitHub", "Azure DevOps"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := forgetest.Start(token)
			t.Cleanup(server.Close)
			test(t, server, systems(t, server, nil)[name])
		})
	}
}

func bodies(server *forgetest.Server) []string {
	var out []string
	for _, c := range server.Comments() {
		out = append(out, fmt.Sprintf("%d: %s", c.Author, c.Body))
	}
	return out
}

// One comment for each image is begun where that is wanted, and changed in its place from then on.
func TestWrite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		say := func(name, body string, create bool, want ...string) {
			t.Helper()
			before := len(server.Requests())
			if err := comment.Write(t.Context(), to, comment.Comment{Name: name, Body: body, Create: create}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, bodies(server)); diff != "" {
				t.Errorf("comments after %s said %q (-want +got):\n%s\n%q", name, body, diff, server.Requests()[before:])
			}
		}
		app := fmt.Sprintf("%d: <!-- layergate app -->\n", forgetest.Me)
		web := fmt.Sprintf("%d: <!-- layergate web -->\n", forgetest.Me)
		say("app", "clean", false)
		say("app", "blocked", true, app+"blocked")
		say("web", "blocked", true, app+"blocked", web+"blocked")
		say("app", "clean", false, app+"clean", web+"blocked")
		requests := len(server.Requests())
		say("app", "clean\r\n", true, app+"clean", web+"blocked")
		for _, r := range server.Requests()[requests:] {
			if strings.HasPrefix(r, "PATCH") {
				t.Errorf("a comment that says the same was written again: %s", r)
			}
		}
	})
}

// What somebody else wrote is left alone, whatever it begins with.
func TestPlantedComment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		server.Add(forgetest.Other, marker+"\nclean, says the fork")
		server.Add(forgetest.Me, "a quote of "+marker)
		if err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked"}); err != nil {
			t.Fatal(err)
		}
		if err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked", Create: true}); err != nil {
			t.Fatal(err)
		}
		want := []string{
			fmt.Sprintf("%d: %s\nclean, says the fork", forgetest.Other, marker),
			fmt.Sprintf("%d: a quote of %s", forgetest.Me, marker),
			fmt.Sprintf("%d: %s\nblocked", forgetest.Me, marker),
		}
		if diff := cmp.Diff(want, bodies(server)); diff != "" {
			t.Errorf("comments (-want +got):\n%s", diff)
		}
	})
}

// The comment is found on whatever page it is.
func TestManyComments(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		for range 250 {
			server.Add(forgetest.Other, "a word")
		}
		server.Add(forgetest.Me, marker+"\nblocked")
		if err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "clean", Create: true}); err != nil {
			t.Fatal(err)
		}
		got := server.Comments()
		if len(got) != 251 || got[250].Body != marker+"\nclean" {
			t.Errorf("%d comments, the last says %q, want 251 and the last changed", len(got), got[len(got)-1].Body)
		}
	})
}

// A comment that is too long ends at a line, and says where the whole is.
func TestLongComment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		long := strings.Repeat("a line of ümlauts\n", 5000)
		if err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: long, More: "It is in the artifact.", Create: true}); err != nil {
			t.Fatal(err)
		}
		got := server.Comments()[0].Body
		if len(got) > comment.Limit || len(got) < comment.Limit-200 || !strings.HasSuffix(got, "ümlauts\n\nIt is in the artifact.\n") {
			t.Errorf("a comment of %d bytes that ends in %q", len(got), got[len(got)-60:])
		}
	})
}

// What the server refuses is an error with a remedy.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound} {
		onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
			server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost || strings.HasSuffix(r.URL.Path, "graphql") {
					return false
				}
				http.Error(w, `{"message": "Resource not accessible by integration"}`, status)
				return true
			}
			err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked", Create: true})
			if err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) || !strings.Contains(err.Error(), "not accessible") {
				t.Fatalf("Write() = %v, want the refusal", err)
			}
			if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "pull-requests: write") {
				t.Errorf("hints %q", hints)
			}
		})
	}
}

// A page for people to sign in, or another tool's answer, is no comment.
func TestNoAnswerOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Sign in") },
		"203":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNonAuthoritativeInfo) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		},
	} {
		onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
			server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
				answer(w, r)
				return true
			}
			if err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked", Create: true}); err == nil {
				t.Errorf("%s is taken for an answer", name)
			}
		})
	}
}

// A redirect is followed at the same host. Another host gets nothing, neither the token nor the request.
func TestRedirect(t *testing.T) {
	t.Parallel()
	var heard atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	t.Cleanup(elsewhere.Close)
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost {
				return false
			}
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return true
		}
		err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked", Create: true})
		if err == nil || !strings.Contains(err.Error(), "where the token is not sent") || heard.Load() > 0 {
			t.Errorf("Write() = %v and the other host heard %d requests, want an error and none", err, heard.Load())
		}
	})
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Query().Has("moved") {
			return false
		}
		http.Redirect(w, r, r.URL.Path+"?moved", http.StatusTemporaryRedirect)
		return true
	}
	if err := comment.Write(t.Context(), systems(t, server, nil)["GitHub"], comment.Comment{Name: "app", Body: "blocked", Create: true}); err != nil || len(server.Comments()) != 1 {
		t.Errorf("Write() = %v and %d comments, want one behind the redirect", err, len(server.Comments()))
	}
}

// A server that has had too many requests is asked again once the time is over that it names, and not for ever.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status, refusals int
		after            string
		waits            []time.Duration
		fails            bool
	}{
		"once":           {status: http.StatusTooManyRequests, refusals: 1, after: "7", waits: []time.Duration{7 * time.Second}},
		"at GitHub":      {status: http.StatusForbidden, refusals: 2, after: "1", waits: []time.Duration{time.Second, time.Second}},
		"always":         {status: http.StatusTooManyRequests, refusals: 99, after: "1", waits: []time.Duration{time.Second, time.Second}, fails: true},
		"for an hour":    {status: http.StatusTooManyRequests, refusals: 1, after: "3600", fails: true},
		"without a time": {status: http.StatusTooManyRequests, refusals: 1, fails: true},
	} {
		for _, system := range []string{"GitHub", "Azure DevOps"} {
			t.Run(name+" "+system, func(t *testing.T) {
				t.Parallel()
				server := forgetest.Start(token)
				t.Cleanup(server.Close)
				refused := 0
				server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
					if refused++; refused > tt.refusals {
						return false
					}
					if tt.after != "" {
						w.Header().Set("Retry-After", tt.after)
					}
					w.WriteHeader(tt.status)
					return true
				}
				var waits []time.Duration
				to := systems(t, server, func(_ context.Context, d time.Duration) error {
					waits = append(waits, d)
					return nil
				})[system]
				err := comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: "blocked", Create: true})
				if (err != nil) != tt.fails {
					t.Errorf("Write() = %v, want a failure: %t", err, tt.fails)
				}
				if diff := cmp.Diff(tt.waits, waits); diff != "" {
					t.Errorf("waits (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// The token is sent to no address that others on the way could read, and nothing is written where it is not known what to.
func TestInvalidConversations(t *testing.T) {
	t.Parallel()
	good := comment.GitHub{Config: forge.Config{API: "https://api.github.com"}, GraphQL: "https://api.github.com/graphql", Repository: "team/app", Number: "7"}
	if _, err := comment.NewGitHub(good); err != nil {
		t.Errorf("NewGitHub(%+v): %v", good, err)
	}
	for _, host := range []string{"localhost", "127.0.0.1:8080", "[::1]:8080"} {
		if _, err := comment.NewAzureDevOps(comment.AzureDevOps{Config: forge.Config{API: "http://" + host}, Project: "p", Repository: "r", Number: "7"}); err != nil {
			t.Errorf("NewAzureDevOps at %s, this machine: %v", host, err)
		}
	}
	for name, change := range map[string]func(*comment.GitHub){
		"plain HTTP":           func(g *comment.GitHub) { g.API = "http://api.github.com" },
		"no address":           func(g *comment.GitHub) { g.API = "" },
		"GraphQL without TLS":  func(g *comment.GitHub) { g.GraphQL = "http://api.github.com/graphql" },
		"no owner":             func(g *comment.GitHub) { g.Repository = "/app" },
		"no name":              func(g *comment.GitHub) { g.Repository = "team/" },
		"a number of no end":   func(g *comment.GitHub) { g.Number = strings.Repeat("7", 19) },
		"a user":               func(g *comment.GitHub) { g.API = "https://user@api.github.com" },
		"GraphQL elsewhere":    func(g *comment.GitHub) { g.GraphQL = "https://elsewhere.example/graphql" },
		"no GraphQL":           func(g *comment.GitHub) { g.GraphQL = "" },
		"no repository":        func(g *comment.GitHub) { g.Repository = "app" },
		"a path in repository": func(g *comment.GitHub) { g.Repository = "team/app/../../user" },
		"no number":            func(g *comment.GitHub) { g.Number = "" },
		"a path in number":     func(g *comment.GitHub) { g.Number = "7/../8" },
	} {
		g := good
		change(&g)
		if _, err := comment.NewGitHub(g); err == nil {
			t.Errorf("NewGitHub with %s succeeded", name)
		}
	}
	for name, z := range map[string]comment.AzureDevOps{
		"no host":       {Config: forge.Config{API: "https:///team"}, Project: "p", Repository: "r", Number: "7"},
		"plain HTTP":    {Config: forge.Config{API: "http://dev.azure.com/team"}, Project: "p", Repository: "r", Number: "7"},
		"no project":    {Config: forge.Config{API: "https://dev.azure.com/team"}, Repository: "r", Number: "7"},
		"no repository": {Config: forge.Config{API: "https://dev.azure.com/team"}, Project: "p", Number: "7"},
		"no number":     {Config: forge.Config{API: "https://dev.azure.com/team"}, Project: "p", Repository: "r", Number: "seven"},
	} {
		if _, err := comment.NewAzureDevOps(z); err == nil {
			t.Errorf("NewAzureDevOps with %s succeeded", name)
		}
	}
	own := comment.AzureDevOps{Config: forge.Config{API: "http://tfs.example/team", PlainHTTP: true}, Project: "p", Repository: "r", Number: "7"}
	if _, err := comment.NewAzureDevOps(own); err != nil {
		t.Errorf("NewAzureDevOps of a server that has no other address than %s: %v", own.API, err)
	}
}
