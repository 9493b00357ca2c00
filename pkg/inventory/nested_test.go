package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// nestedJars is an archive that holds so many others, each of which does so again, and the innermost this manifest
// alone.
func nestedJars(t *testing.T, depth, each int) string {
	t.Helper()
	members := []string{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"}
	if depth > 0 {
		inner := nestedJars(t, depth-1, each)
		for i := range each {
			members = append(members, fmt.Sprintf("lib/%d.jar", i), inner)
		}
	}
	return jar(t, members...)
}

// Archives inside archives are read, and refused where there is no end of them.
func TestTakeNestedArchives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		depth, each int
		want        string // why it could not be read; empty where it was
	}{
		{name: "as application servers have them", depth: 3, each: 3},
		{name: "deep", depth: 8, each: 1},
		{name: "too deep", depth: 9, each: 1, want: "archives lie in it more than 8 deep"},
		{name: "too many", depth: 5, each: 8, want: "more than 10000 archives lie in it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file("app/a.jar", nestedJars(t, tt.depth, tt.each))})
			var got string
			for _, gap := range inv.Unreadable {
				got += gap.Reason
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Take() could not read %q, want %q", got, tt.want)
			}
		})
	}
}
