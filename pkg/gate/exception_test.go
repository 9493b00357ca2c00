package gate_test

import (
	"context"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// An exception for an image is for where it goes: the name in an archive is its author's to choose.
func TestExceptionForAnImage(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	for image, want := range map[string]policy.Outcome{"app": policy.Blocked, "**/production": policy.Clean} {
		cfg := config(t, write(t, "docker", lodash(vulnerable, imagetest.Gzip, "")), server.Host+"/production:1")
		for _, id := range []string{"GHSA-29mw-wpgm-hmr9", "GHSA-35jh-r3h4-6jhm", "GHSA-jf85-cpcp-j695", "GHSA-p6mc-m468-83gw"} {
			cfg.Policy.Exceptions = append(cfg.Policy.Exceptions, policy.Exception{ID: id, Image: image, Reason: "r", Owner: "o", Expires: "2026-12-31"})
		}
		result, err := inspect(context.Background(), t, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Report.Verdict.Outcome; got != want {
			t.Errorf("with exceptions for the image %q of %s the verdict is %s, want %s", image, result.Report.Image.Name, got, want)
		}
		if err := result.Close(); err != nil {
			t.Error(err)
		}
	}
}
