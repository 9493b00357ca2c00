package report

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestInImage(t *testing.T) {
	t.Parallel()
	both := Subject{Image: &Image{}, Manifests: &Manifests{}}
	for _, test := range []struct {
		name    string
		finding finding.Finding
		want    bool
	}{
		{"a package", finding.Finding{Platform: "linux/amd64", Path: "/app/x"}, true},
		{"a manifest", finding.Finding{Path: "web.yaml"}, false},
		{"a test that failed", finding.Finding{}, true},
	} {
		if got := both.inImage(test.finding); got != test.want {
			t.Errorf("inImage(%s) = %t, want %t", test.name, got, test.want)
		}
	}
}

func TestEvidenceWords(t *testing.T) {
	t.Parallel()
	r := &Report{Evidence: []Evidence{
		{Form: policy.FormJUnit, File: "t.xml", Passed: 1, Failed: 2, Skipped: 3}, {Form: policy.FormResult, File: "trivy.json", Tool: "Trivy 0.58.1"},
	}}
	const want = "depends on junit t.xml (1 test passed, 2 failed, 3 skipped), result trivy.json (Trivy 0.58.1)"
	if got := r.evidenceWords(); got != want {
		t.Errorf("evidenceWords() = %q, want %q", got, want)
	}
}
