// Package registrytest runs a real registry (OCI distribution specification) on loopback, in memory, which remembers
// every request that reached it. It is for tests and examples.
package registrytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Server is a running registry.
type Server struct {
	// Host is the registry's address, such as 127.0.0.1:43210.
	Host string

	server   *http.Server
	registry http.Handler
	sent     atomic.Int64
	mu       sync.Mutex
	requests []string
}

// Config is how the registry behaves.
type Config struct {
	Username, Password string                   // demanded by basic authentication where set
	Fail               func(*http.Request) bool // requests that are refused
	NoReferrers        bool                     // does not know the question for referrers, as docker-registry 2.8
	NoDelete           bool                     // deletes nothing, as docker-registry 2.8 unless it is told to
	Blobs              string                   // a directory for blobs, with those that it has as ALGORITHM/HEX; in memory where empty
	// Answer answers some requests instead of the registry, and tells which; nil answers none.
	Answer func(http.ResponseWriter, *http.Request) bool
}

// Start listens on a free port of the loopback interface.
func Start(cfg Config) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a registry: %w", err)
	}
	options := []registry.Option{registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true)}
	if cfg.Blobs != "" {
		options = append(options, registry.WithBlobHandler(registry.NewDiskBlobHandler(cfg.Blobs)))
	}
	s := &Server{Host: listener.Addr().String(), registry: registry.New(options...)}
	s.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		user, password, _ := r.BasicAuth()
		switch {
		case cfg.Username != "" && (user != cfg.Username || password != cfg.Password):
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
		case cfg.Fail != nil && cfg.Fail(r):
			w.WriteHeader(http.StatusForbidden)
		case cfg.NoReferrers && strings.Contains(r.URL.Path, "/referrers/"):
			w.WriteHeader(http.StatusNotFound)
		case cfg.Answer != nil && cfg.Answer(w, r):
		default:
			s.serve(&counted{w, &s.sent}, r, cfg.NoDelete)
		}
	})}
	go s.server.Serve(listener) // it ends with Close
	return s, nil
}

// serve has the registry answer. A manifest is deleted by its digest alone, and with its tags.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, noDelete bool) {
	repository, reference, ok := manifestAt(r)
	switch {
	case !ok || r.Method != http.MethodDelete:
		s.registry.ServeHTTP(w, r)
	case noDelete || !strings.HasPrefix(reference, "sha256:"):
		unsupported(w)
	default:
		deleteManifest(w, s.registry, repository, reference)
	}
}

// Store puts what an OCI layout holds under a tag, as if it had always been there: it is no request. The layout must
// lead to one image or index, and name manifests before those that refer to them.
func (s *Server) Store(repository, tag string, layout imagetest.Files) error {
	root := ""
	for _, f := range layout {
		var m struct {
			MediaType types.MediaType
			Manifests []v1.Descriptor
		}
		_ = json.Unmarshal([]byte(f.Body), &m) // what is no JSON is a layer
		digest := imagetest.Digest([]byte(f.Body)).String()
		var err error
		switch {
		case f.Name == "index.json":
			root = m.Manifests[0].Digest.String()
		case !strings.HasPrefix(f.Name, "blobs/"):
		case m.MediaType.IsIndex() || m.MediaType.IsImage():
			err = s.StoreManifest(repository, digest, m.MediaType, []byte(f.Body))
		default:
			err = s.StoreBlob(repository, []byte(f.Body))
		}
		if err != nil {
			return err
		}
	}
	for _, f := range layout {
		if digest := imagetest.Digest([]byte(f.Body)).String(); digest == root {
			var m struct{ MediaType types.MediaType }
			if err := json.Unmarshal([]byte(f.Body), &m); err != nil {
				return err
			}
			return s.StoreManifest(repository, tag, m.MediaType, []byte(f.Body))
		}
	}
	return errors.New("the layout leads to no image")
}

// StoreBlob puts a blob under its digest.
func (s *Server) StoreBlob(repository string, body []byte) error {
	return s.put(fmt.Sprintf("/v2/%s/blobs/uploads/1?digest=%s", repository, imagetest.Digest(body)), "application/octet-stream", body)
}

// StoreManifest puts a manifest under a tag or its digest, of whatever type.
func (s *Server) StoreManifest(repository, reference string, mt types.MediaType, body []byte) error {
	return s.put(fmt.Sprintf("/v2/%s/manifests/%s", repository, reference), string(mt), body)
}

func (s *Server) put(url, contentType string, body []byte) error {
	r := httptest.NewRequest(http.MethodPut, url, bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	s.registry.ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		return fmt.Errorf("storing %s: %d %s", url, w.Code, w.Body)
	}
	return nil
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

// Sent is how many bytes the registry itself has sent so far in the bodies of its answers.
func (s *Server) Sent() int64 { return s.sent.Load() }

// counted counts the bytes of an answer's body.
type counted struct {
	http.ResponseWriter
	sent *atomic.Int64
}

// Write counts.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// ReadFrom counts, and leaves it to the connection how a file gets there.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(c.ResponseWriter, r)
	c.sent.Add(n)
	return n, err
}

// Close stops the registry and forgets what it held.
func (s *Server) Close() error { return s.server.Close() }
