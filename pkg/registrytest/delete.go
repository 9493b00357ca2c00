package registrytest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

// ask sends a request without a body to a registry that is no server.
func ask(registry http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	registry.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

// tagsOf lists the tags of a digest in a repository, sorted.
func tagsOf(registry http.Handler, repository, digest string) []string {
	var list struct{ Tags []string }
	_ = json.Unmarshal(ask(registry, http.MethodGet, "/v2/"+repository+"/tags/list").Body.Bytes(), &list) // a repository that is not there has no tags
	slices.Sort(list.Tags)
	return slices.DeleteFunc(list.Tags, func(tag string) bool { return digestOf(registry, repository, tag) != digest })
}

// digestOf is the digest that a tag leads to; empty where there is no such tag.
func digestOf(registry http.Handler, repository, tag string) string {
	return ask(registry, http.MethodHead, "/v2/"+repository+"/manifests/"+tag).Header().Get("Docker-Content-Digest")
}

// manifestAt is the repository and the reference that a request for a manifest is about.
func manifestAt(r *http.Request) (repository, reference string, ok bool) {
	return strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/manifests/")
}

// deleteManifest deletes a manifest by its digest, and with it its tags, as registries do; go-containerregistry's leaves the tags.
func deleteManifest(w http.ResponseWriter, registry http.Handler, repository, digest string) {
	for _, tag := range tagsOf(registry, repository, digest) {
		ask(registry, http.MethodDelete, "/v2/"+repository+"/manifests/"+tag)
	}
	got := ask(registry, http.MethodDelete, "/v2/"+repository+"/manifests/"+digest)
	w.WriteHeader(got.Code)
	w.Write(got.Body.Bytes()) // the client may have gone
}

// unsupported is the answer of registries to what they do not do.
func unsupported(w http.ResponseWriter) {
	answer(w, http.StatusMethodNotAllowed, map[string]any{"errors": []any{map[string]any{"code": "UNSUPPORTED", "message": "The operation is unsupported."}}})
}
