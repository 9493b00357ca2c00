package gate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// Several images are pushed all or none: one that is blocked keeps the others back.
func TestPromoteSeveral(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		versions []string // of the package in each image
		want     []string // the tags that are written
		wantErr  error
	}{
		{"all clean", []string{repaired, repaired}, []string{"PUT /v2/app0/manifests/1", "PUT /v2/app1/manifests/1"}, nil},
		{"one blocked", []string{repaired, vulnerable}, nil, registry.ErrNotCleared},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			server := start(t, registrytest.Config{})
			g := open(ctx, t, config(t, "").Env)
			var results []*gate.Result
			for i, version := range tt.versions {
				repository := []string{"app0", "app1"}[i]
				req := config(t, write(t, "oci", lodash(version, imagetest.Gzip, "")), server.Host+"/"+repository+":1").Request
				result, err := g.Inspect(ctx, req)
				if err != nil {
					t.Fatal(err)
				}
				defer result.Close()
				results = append(results, result)
			}
			if err := g.Promote(ctx, results...); !errors.Is(err, tt.wantErr) {
				t.Errorf("Promote() = %v, want %v", err, tt.wantErr)
			}
			writes := server.Writes()
			if tt.want == nil && len(writes) > 0 {
				t.Errorf("the registry saw %q, want nothing", writes)
			}
			tags := slices.DeleteFunc(writes, func(w string) bool { return !strings.HasSuffix(w, "/manifests/1") })
			if !slices.Equal(tags, tt.want) {
				t.Errorf("the tags written are %q, want %q", tags, tt.want)
			}
		})
	}
}
