package registry

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// wayOut is what to do about an answer to a push. Registries give one status for many things, and the same thing many statuses: the
// code of their error (OCI distribution specification, "Error Codes") and the words of their message tell more.
type wayOut struct {
	statuses []int    // any where empty
	codes    []string // of the error; any where empty
	words    []string // of the code or the message, in lower case; any where empty
	hint     string
}

// waysOut are tried in their order.
func waysOut() []wayOut {
	const (
		moved   = "the tag is there and cannot be moved: push another tag; the digest that it has already may be pushed again"
		quota   = "the registry's or the project's storage is full: remove images there, or have its quota raised"
		large   = "the registry, or a proxy before it, takes no requests of this size: raise its limit (client_max_body_size of nginx), or make the layer smaller"
		policy  = "a policy of the registry forbids it: its project's settings say which (scans, signatures, content trust)"
		unknown = "create the repository first: this registry does not create one with the first push (Amazon ECR: aws ecr create-repository; a project of Harbor, GitLab or Quay, a repository of Artifact Registry, Nexus or Artifactory)"
		closed  = "the registry takes no pushes there: it is read-only, a mirror of another one, or the repository is locked"
		locked  = "Azure Container Registry says this of a tag, an image or a repository that is locked (az acr repository show tells writeEnabled), and where its storage is full: push another tag, or have the lock taken away"
	)
	return []wayOut{
		{codes: []string{"REGISTRY_DISALLOWED_OPERATION"}, hint: locked},
		{words: []string{"immutab", "cannot be overwritten", "does not allow updating", "already exists", "delete/overwrite", "is locked"}, hint: moved},
		{codes: []string{"TAG_INVALID"}, words: []string{"exists"}, hint: moved},
		{statuses: []int{http.StatusInsufficientStorage}, hint: quota},
		{words: []string{"quota", "storage limit", "upper limit", "storage resource", "no space left", "out of storage"}, hint: quota},
		{statuses: []int{http.StatusRequestEntityTooLarge}, hint: large},
		{codes: []string{"SIZE_INVALID", "MANIFEST_SIZE_INVALID"}, hint: large},
		{words: []string{"too large"}, hint: large},
		{codes: []string{"PROJECTPOLICYVIOLATION"}, hint: policy},
		{words: []string{"policy violation", "by policy", "violates", "content trust", "vulnerab", "signature is required", "quarantine"}, hint: policy},
		{codes: []string{"NAME_UNKNOWN"}, hint: unknown},
		{words: []string{"repository does not exist", "repository not found", "project not found", "does not exist in the registry"}, hint: unknown},
		{words: []string{"read-only", "read only", "readonly", "maintenance"}, hint: closed},
		{statuses: []int{http.StatusMethodNotAllowed}, hint: closed},
		{codes: []string{"NAME_INVALID"}, hint: "write the repository as the registry wants it: lower case, and with the project or namespace that it asks for"},
		{codes: []string{"MANIFEST_BLOB_UNKNOWN"}, hint: "the registry lost a layer that it had: try again"},
		{codes: []string{"MANIFEST_INVALID", "UNSUPPORTED"}, hint: "the registry does not take manifests of this kind: it may be too old for OCI indexes and attestations; build for one platform, or without provenance"},
	}
}

// hintFor is what to do about an answer to a push; empty where nothing special is known of it.
func hintFor(refused *transport.Error) string {
	for _, way := range waysOut() {
		if way.fits(refused) {
			return way.hint
		}
	}
	return ""
}

func (w wayOut) fits(refused *transport.Error) bool {
	if len(w.statuses) > 0 && !slices.Contains(w.statuses, refused.StatusCode) {
		return false
	}
	return len(w.codes) == 0 && len(w.words) == 0 || slices.ContainsFunc(refused.Errors, w.fitsError)
}

func (w wayOut) fitsError(d transport.Diagnostic) bool {
	text := strings.ToLower(strings.ReplaceAll(string(d.Code), "_", " ") + " " + d.Message) // TAG_ALREADY_EXISTS says enough
	return (len(w.codes) == 0 || slices.Contains(w.codes, string(d.Code))) &&
		(len(w.words) == 0 || slices.ContainsFunc(w.words, func(word string) bool { return strings.Contains(text, word) }))
}
