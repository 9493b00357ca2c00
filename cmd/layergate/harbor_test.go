package main

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layergate/layergate/pkg/registrytest"
)

type harborKey struct{}

// harbors holds the last played Harbor of a story.
type harbors struct{ last *registrytest.Harbor }

// startHarbor starts a played Harbor.
func startHarbor(ts *testscript.TestScript, neg bool, args []string) {
	denies := len(args) == 1 && args[0] == "denies"
	if neg || len(args) > 1 || len(args) == 1 && !denies {
		ts.Fatalf("usage: harbor [denies]")
	}
	h := &registrytest.Harbor{Denies: denies}
	s, err := registrytest.Start(registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool { return h.Answer(w, r) }})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	h.Server = s
	ts.Value(harborKey{}).(*harbors).last = h
	ts.Value(hostsKey{}).(map[string]*registrytest.Server)[s.Host] = s
	ts.Setenv("HARBOR", s.Host)
}

// setArtifact says how many days ago an image of Harbor was pushed and last pulled.
func setArtifact(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: artifact REPOSITORY:TAG DAYS DAYS|never")
	}
	ago := func(text string) time.Time {
		if text == "never" {
			return time.Time{}
		}
		days, err := strconv.Atoi(text)
		ts.Check(err)
		return time.Now().AddDate(0, 0, -days)
	}
	repository, tag, _ := strings.Cut(args[0], ":")
	ts.Value(harborKey{}).(*harbors).last.Set(repository, tag, ago(args[1]), ago(args[2]), false)
}
