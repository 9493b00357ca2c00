package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// receivers are for what takes the events of a story, by its address.
type receivers struct {
	mu     sync.Mutex
	events map[string][]string
}

type receiversKey struct{}

// startReceiver starts a server that takes events at a secret address, from whom has the token.
func startReceiver(ts *testscript.TestScript, neg bool, args []string) {
	status := http.StatusAccepted
	if len(args) == 1 {
		var err error
		status, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	if neg || len(args) > 1 {
		ts.Fatalf("usage: receiver [STATUS]")
	}
	all := ts.Value(receiversKey{}).(*receivers)
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Authorization") != "Bearer events-token" || r.URL.Path != "/hooks/open-sesame-0123456789" || r.Header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(status)
		if status/100 == 2 {
			all.mu.Lock()
			defer all.mu.Unlock()
			all.events[server.URL] = append(all.events[server.URL], string(raw))
		}
	}))
	ts.Defer(server.Close)
	ts.Setenv("RECEIVER", server.URL)
	ts.Setenv("EVENTS", server.URL+"/hooks/open-sesame-0123456789")
}

// printEvents prints the events that the last receiver took: type, source, subject, outcome and the places pushed to of each.
func printEvents(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: events")
	}
	all := ts.Value(receiversKey{}).(*receivers)
	all.mu.Lock()
	defer all.mu.Unlock()
	var lines []string
	for _, raw := range all.events[ts.Getenv("RECEIVER")] {
		var e struct {
			Type, Source, Subject, DataSchema string
			Data                              struct {
				Outcome string
				Pushed  []string
			}
		}
		ts.Check(json.Unmarshal([]byte(raw), &e))
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s %v", e.Type, e.DataSchema, e.Source, e.Subject, e.Data.Outcome, e.Data.Pushed))
	}
	print(ts, lines)
}
