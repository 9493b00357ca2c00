package inventory

import (
	"testing"

	"github.com/anchore/syft/syft/pkg"
)

func TestTrimmed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, purl, want, wantPURL string }{
		{"lodash", "pkg:npm/lodash@4.17.4", "lodash", "pkg:npm/lodash@4.17.4"},
		{" lodash\t", "pkg:npm/%20lodash%09@4.17.4", "lodash", "pkg:npm/lodash@4.17.4"},
		{" @babel/core", "pkg:npm/%20%40babel/core@7.0.0", "@babel/core", "pkg:npm/%40babel/core@7.0.0"},
		{" lodash", "", "lodash", ""},
	} {
		if got := trimmed(pkg.Package{Name: tt.name, PURL: tt.purl}); got.Name != tt.want || got.PURL != tt.wantPURL {
			t.Errorf("trimmed(%q, %s) = %q, %s, want %q, %s", tt.name, tt.purl, got.Name, got.PURL, tt.want, tt.wantPURL)
		}
	}
}
