package layerfs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/layerfs"
)

func TestChainIDs(t *testing.T) {
	t.Parallel()
	a, b := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	// printf 'sha256:aa… sha256:bb…' | sha256sum
	want := []string{a, "sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c"}
	if got := layerfs.ChainIDs([]string{a, b}); !slices.Equal(got, want) {
		t.Errorf("ChainIDs() = %q, want %q", got, want)
	}
	if got := layerfs.ChainIDs(nil); len(got) != 0 {
		t.Errorf("ChainIDs(nil) = %q, want none", got)
	}
}
