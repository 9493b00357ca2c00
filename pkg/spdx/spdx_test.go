package spdx_test

import (
	"testing"

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
