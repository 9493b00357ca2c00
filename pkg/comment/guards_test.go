package comment_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/comment"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/forgetest"
)

// write writes a comment that is news.
func write(t *testing.T, to comment.Conversation, body string) error {
	t.Helper()
	return comment.Write(t.Context(), to, comment.Comment{Name: "app", Body: body, Create: true})
}

// A redirect neither leads round in circles nor changes what is asked for, nor leaves TLS or comes to it.
func TestRedirectsThatAreNotFollowed(t *testing.T) {
	t.Parallel()
	for name, redirect := range map[string]func(w http.ResponseWriter, r *http.Request, n int){
		"in circles": func(w http.ResponseWriter, r *http.Request, n int) {
			http.Redirect(w, r, fmt.Sprintf("%s?n=%d", r.URL.Path, n), http.StatusTemporaryRedirect)
		},
		"to another method": func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, r.URL.Path+"?n=1", http.StatusSeeOther)
		},
		"to another scheme": func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, "https://"+r.Host+r.URL.Path, http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
				n := 0
				server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
					if n++; r.Method == http.MethodPost && n < 8 {
						redirect(w, r, n)
						return true
					}
					return false
				}
				if err := write(t, to, "blocked"); err == nil || !strings.Contains(err.Error(), "where the token is not sent") {
					t.Errorf("Write() = %v, want a redirect that is not followed", err)
				}
			})
		})
	}
}

// Of an answer without an end only so much is read as an answer can have.
func TestLargeAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		const chunk, total = 1 << 20, 128 << 20
		sent := 0
		server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			blanks := []byte(strings.Repeat(" ", chunk))
			for ; sent < total; sent += chunk {
				if _, err := w.Write(blanks); err != nil {
					break
				}
			}
			return true
		}
		err := write(t, to, "blocked")
		server.Close() // once the answer is over
		if err == nil || !strings.Contains(err.Error(), "the answer is larger than") || sent == total {
			t.Errorf("Write() = %v after %d bytes, want a refusal before all %d", err, sent, total)
		}
	})
}

// Only a server that has had too many requests is asked again, at a time that it can name.
func TestNotAskedAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int
		after  string
		waits  int
	}{
		{http.StatusInternalServerError, "1", 0},
		{http.StatusTooManyRequests, "-1", 0},
		{http.StatusTooManyRequests, "soon", 0},
		{http.StatusTooManyRequests, "0", 2},
	} {
		server := forgetest.Start(token)
		t.Cleanup(server.Close)
		server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", tt.after)
			w.WriteHeader(tt.status)
			return true
		}
		waits := 0
		to := systems(t, server, func(context.Context, time.Duration) error { waits++; return nil })["GitHub"]
		if err := write(t, to, "blocked"); err == nil || waits != tt.waits {
			t.Errorf("Write() = %v after %d waits for %d with Retry-After: %s, want an error after %d", err, waits, tt.status, tt.after, tt.waits)
		}
	}
}

// A run that ends while it waits asks no more.
func TestEndedWhileWaiting(t *testing.T) {
	t.Parallel()
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	ended := errors.New("the run ended")
	to := systems(t, server, func(context.Context, time.Duration) error { return ended })["GitHub"]
	if err := write(t, to, "blocked"); !errors.Is(err, ended) || len(server.Requests()) != 1 {
		t.Errorf("Write() = %v after %d requests, want the end after 1", err, len(server.Requests()))
	}
}

// A server's message is shown as far as a line of a log has room.
func TestLongMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			http.Error(w, `{"message": "`+strings.Repeat("ü", 5000)+`"}`, http.StatusBadRequest)
			return true
		}
		if err := write(t, to, "blocked"); err == nil || strings.Count(err.Error(), "ü") != 300 {
			t.Errorf("Write() = %v, want 300 characters of the message", err)
		}
	})
}

// A comment that says the same in the server's own line ends is not written again.
func TestSameInOtherLineEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		server.Add(forgetest.Me, marker+"\r\nclean\r\nin all layers")
		if err := write(t, to, "clean\nin all layers"); err != nil {
			t.Fatal(err)
		}
		if got := server.Comments()[0].Body; !strings.Contains(got, "\r\n") {
			t.Errorf("the comment was written again: %q", got)
		}
	})
}

// Whose the token is, is asked only where that decides, and an answer that names nobody decides nothing.
func TestWhoseToken(t *testing.T) {
	t.Parallel()
	asksWho := func(r string) bool { return strings.Contains(r, "graphql") || strings.Contains(r, "connectionData") }
	onBoth(t, func(t *testing.T, server *forgetest.Server, to comment.Conversation) {
		server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
			if !asksWho(r.URL.Path) {
				return false
			}
			fmt.Fprint(w, `{}`)
			return true
		}
		if err := write(t, to, "blocked"); err != nil {
			t.Errorf("Write() = %v where there is no comment yet", err)
		}
		for _, r := range server.Requests() {
			if asksWho(r) {
				t.Errorf("the request %s decides nothing", r)
			}
		}
		if err := write(t, to, "clean"); err == nil || !strings.Contains(err.Error(), "the answer names nobody") {
			t.Errorf("Write() = %v, want that nobody is named", err)
		}
	})
}

// A server that never comes to its last comment is not read for ever.
func TestEndlessComments(t *testing.T) {
	t.Parallel()
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if page == 0 || page > 150 {
			return false
		}
		fmt.Fprint(w, "["+strings.Repeat(`{"body": "a word"}, `, 99)+`{"body": "a word"}]`)
		return true
	}
	if err := write(t, systems(t, server, nil)["GitHub"], "blocked"); err == nil || !strings.Contains(err.Error(), "more than 10000 comments") {
		t.Errorf("Write() = %v, want a refusal", err)
	}
}

// What was deleted in Azure Repos is still listed there, and no comment to change.
func TestDeletedInAzure(t *testing.T) {
	t.Parallel()
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	own := func(deleted bool) string {
		return fmt.Sprintf(`{"id": 1, "content": "%s\nblocked", "author": {"id": "user-%d"}, "isDeleted": %t}`, marker, forgetest.Me, deleted)
	}
	suppressed := true
	server.Answer = func(w http.ResponseWriter, r *http.Request) bool {
		suppressed = suppressed && r.Header.Get("X-TFS-FedAuthRedirect") == "Suppress"
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/threads") {
			return false
		}
		fmt.Fprintf(w, `{"value": [{"id": 1, "isDeleted": true, "comments": [%s]}, {"id": 2, "comments": [%s]}]}`, own(false), own(true))
		return true
	}
	if err := write(t, systems(t, server, nil)["Azure DevOps"], "clean"); err != nil || len(server.Comments()) != 1 {
		t.Errorf("Write() = %v and %d comments, want a new one", err, len(server.Comments()))
	}
	if !suppressed {
		t.Error("a request does not ask for a refusal in place of a page to sign in")
	}
}

// Names are elements of a path, whatever is in them.
func TestNamesInAddresses(t *testing.T) {
	t.Parallel()
	server := forgetest.Start(token)
	t.Cleanup(server.Close)
	server.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	cfg := forge.Config{API: server.URL, Token: token, Transport: http.DefaultTransport}
	gitHub, err := comment.NewGitHub(comment.GitHub{Config: cfg, GraphQL: server.URL + "/graphql", Repository: "te?am/a%2fpp", Number: "7"})
	if err != nil {
		t.Fatal(err)
	}
	azure, err := comment.NewAzureDevOps(comment.AzureDevOps{Config: cfg, Project: "a/project", Repository: "a/repository", Number: "7"})
	if err != nil {
		t.Fatal(err)
	}
	for want, to := range map[string]comment.Conversation{
		"/repos/te%3Fam/a%252fpp/issues/7/comments":                                 gitHub,
		"/a%2Fproject/_apis/git/repositories/a%2Frepository/pullRequests/7/threads": azure,
	} {
		before := len(server.Requests())
		if err := write(t, to, "blocked"); err == nil {
			t.Error("Write() succeeded")
		}
		if got := server.Requests()[before]; !strings.HasPrefix(got, "GET "+want+"?") {
			t.Errorf("the request is %s, want one at %s", got, want)
		}
	}
}
