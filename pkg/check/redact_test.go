package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	const token = "ghp_u8jzPde0IgxLd6GncfBAepfJBd0Kh8oOOL8d"
	tests := []struct {
		name     string
		kind     finding.Kind
		in, want finding.Check
	}{
		{
			name: "a check", kind: finding.KindCheck,
			in: finding.Check{
				Saw: "build names https://ci:Hq7vLp93xZa2Kd@git.example/x.git", Wants: "push ci:Hq7vLp93xZa2Kd@git.example/x", Resource: "service/" + token,
				Container: token, Image: "ci:Hq7vLp93xZa2Kd@git.example/x", Field: "fetch https://s3.example/y?X-Amz-Signature=Hq7vLp93xZa2Kd",
			},
			want: finding.Check{
				Saw: "build names https://***@git.example/x.git", Wants: "push ***@git.example/x", Resource: "service/***",
				Container: "***", Image: "***@git.example/x", Field: "fetch https://s3.example/y?***",
			},
		},
		{
			name: "a value of a name", kind: finding.KindCheck,
			in: finding.Check{Saw: "it is told DB_PASSWORD=Hq7vLp93xZa2Kd here"}, want: finding.Check{Saw: "it is told DB_PASSWORD=*** here"},
		},
		{
			name: "nothing", kind: finding.KindCheck,
			in:   finding.Check{Saw: "the image is registry.example:5000/team/web:1", Image: "registry.example:5000/team/web:1@sha256:ab", Field: "spec.hostNetwork"},
			want: finding.Check{Saw: "the image is registry.example:5000/team/web:1", Image: "registry.example:5000/team/web:1@sha256:ab", Field: "spec.hostNetwork"},
		},
		{
			name: "a secret keeps what may be shown", kind: finding.KindSecret,
			in:   finding.Check{Saw: "API_TOKEN holds a secret: 3f…9a (sha256:0123456789ab…)", Field: "API_TOKEN 0123456789ab"},
			want: finding.Check{Saw: "API_TOKEN holds a secret: 3f…9a (sha256:0123456789ab…)", Field: "API_TOKEN 0123456789ab"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := finding.Finding{Kind: tt.kind, Check: &tt.in}
			check.Redact(&f)
			if diff := cmp.Diff(&tt.want, f.Check); diff != "" {
				t.Errorf("Redact() (-want +got):\n%s", diff)
			}
		})
	}
}
