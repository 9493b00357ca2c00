package gate_test

import (
	"context"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// What comes from a staging registry arrives in the next one with the digest that it had, in whatever form it was pushed.
func TestFromRegistryToRegistry(t *testing.T) {
	t.Parallel()
	forms := map[string][]imagetest.Image{
		"docker":  {lodash(repaired, imagetest.None, "")}, // has Docker's media types in the registry
		"oci":     {lodash(repaired, imagetest.Zstd, "")},
		"oci-dir": {lodash(repaired, imagetest.Gzip, "linux/amd64"), lodash(repaired, imagetest.Gzip, "linux/arm64")},
	}
	for format, images := range forms {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			staging, production := start(t, registrytest.Config{}), start(t, registrytest.Config{})
			first := promote(ctx, t, config(t, write(t, format, images...), staging.Host+"/app:1"))
			before := len(staging.Writes())
			for _, ref := range []string{"/app:1", "/app@" + first} {
				if digest := promote(ctx, t, config(t, "registry:"+staging.Host+ref, production.Host+"/team/app:2")); digest != first {
					t.Errorf("%s was pushed as %s, want %s", ref, digest, first)
				}
			}
			if w := staging.Writes()[before:]; len(w) > 0 {
				t.Errorf("the staging registry was written to: %q", w)
			}
			from, to := "http://"+staging.Host+"/v2/app/manifests/1", "http://"+production.Host+"/v2/team/app/manifests/2"
			if string(get(t, from)) != string(get(t, to)) {
				t.Error("the manifests differ")
			}
		})
	}
}

// promote takes a clean image through the gate and returns the digest that the report names.
func promote(ctx context.Context, t *testing.T, cfg setup) string {
	t.Helper()
	result, err := inspect(ctx, t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	if result.Report.Verdict.Outcome != policy.Clean || !strings.HasPrefix(result.Report.Image.Digest, "sha256:") {
		t.Fatalf("the verdict of %s is %s", result.Report.Image.Digest, result.Report.Verdict.Outcome)
	}
	if err := result.Promote(ctx); err != nil {
		t.Fatal(err)
	}
	return result.Report.Image.Digest
}
