package gate_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A policy that allows certain base images takes no Dockerfile's and no label's word: the layers in the registry count.
func TestAllowedBases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := start(t, registrytest.Config{})
	bottom := lodash(repaired, imagetest.Gzip, "").Layers[0]
	bottom.CreatedBy = "ADD rootfs.tar / # buildkit"
	other := bottom
	other.Files = []imagetest.File{{Name: "etc/motd", Body: "another base\n"}}
	digest := push(ctx, t, server.Host+"/base/debian:12", imagetest.Image{Layers: []imagetest.Layer{bottom}})
	push(ctx, t, server.Host+"/base/debian:13", imagetest.Image{Layers: []imagetest.Layer{other}})
	push(ctx, t, server.Host+"/elsewhere/debian:12", imagetest.Image{Layers: []imagetest.Layer{bottom}})
	pushEmpty(t, server.Host+"/base/empty:1")
	push(ctx, t, server.Host+"/base/larger:1", imagetest.Image{Layers: []imagetest.Layer{bottom, other}})

	app := imagetest.Layer{CreatedBy: "COPY . /app # buildkit", Files: lodash(repaired, imagetest.Gzip, "").Layers[1].Files}
	labelled := func(name, digest string) *v1.Config {
		c := imagetest.WellKept()
		c.Labels = map[string]string{"org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest}
		return &c
	}
	allowed := []policy.AllowedBase{{Image: policy.BasePattern(server.Host + "/base/*")}}
	tests := []struct {
		name   string
		from   string // of the Dockerfile; none where it is empty
		config *v1.Config
		base   imagetest.Layer
		more   []imagetest.Layer // between the base and what the Dockerfile adds
		want   []string          // the rules that block
	}{
		{name: "the base that FROM names", from: server.Host + "/base/debian:12", base: bottom},
		{name: "by its digest", from: server.Host + "/base/debian@" + digest, base: bottom},
		{name: "another base than FROM names", from: server.Host + "/base/debian:12", base: other, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "a base that is not allowed", from: server.Host + "/elsewhere/debian:12", base: bottom, want: []string{finding.RuleBaseNotAllowed}},
		{name: "a base that does not exist", from: server.Host + "/base/none:1", base: bottom, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "a base with more layers than the image begins with", from: server.Host + "/base/larger:1", base: bottom, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "a layer that the base does not have", from: server.Host + "/base/debian:12", base: bottom, more: []imagetest.Layer{other}, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "nobody says what the base is", base: bottom, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "the label is true", config: labelled(server.Host+"/base/debian:12", ""), base: bottom},
		{name: "a base without layers, which any image begins with", config: labelled(server.Host+"/base/empty:1", ""), base: bottom, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "the label is a lie", config: labelled(server.Host+"/base/debian:12", digest), base: other, want: []string{finding.RuleBaseNotConfirmed}},
		{name: "the label hides what FROM says", from: server.Host + "/elsewhere/debian:12", config: labelled(server.Host+"/base/debian:12", digest), base: bottom, want: []string{finding.RuleBaseNotAllowed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, write(t, "oci", imagetest.Image{Config: tt.config, Layers: slices.Concat([]imagetest.Layer{tt.base}, tt.more, []imagetest.Layer{app})}))
			cfg.Policy.AllowedBases = allowed
			if tt.from != "" {
				cfg.Project.Root = t.TempDir()
				if err := os.WriteFile(filepath.Join(cfg.Project.Root, "Dockerfile"), []byte("FROM "+tt.from+"\nCOPY . /app\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			result, err := inspect(ctx, t, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			var got []string
			for _, d := range result.Report.Verdict.Blocking() {
				got = append(got, result.Report.Findings[d.Finding].ID)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("blocked by %q, want %q: %+v", got, tt.want, result.Report.Findings)
			}
		})
	}
}

// push puts an image into a registry, and returns its digest.
func push(ctx context.Context, t *testing.T, ref string, img imagetest.Image) string {
	t.Helper()
	cfg := config(t, write(t, "oci", img), ref)
	cfg.Policy = policy.Policy{FailOn: policy.Never, Coverage: policy.ActionIgnore}
	return promote(ctx, t, cfg)
}

// pushEmpty puts an image without layers into a registry.
func pushEmpty(t *testing.T, ref string) {
	t.Helper()
	parsed, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(parsed, empty.Image); err != nil {
		t.Fatal(err)
	}
}

// Labels and ages are asked for by the policy alone.
func TestLabelsAndAges(t *testing.T) {
	t.Parallel()
	c := imagetest.WellKept()
	c.Labels = map[string]string{"org.opencontainers.image.source": "https://git.example/app"}
	image := lodash(repaired, imagetest.Gzip, "")
	image.Config = &c
	for _, tt := range []struct {
		policy policy.Policy
		want   string
	}{
		{policy.Policy{}, ""},
		{policy.Policy{Labels: []policy.Label{{Name: "org.opencontainers.image.source", Value: "https://git.example/*"}}}, ""},
		{policy.Policy{Labels: []policy.Label{{Name: "owner"}}}, finding.RuleLabelMissing},
		{policy.Policy{MaxImageAge: 1, Rules: policy.Rules{"LG-BASE-008": policy.ActionBlock}}, "LG-BASE-008"},
	} {
		cfg := config(t, write(t, "oci", image))
		cfg.Policy = tt.policy
		result, err := inspect(context.Background(), t, cfg)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range result.Report.Verdict.Blocking() {
			got = append(got, result.Report.Findings[d.Finding].ID)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v is blocked by %q, want %q", tt.policy, got, tt.want)
		}
		if err := result.Close(); err != nil {
			t.Error(err)
		}
	}
}
