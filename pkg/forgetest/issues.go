package forgetest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// Ticket is an issue of the repository team/app on GitHub, and a work item of the project project-id on Azure Boards.
type Ticket struct {
	Author      int64
	Open        bool
	Title, Body string
	Label       string
	Notes       []string // comments
	PullRequest bool     // on GitHub
	Revision    int      // of the work item: how often it was changed
}

// AddTicket opens an issue or work item by somebody, and returns its number.
func (s *Server) AddTicket(t Ticket) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets = append(s.tickets, t)
	return len(s.tickets)
}

// Tickets are the issues and work items, of which the first has number 1.
func (s *Server) Tickets() []Ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tickets)
}

// CloseTicket closes one, as a person does.
func (s *Server) CloseTicket(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets[number-1].Open = false
}

// ticket is the one that a request names; nil after an answer that there is none.
func (s *Server) ticket(w http.ResponseWriter, r *http.Request) *Ticket {
	n, _ := strconv.Atoi(r.PathValue("number"))
	if n < 1 || n > len(s.tickets) {
		http.NotFound(w, r)
		return nil
	}
	return &s.tickets[n-1]
}

func (s *Server) handleIssues(mux *http.ServeMux) {
	const issues = "/api/v3/repos/team/app/issues"
	mux.HandleFunc("GET "+issues, func(w http.ResponseWriter, r *http.Request) {
		list := []map[string]any{}
		for i, t := range s.tickets {
			if t.Label != r.URL.Query().Get("labels") || !t.Open && r.URL.Query().Get("state") != "all" {
				continue
			}
			state := map[bool]string{true: "open", false: "closed"}[t.Open]
			of := map[string]any{"number": i + 1, "state": state, "body": t.Body, "user": map[string]any{"id": t.Author}}
			if t.PullRequest {
				of["pull_request"] = map[string]any{}
			}
			list = append(list, of)
		}
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		from := min(max(page-1, 0)*size, len(list))
		write(w, http.StatusOK, list[from:min(from+size, len(list))])
	})
	mux.HandleFunc("POST "+issues, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Title, Body string
			Labels      []string
		}
		_ = json.NewDecoder(r.Body).Decode(&body) // what is no JSON has no members
		if body.Title == "" || len(body.Labels) != 1 || len([]rune(body.Body)) > 65536 {
			http.Error(w, `{"message": "Validation Failed"}`, http.StatusUnprocessableEntity)
			return
		}
		s.tickets = append(s.tickets, Ticket{Author: Me, Open: true, Title: body.Title, Body: body.Body, Label: body.Labels[0]})
		write(w, http.StatusCreated, map[string]any{"number": len(s.tickets)})
	})
	mux.HandleFunc("PATCH "+issues+"/{number}", func(w http.ResponseWriter, r *http.Request) {
		t := s.ticket(w, r)
		if t == nil {
			return
		}
		body := read(r)
		for name, of := range map[string]*string{"title": &t.Title, "body": &t.Body} {
			if text, ok := body[name].(string); ok {
				*of = text
			}
		}
		t.Open = body["state"] == "open"
		write(w, http.StatusOK, map[string]any{})
	})
	mux.HandleFunc("POST "+issues+"/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		t := s.ticket(w, r)
		if t == nil {
			return
		}
		text, _ := read(r)["body"].(string)
		t.Notes = append(t.Notes, text)
		write(w, http.StatusCreated, map[string]any{})
	})
}
