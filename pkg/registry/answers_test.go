package registry_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// What registries answer to the push of a tag, and the way out that is named.
func TestHintsFitAnswers(t *testing.T) {
	t.Parallel()
	img := open(t)
	tests := []struct {
		registry string
		status   int
		code     string
		message  string
		hint     string
		not      string // is not in the hint
	}{
		{registry: "Amazon ECR, immutable tags", status: 400, code: "TAG_INVALID", message: "The image tag '1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.", hint: "push another tag"},
		{registry: "Harbor, immutable tags", status: 412, code: "PRECONDITION", message: "Failed to process request due to 'app:1' configured as immutable.", hint: "push another tag"},
		{registry: "Artifact Registry, immutable tags", status: 400, code: "MANIFEST_INVALID", message: "cannot update tag 1. The repository has enabled tag immutability", hint: "push another tag"},
		{registry: "Nexus, no redeploy", status: 400, code: "UNKNOWN", message: "Repository does not allow updating assets: docker-hosted", hint: "push another tag"},
		{registry: "Artifactory, no overwrite", status: 403, code: "DENIED", message: "Not enough permissions to delete/overwrite artifact 'app/1'", hint: "push another tag"},
		{registry: "ACR, a locked tag", status: 405, code: "REGISTRY_DISALLOWED_OPERATION", message: "The operation is disallowed on this registry, repository or image.", hint: "have the lock taken away"},
		{registry: "Harbor, quota", status: 403, code: "DENIED", message: "adding 9.1 MiB of storage resource, which when updated to current usage of 10.0 MiB will exceed the configured upper limit of 10.0 MiB.", hint: "quota"},
		{registry: "Quay, quota", status: 403, code: "DENIED", message: "Quota has been exceeded on namespace", hint: "quota"},
		{registry: "a full disk", status: 507, hint: "storage is full"},
		{registry: "nginx before a registry", status: 413, hint: "client_max_body_size"},
		{registry: "distribution, a large manifest", status: 400, code: "SIZE_INVALID", message: "provided length did not match content length", hint: "of this size"},
		{registry: "Harbor, a policy", status: 412, code: "PROJECTPOLICYVIOLATION", message: "current image with 3 vulnerabilities cannot be pulled", hint: "a policy of the registry"},
		{registry: "Amazon ECR, no repository", status: 404, code: "NAME_UNKNOWN", message: "The repository with name 'app' does not exist in the registry with id '1'", hint: "create the repository"},
		{registry: "Artifact Registry, no repository", status: 404, code: "NAME_UNKNOWN", message: "Repository \"app\" not found", hint: "create the repository"},
		{registry: "distribution, read-only", status: 405, code: "UNSUPPORTED", message: "The operation is unsupported.", hint: "read-only"},
		{registry: "MSR, read-only", status: 403, code: "DENIED", message: "the registry is in read-only mode", hint: "read-only"},
		{registry: "an old registry", status: 400, code: "MANIFEST_INVALID", message: "manifest invalid", hint: "too old for OCI indexes"},
		{registry: "a name it does not take", status: 400, code: "NAME_INVALID", message: "invalid repository name", hint: "lower case"},
		{registry: "Docker Hub, a limit", status: 429, code: "TOOMANYREQUESTS", message: "You have reached your push rate limit", hint: "try again later", not: "docker login"},
		{registry: "Amazon ECR, denied", status: 403, code: "DENIED", message: "User: arn:aws:iam::1:user/x is not authorized to perform: ecr:PutImage because no identity-based policy allows the action", hint: "check that the account may push to app"},
		{registry: "GHCR, denied", status: 403, code: "DENIED", message: "permission_denied: write_package", hint: "check that the account may push to app"},
		{registry: "no repository, without a word", status: 404, hint: "check that app exists"},
		{registry: "a gateway", status: 502, hint: "try again"},
	}
	for _, tt := range tests {
		t.Run(tt.registry, func(t *testing.T) {
			t.Parallel()
			server := start(t, registrytest.Config{Answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/manifests/1") {
					return false
				}
				w.WriteHeader(tt.status)
				if tt.code != "" {
					fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, tt.code, tt.message)
				}
				return true
			}})
			err := pushAll(t, server, registry.Config{}, clear(t, img.Digests()...), img)
			hints := strings.Join(fault.Hints(err), "\n")
			if err == nil || !strings.Contains(hints, tt.hint) || tt.not != "" && strings.Contains(hints, tt.not) {
				t.Errorf("Push() = %v with the hint %q, want %q and not %q", err, hints, tt.hint, tt.not)
			}
			if !strings.Contains(fmt.Sprint(err), fmt.Sprint(tt.status)) {
				t.Errorf("Push() = %v, want the status", err)
			}
		})
	}
}
