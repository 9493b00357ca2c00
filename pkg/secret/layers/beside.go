package layers

import (
	"cmp"
	"context"
	"slices"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret"
)

// beside lists the secrets in what a layer's tar has beside the content of files, each value once.
func beside(ctx context.Context, tree *layerfs.FS, layer int) ([]Secret, error) {
	var searcher secret.Searcher
	found, err := searcher.Parts(ctx, tree.Beside(layer))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b secret.Placed) int { return cmp.Compare(a.Offset, b.Offset) })
	var offsets []int64
	for _, f := range found {
		offsets = append(offsets, f.Offset)
	}
	names, err := tree.Headers(layer, offsets)
	if err != nil {
		return nil, err
	}
	var out []Secret
	for i, f := range found {
		out = append(out, Secret{Found: f.Found, Path: secret.RedactPath(names[i]), Beside: true})
	}
	return out, nil
}
