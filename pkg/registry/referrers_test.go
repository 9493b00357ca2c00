package registry_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/registrytest"
)

// A registry that does not say what is attached to an image has not said that nothing is.
func TestReferrersFail(t *testing.T) {
	t.Parallel()
	digest := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("a", 64)}
	for _, tt := range []struct{ name, refused, want string }{
		{"nothing is attached", "", ""},
		{"the referrers are refused", "/v2/app/referrers/", "the referrers of sha256:aaa"},
		{"the tag is refused", ".att", "the statements about sha256:aaa"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, img := reader(t, registrytest.Config{Fail: func(r *http.Request) bool { return tt.refused != "" && strings.Contains(r.URL.Path, tt.refused) }})
			got, err := img.Referrers(context.Background(), digest)
			if tt.want == "" && (err != nil || len(got) != 0) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Referrers() = %v, %v, want an error with %q", got, err, tt.want)
			}
		})
	}
}
