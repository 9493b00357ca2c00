package spdx_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/spdx"
)

func TestListed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"MIT": true, "mit": true, "GPL-3.0-only": true, "GPL-3.0": true, "LGPL-2.1+": true,
		"GPL-2.0-only WITH Classpath-exception-2.0": true, "GPL-2.0-only with classpath-exception-2.0": true,
		"": false, "GLP-3.0": false, "GPL-*": false, "LicenseRef-ours": false, "MIT WITH ours": false, "ours WITH Classpath-exception-2.0": false,
	} {
		if got := spdx.Listed(name); got != want {
			t.Errorf("Listed(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"GPL-3.0-onyl": "GPL-3.0-only", "apache2.0": "Apache-2.0", "AGLP-3.0-only": "AGPL-3.0-only", "a-licence-that-is-only-ours-and-near-nothing": "",
	} {
		if got := spdx.Nearest(word); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// A rule that names any of the spellings is about the licence. Others have to stay apart: who denies one version does not deny another.
func TestSpellings(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string][]string{
		"MIT":              {"mit"},
		"GPL-3.0":          {"gpl-3.0", "gpl-3.0-only"},
		"GPL-3.0-only":     {"gpl-3.0-only", "gpl-3.0"},
		"GPL-3.0+":         {"gpl-3.0+", "gpl-3.0-or-later", "gpl-3.0"},
		"GPL-3.0-or-later": {"gpl-3.0-or-later", "gpl-3.0+", "gpl-3.0"},
		"EPL-1.0+":         {"epl-1.0+", "epl-1.0-or-later", "epl-1.0"},
		"GPL-2.0 WITH Classpath-exception-2.0": {
			"gpl-2.0 with classpath-exception-2.0", "gpl-2.0", "gpl-2.0-only", "gpl-2.0-only with classpath-exception-2.0",
		},
		"GPL-2.0-with-GCC-exception":  {"gpl-2.0-with-gcc-exception", "gpl-2.0", "gpl-2.0-only"},
		"LicenseRef-ours-with-theirs": {"licenseref-ours-with-theirs"},
	} {
		got := spdx.Spellings(declared)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
			t.Errorf("Spellings(%q) (-want +got):\n%s", declared, diff)
		}
	}
}
