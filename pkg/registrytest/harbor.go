package registrytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// never is the time of a pull that there was none of, as Harbor says it.
const never = "0001-01-01T00:00:00.000Z"

// Harbor plays what Harbor does beside a registry: its token service, and the list of artifacts of its API. It counts each reading of a manifest
// as a pull, and a question for one as none. An account that the API knows is user, with the password secret.
type Harbor struct {
	// Server is the registry. It must be set before the first request.
	Server *Server
	// Denies keeps the account from listing artifacts.
	Denies bool
	// PageSize is how many artifacts a page has at most, whatever is asked for; 0 for as many as are asked for.
	PageSize int

	mu        sync.Mutex
	artifacts map[string][]*harborArtifact // by repository
}

// harborArtifact is what Harbor keeps of a manifest.
type harborArtifact struct {
	digest         string
	pushed, pulled time.Time
	immutable      bool
}

// Set says when a manifest was pushed and last pulled, which is never for the zero time, and whether its tags cannot be moved or deleted. The
// reference is a digest or a tag.
func (h *Harbor) Set(repository, reference string, pushed, pulled time.Time, immutable bool) {
	digest := reference
	if !strings.HasPrefix(digest, "sha256:") {
		digest = digestOf(h.Server.registry, repository, reference)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.find(repository, digest)
	if a == nil {
		a = &harborArtifact{digest: digest}
		if h.artifacts == nil {
			h.artifacts = map[string][]*harborArtifact{}
		}
		h.artifacts[repository] = append(h.artifacts[repository], a)
	}
	a.pushed, a.pulled, a.immutable = pushed, pulled, immutable
}

// find returns nil for a manifest that Harbor lists no artifact for.
func (h *Harbor) find(repository, digest string) *harborArtifact {
	for _, a := range h.artifacts[repository] {
		if a.digest == digest {
			return a
		}
	}
	return nil
}

// Answer is for Config.Answer.
func (h *Harbor) Answer(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.URL.Path == "/service/token":
		answer(w, http.StatusOK, map[string]any{"token": "of Harbor"})
	case strings.HasPrefix(r.URL.Path, "/api/v2.0/"):
		h.list(w, r)
	case r.Header.Get("Authorization") != "Bearer of Harbor":
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/service/token",service="harbor-registry"`, r.Host))
		answer(w, http.StatusUnauthorized, map[string]any{"errors": []any{map[string]any{"code": "UNAUTHORIZED", "message": "unauthorized to access repository"}}})
	default:
		h.note(r)
		return false
	}
	return true
}

// note takes a pull down, and forgets what is deleted.
func (h *Harbor) note(r *http.Request) {
	repository, reference, ok := manifestAt(r)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodDelete {
		return
	}
	if !strings.HasPrefix(reference, "sha256:") {
		reference = digestOf(h.Server.registry, repository, reference)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch a := h.find(repository, reference); {
	case a == nil:
	case r.Method == http.MethodDelete:
		h.artifacts[repository] = slices.DeleteFunc(h.artifacts[repository], func(o *harborArtifact) bool { return o == a })
	default:
		a.pulled = time.Now()
	}
}

// list answers /api/v2.0/projects/PROJECT/repositories/REPOSITORY/artifacts, where the name of the repository is encoded twice.
func (h *Harbor) list(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/v2.0/projects/")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 4 || parts[1] != "repositories" || parts[3] != "artifacts" || r.Method != http.MethodGet {
		answer(w, http.StatusNotFound, map[string]any{"errors": []any{map[string]any{"code": "NOT_FOUND", "message": "path not found"}}})
		return
	}
	if h.Denies || user != "user" || password != "secret" {
		answer(w, http.StatusForbidden, map[string]any{"errors": []any{map[string]any{"code": "FORBIDDEN", "message": "forbidden"}}})
		return
	}
	name := parts[2]
	for range 2 {
		var err error
		if name, err = url.PathUnescape(name); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	size, page := number(r.FormValue("page_size")), number(r.FormValue("page"))
	if h.PageSize > 0 {
		size = min(size, h.PageSize)
	}
	repository := parts[0] + "/" + name
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.artifacts[repository]
	from := min((page-1)*size, len(all))
	out := []any{}
	for _, a := range all[from:min(from+size, len(all))] {
		out = append(out, a.json(h.Server, repository))
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the client may have gone
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return max(n, 1)
}

// json is the artifact as Harbor says it: the pull is counted for the artifact, and for no tag.
func (a *harborArtifact) json(s *Server, repository string) map[string]any {
	at := func(t time.Time) string {
		if t.IsZero() {
			return never
		}
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	var tags []any // null where there are none
	for _, t := range tagsOf(s.registry, repository, a.digest) {
		tags = append(tags, map[string]any{"name": t, "push_time": at(a.pushed), "pull_time": never, "immutable": a.immutable})
	}
	return map[string]any{
		"digest": a.digest, "size": 1234, "push_time": at(a.pushed), "pull_time": at(a.pulled), "tags": tags,
		"type": "IMAGE", "manifest_media_type": string(types.OCIManifestSchema1),
	}
}
