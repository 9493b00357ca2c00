// Package registrytest runs a real registry (OCI distribution specification) on loopback, in memory, which remembers
// every request that reached it. It is for tests and examples.
package registrytest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
)

// Server is a running registry.
type Server struct {
	// Host is the registry's address, such as 127.0.0.1:43210.
	Host string

	server   *http.Server
	mu       sync.Mutex
	requests []string
}

// Config is how the registry behaves.
type Config struct {
	Username, Password string                   // demanded by basic authentication where set
	Fail               func(*http.Request) bool // requests that are answered with an internal error
}

// Start listens on a free port of the loopback interface.
func Start(cfg Config) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a registry: %w", err)
	}
	s := &Server{Host: listener.Addr().String()}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		user, password, _ := r.BasicAuth()
		switch {
		case cfg.Username != "" && (user != cfg.Username || password != cfg.Password):
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
		case cfg.Fail != nil && cfg.Fail(r):
			w.WriteHeader(http.StatusForbidden)
		default:
			handler.ServeHTTP(w, r)
		}
	})}
	go s.server.Serve(listener) //nolint:errcheck // it ends with Close
	return s, nil
}

func (s *Server) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
}

// Requests lists every request so far, as METHOD PATH.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.requests...)
}

// Writes lists the requests that are not mere questions: uploads, manifests, tags, deletions.
func (s *Server) Writes() []string {
	var out []string
	for _, r := range s.Requests() {
		if !strings.HasPrefix(r, "GET ") && !strings.HasPrefix(r, "HEAD ") {
			out = append(out, r)
		}
	}
	return out
}

// Close stops the registry and forgets what it held.
func (s *Server) Close() error { return s.server.Close() }
