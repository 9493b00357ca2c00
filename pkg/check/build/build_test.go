package build_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/layergate/layergate/pkg/check/build"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// bases gives every base image one layer.
type bases struct{}

func (bases) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	raw, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": struct{}{}, "history": []ocispecs.History{{CreatedBy: "ADD rootfs.tar / # buildkit"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []digest.Digest{digest.FromString("base")}},
	})
	return ref, digest.FromBytes(raw), raw, err
}

// history is the history that BuildKit's frontend gives the image of a Dockerfile.
func history(t *testing.T, source string) []dockerfile.Entry {
	t.Helper()
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	result, err := dockerfile2llb.Dockerfile2LLB(context.Background(), []byte(source), dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{BuildPlatforms: []ocispecs.Platform{platform}}, TargetPlatform: &platform, MetaResolver: bases{},
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []dockerfile.Entry
	for _, h := range result.Image.History {
		out = append(out, dockerfile.Entry{CreatedBy: h.CreatedBy, Empty: h.EmptyLayer})
	}
	return out
}

// find is what the rules find in a Dockerfile.
func find(t *testing.T, source string) []finding.Finding {
	t.Helper()
	file, err := dockerfile.Parse("Dockerfile", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	a, err := file.Attribute(history(t, source), dockerfile.Build{})
	if err != nil {
		t.Fatal(err)
	}
	s := build.Subject{Platform: "linux/amd64", Instructions: a.Instructions(), Syntax: a.Syntax()}
	for i, l := range a.Layers {
		s.Layers = append(s.Layers, finding.Layer{Index: i, Base: l.Base})
	}
	return build.Find(s)
}

// findInHistory is what the rules find where there is no Dockerfile, of the layers above the base.
func findInHistory(entries []dockerfile.Entry) []finding.Finding {
	layers := 0
	for _, e := range entries {
		if !e.Empty {
			layers++
		}
	}
	s := build.Subject{Platform: "linux/amd64", Instructions: dockerfile.FromHistory(entries, 1)}
	for i := range layers {
		s.Layers = append(s.Layers, finding.Layer{Index: i, Base: i == 0})
	}
	return build.Find(s)
}
