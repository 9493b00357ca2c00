package gate_test

import (
	"context"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
)

// A package that declares a denied licence blocks the image, at its place.
func TestDeniedLicense(t *testing.T) {
	t.Parallel()
	for license, want := range map[string]policy.Outcome{"MIT": policy.Blocked, "GPL-*": policy.Clean} {
		cfg := config(t, write(t, "docker", lodash(repaired, imagetest.Gzip, "")))
		cfg.Policy.Licenses.Deny = []string{license}
		result, err := inspect(context.Background(), t, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Report.Verdict.Outcome; got != want {
			t.Errorf("with %s denied the verdict is %s, want %s", license, got, want)
		}
		for _, f := range result.Report.Findings {
			if p, _ := f.Package(); f.ID != finding.RuleLicenseDenied || p.Name != "lodash" || f.Layer.Index != 1 || f.Path != "/app/node_modules/lodash/package.json" {
				t.Errorf("with %s denied there is %+v, want the licence of lodash in layer 1", license, f)
			}
		}
		if err := result.Close(); err != nil {
			t.Error(err)
		}
	}
}
