package registry_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/transport"
)

// A registry that never ends an answer ends the run, at every stage of a push.
func TestRegistriesThatHang(t *testing.T) {
	t.Parallel()
	img := open(t)
	trickle := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
	flood := func(w http.ResponseWriter, r *http.Request) {
		for more := []byte(strings.Repeat("x", 1<<16)); r.Context().Err() == nil; {
			if _, err := w.Write(more); err != nil {
				return
			}
		}
	}
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	challenge := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="registry"`, r.Host))
		w.WriteHeader(http.StatusUnauthorized)
	}
	tests := []struct {
		name   string
		answer map[string]http.HandlerFunc // by the beginning of METHOD PATH
	}{
		{"the base without an answer", map[string]http.HandlerFunc{"GET /v2/ ": hang}},
		{"the base without an end", map[string]http.HandlerFunc{"GET /v2/ ": trickle}},
		{"the base with more and more", map[string]http.HandlerFunc{"GET /v2/ ": flood}},
		{"the token service without an answer", map[string]http.HandlerFunc{"GET /v2/ ": challenge, "GET /token": hang}},
		{"the token service without an end", map[string]http.HandlerFunc{"GET /v2/ ": challenge, "GET /token": trickle}},
		{"a blob's upload", map[string]http.HandlerFunc{"PATCH /v2/app/blobs/": hang}},
		{"a blob's end", map[string]http.HandlerFunc{"PUT /v2/app/blobs/": hang}},
		{"a manifest", map[string]http.HandlerFunc{"PUT /v2/app/manifests/": hang}},
		{"what is read back", map[string]http.HandlerFunc{"GET /v2/app/blobs/": trickle}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				for beginning, answer := range tt.answer {
					if strings.HasPrefix(r.Method+" "+r.URL.Path+" ", beginning) {
						answer(w, r)
						return true
					}
				}
				return false
			}})
			limited, err := transport.New(transport.Config{Limits: transport.Limits{Answer: 500 * time.Millisecond, Store: 500 * time.Millisecond, Stall: 500 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() {
				done <- pushAll(t, server, registry.Config{Transport: limited}, clear(t, img.Digests()...), img)
			}()
			select {
			case err = <-done:
			case <-time.After(time.Minute):
				t.Fatal("the push does not end")
			}
			var partial *registry.PartialError
			if err == nil || errors.As(err, &partial) || len(fault.Hints(err)) == 0 {
				t.Errorf("Push() = %v, want a failure with a remedy before any tag", err)
			}
		})
	}
}
