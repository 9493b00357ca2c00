package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// states are those of a Task by the process Basic.
func states() []map[string]any {
	return []map[string]any{{"name": "To Do", "category": "Proposed"}, {"name": "Doing", "category": "InProgress"}, {"name": "Done", "category": "Completed"}}
}

func (s *Server) handleWorkItems(mux *http.ServeMux) {
	const wit = "/collection/project-id/_apis/wit/"
	mux.HandleFunc("POST "+wit+"wiql", func(w http.ResponseWriter, r *http.Request) {
		query, _ := read(r)["query"].(string)
		list := []map[string]any{}
		for i, t := range s.tickets {
			if strings.Contains(query, "[System.Tags] CONTAINS '"+t.Label+"'") {
				list = append(list, map[string]any{"id": i + 1})
			}
		}
		write(w, http.StatusOK, map[string]any{"workItems": list})
	})
	mux.HandleFunc("GET "+wit+"workitems", func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(r.URL.Query().Get("ids"), ",")
		if len(ids) > 200 {
			http.Error(w, `{"message": "too many"}`, http.StatusBadRequest)
			return
		}
		list := []map[string]any{}
		for _, id := range ids {
			n, _ := strconv.Atoi(id)
			t := s.tickets[n-1]
			list = append(list, map[string]any{"id": n, "rev": t.Revision, "fields": map[string]any{
				"System.State": t.stateName(), "System.WorkItemType": "Task", "System.Description": t.Body,
				"System.CreatedBy": map[string]any{"id": fmt.Sprintf("USER-%d", t.Author)},
			}})
		}
		write(w, http.StatusOK, map[string]any{"value": list})
	})
	mux.HandleFunc("GET "+wit+"workitemtypes/Task", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{"name": "Task", "states": states()})
	})
	mux.HandleFunc("POST "+wit+"workitems/$Task", func(w http.ResponseWriter, r *http.Request) {
		t := Ticket{Author: Me, Open: true}
		if t.patch(w, r) {
			s.tickets = append(s.tickets, t)
			write(w, http.StatusOK, map[string]any{"id": len(s.tickets)})
		}
	})
	mux.HandleFunc("PATCH "+wit+"workitems/{number}", func(w http.ResponseWriter, r *http.Request) {
		if t := s.ticket(w, r); t != nil && t.patch(w, r) {
			write(w, http.StatusOK, map[string]any{})
		}
	})
}

func (t *Ticket) stateName() string {
	if t.Open {
		return "Doing"
	}
	return "Done"
}

// patch changes a work item, and answers what it refuses.
func (t *Ticket) patch(w http.ResponseWriter, r *http.Request) bool {
	var patch []struct {
		Op, Path string
		Value    any
	}
	if r.Header.Get("Content-Type") != "application/json-patch+json" || json.NewDecoder(r.Body).Decode(&patch) != nil {
		http.Error(w, `{"message": "no JSON Patch"}`, http.StatusUnsupportedMediaType)
		return false
	}
	changed := *t
	for _, o := range patch {
		text, _ := o.Value.(string)
		switch o.Op + " " + o.Path {
		case "test /rev":
			if n, _ := o.Value.(float64); int(n) != t.Revision {
				http.Error(w, `{"message": "the revision is another"}`, http.StatusPreconditionFailed)
				return false
			}
		case "add /fields/System.Title":
			changed.Title = text
		case "add /fields/System.Description":
			changed.Body = text
		case "add /fields/System.Tags":
			changed.Label = text
		case "add /fields/System.State":
			changed.Open = text != "Done"
		case "add /fields/System.History":
			changed.Notes = append(changed.Notes, text)
		default:
			http.Error(w, `{"message": "an unknown field"}`, http.StatusBadRequest)
			return false
		}
	}
	changed.Revision++
	*t = changed
	return true
}
