// Package forgetest plays the parts of GitHub's and Azure DevOps' APIs that write comments on pull requests, issues and work items, and of
// GitHub's that records where images are stored, on loopback.
package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
)

// The numbers of the server's users: the one that the token is of, and another one.
const (
	Me    = 41898282
	Other = 7
)

// Comment is one on the server's pull request.
type Comment struct {
	ID, Author int64
	Body       string
}

// Server is a pull request 7 of the repository team/app on GitHub, and of the repository repo-id of the project project-id in
// Azure Repos. It is safe for concurrent use.
type Server struct {
	*httptest.Server
	// Answer answers a request in place of the server where it returns true; nil never does. It must be set before the first
	// request.
	Answer func(w http.ResponseWriter, r *http.Request) bool

	token    string
	mu       sync.Mutex
	comments []Comment
	tickets  []Ticket
	records  []StorageRecord
	requests []string
}

// Start starts a server that knows one token. The caller closes it.
func Start(token string) *Server {
	s := &Server{token: token}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v3/repos/team/app/issues/7/comments", s.listPage)
	mux.HandleFunc("POST /api/v3/repos/team/app/issues/7/comments", func(w http.ResponseWriter, r *http.Request) { s.add(w, r, read(r)["body"]) })
	mux.HandleFunc("PATCH /api/v3/repos/team/app/issues/comments/{id}", func(w http.ResponseWriter, r *http.Request) { s.change(w, r, read(r)["body"]) })
	mux.HandleFunc("POST /api/graphql", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"data": {"viewer": {"databaseId": %d}}}`, Me)
	})
	const threads = "/collection/project-id/_apis/git/repositories/repo-id/pullRequests/7/threads"
	mux.HandleFunc("GET "+threads, s.listThreads)
	mux.HandleFunc("POST "+threads, func(w http.ResponseWriter, r *http.Request) {
		first, _ := read(r)["comments"].([]any)
		content, _ := first[0].(map[string]any)
		s.add(w, r, content["content"])
	})
	mux.HandleFunc("PATCH "+threads+"/{id}/comments/1", func(w http.ResponseWriter, r *http.Request) { s.change(w, r, read(r)["content"]) })
	mux.HandleFunc("GET /collection/_apis/connectionData", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"authenticatedUser": {"id": "user-%d"}}`, Me)
	})
	s.handleIssues(mux)
	s.handleWorkItems(mux)
	s.handleStorage(mux)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		switch {
		case s.Answer != nil && s.Answer(w, r):
		case r.Header.Get("Authorization") != "Bearer "+s.token:
			http.Error(w, `{"message": "Bad credentials"}`, http.StatusUnauthorized)
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	return s
}

// Add puts a comment of somebody on the pull request.
func (s *Server) Add(author int64, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments = append(s.comments, Comment{ID: int64(len(s.comments) + 1), Author: author, Body: body})
}

// Comments are those of the pull request.
func (s *Server) Comments() []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.comments)
}

// Requests are those that the server had, as METHOD PATH?QUERY.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func read(r *http.Request) map[string]any {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body) // what is no JSON has no members
	return body
}

func (s *Server) listPage(w http.ResponseWriter, r *http.Request) {
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from := min(max(page-1, 0)*size, len(s.comments))
	list := []map[string]any{}
	for _, c := range s.comments[from:min(from+size, len(s.comments))] {
		list = append(list, map[string]any{"id": c.ID, "body": c.Body, "user": map[string]any{"id": c.Author, "login": "somebody"}})
	}
	write(w, http.StatusOK, list)
}

func (s *Server) listThreads(w http.ResponseWriter, _ *http.Request) {
	list := []map[string]any{}
	for _, c := range s.comments {
		first := map[string]any{"id": 1, "content": c.Body, "author": map[string]any{"id": fmt.Sprintf("USER-%d", c.Author)}}
		list = append(list, map[string]any{"id": c.ID, "comments": []any{first}})
	}
	write(w, http.StatusOK, map[string]any{"value": append(list, map[string]any{"id": 1000, "comments": []any{}})})
}

func (s *Server) add(w http.ResponseWriter, _ *http.Request, body any) {
	text, ok := body.(string)
	if !ok {
		http.Error(w, `{"message": "no text"}`, http.StatusUnprocessableEntity)
		return
	}
	s.comments = append(s.comments, Comment{ID: int64(len(s.comments) + 1), Author: Me, Body: text})
	write(w, http.StatusCreated, map[string]any{"id": len(s.comments)})
}

func (s *Server) change(w http.ResponseWriter, r *http.Request, body any) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	text, ok := body.(string)
	if !ok || id < 1 || id > len(s.comments) {
		http.NotFound(w, r)
		return
	}
	s.comments[id-1].Body = text
	write(w, http.StatusOK, map[string]any{"id": id})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone
}
