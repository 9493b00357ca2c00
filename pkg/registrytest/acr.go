package registrytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"
)

// acrPage is how many entries a page of the fake's lists has at most.
const acrPage = 2

// acrEntry is what the registry keeps of a manifest, or of a tag.
type acrEntry struct {
	created, updated time.Time
	size             int
	changeable       map[string]bool // nil for what nobody has changed
}

func (e *acrEntry) locked() bool {
	write, said := e.changeable["writeEnabled"]
	return said && !write
}

// json is the entry with other fields, as Azure Container Registry says it.
func (e *acrEntry) json(more map[string]any) map[string]any {
	more["createdTime"], more["lastUpdateTime"] = e.created.UTC().Format(time.RFC3339Nano), e.updated.UTC().Format(time.RFC3339Nano)
	changeable := map[string]bool{"deleteEnabled": true, "writeEnabled": true, "readEnabled": true, "listEnabled": true}
	for k, v := range e.changeable {
		changeable[k] = v
	}
	more["changeableAttributes"] = changeable
	return more
}

// SetPushed says when the registry got a manifest, by HOST-less repository and digest.
func (a *FakeAzure) SetPushed(repository, digest string, at time.Time) {
	e := a.entry(repository, digest)
	a.mu.Lock()
	defer a.mu.Unlock()
	e.created, e.updated = at, at
}

// Lock keeps a manifest, or a tag, from being written and deleted.
func (a *FakeAzure) Lock(repository, reference string) {
	e := a.entry(repository, reference)
	a.mu.Lock()
	defer a.mu.Unlock()
	e.changeable = map[string]bool{"writeEnabled": false}
}

// entry is what is kept of a manifest or a tag, by repository and reference.
func (a *FakeAzure) entry(repository, reference string) *acrEntry {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.kept[repository]
	if of == nil {
		of = map[string]*acrEntry{}
		a.kept[repository] = of
	}
	if of[reference] == nil {
		of[reference] = &acrEntry{created: a.now(), updated: a.now()}
	}
	return of[reference]
}

// manifest stores, gives and deletes manifests, unless they are locked. What it stores it remembers for the lists.
func (a *FakeAzure) manifest(w http.ResponseWriter, r *http.Request, repository, reference string) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		a.registry.ServeHTTP(w, r)
		return
	}
	digest := digestOf(a.registry, repository, reference)
	names := append(tagsOf(a.registry, repository, digest), digest)
	if r.Method == http.MethodPut {
		names = []string{reference}
	}
	if slices.ContainsFunc(names, func(n string) bool { return n != "" && a.entry(repository, n).locked() }) {
		answer(w, http.StatusMethodNotAllowed, map[string]any{"errors": []any{map[string]any{"code": "REGISTRY_DISALLOWED_OPERATION", "message": "The operation is disallowed on this registry, repository or image."}}})
		return
	}
	if r.Method == http.MethodDelete {
		deleteManifest(w, a.registry, repository, reference)
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, n := range names {
			delete(a.kept[repository], n)
		}
		return
	}
	got := httptest.NewRecorder()
	a.registry.ServeHTTP(got, r)
	for name, values := range got.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(got.Code)
	w.Write(got.Body.Bytes()) // the client may have gone
	if got.Code == http.StatusCreated {
		a.entry(repository, got.Header().Get("Docker-Content-Digest")).size = int(r.ContentLength)
		a.entry(repository, reference)
	}
}

// about answers what Azure Container Registry's own API says of a repository: /acr/v1/REPOSITORY/_manifests[/DIGEST] and _tags[/TAG].
func (a *FakeAzure) about(w http.ResponseWriter, r *http.Request, repository, list, reference string) {
	entry := func(reference string) map[string]any {
		e := a.entry(repository, reference)
		if list == "_tags" {
			return e.json(map[string]any{"name": reference, "digest": digestOf(a.registry, repository, reference), "signed": false})
		}
		return e.json(map[string]any{"digest": reference, "imageSize": e.size, "tags": tagsOf(a.registry, repository, reference)})
	}
	one := strings.TrimSuffix(strings.TrimPrefix(list, "_"), "s")
	switch {
	case reference != "" && digestOf(a.registry, repository, reference) == "":
		answer(w, http.StatusNotFound, map[string]any{"errors": []any{map[string]any{"code": "MANIFEST_UNKNOWN", "message": "manifest is not found"}}})
	case reference != "" && r.Method == http.MethodPatch:
		var change map[string]bool
		if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		e := a.entry(repository, reference)
		e.changeable, e.updated = change, a.now()
		answer(w, http.StatusOK, map[string]any{one: entry(reference)})
	case reference != "":
		answer(w, http.StatusOK, map[string]any{one: entry(reference)})
	default:
		names := a.names(repository, list == "_tags", r.FormValue("last"))
		if len(names) > acrPage {
			names = names[:acrPage]
			next := url.Values{"last": {names[acrPage-1]}, "n": {r.FormValue("n")}}
			w.Header().Set("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.Path, next.Encode()))
		}
		entries := []any{}
		for _, n := range names {
			entries = append(entries, entry(n))
		}
		answer(w, http.StatusOK, map[string]any{"registry": r.Host, "imageName": repository, strings.TrimPrefix(list, "_"): entries})
	}
}

// names are the tags or the digests that are kept behind one of them, sorted.
func (a *FakeAzure) names(repository string, tags bool, behind string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for n := range a.kept[repository] {
		if strings.HasPrefix(n, "sha256:") != tags && n > behind {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
