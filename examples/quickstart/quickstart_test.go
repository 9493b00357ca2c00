package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestQuickstart(t *testing.T) {
	t.Parallel()
	results := t.TempDir()
	var out bytes.Buffer
	if err := run(context.Background(), &out, results); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	first, second, ok := strings.Cut(out.String(), "=== 2.")
	if !ok {
		t.Fatalf("the story has no second part:\n%s", out.Bytes())
	}
	for _, want := range []string{
		`lodash +4\.17\.4 +4\.17\.21 +1C 2H 1M`, `lodash 4\.17\.4 → 4\.17\.21`, `minimist +0\.0\.8 `, `golang\.org/x/text +v0\.3\.5 `,
		`libssl1\.1 +1\.1\.1k-1\+deb11u1 +1\.1\.1k-1\+deb11u2 `, `libc6 `, `zlib1g `, `BLOCKED`, `heard nothing`,
	} {
		if !regexp.MustCompile(want).MatchString(first) {
			t.Errorf("the first part does not say %q:\n%s", want, first)
		}
	}
	for _, want := range []string{`CLEAN`, `scanned +sha256:`, `pushed +127\.0\.0\.1:\d+/production/shop:repaired@sha256:`} {
		if !regexp.MustCompile(want).MatchString(second) {
			t.Errorf("the second part does not say %q:\n%s", want, second)
		}
	}
	for _, part := range []string{"vulnerable", "repaired"} {
		for _, name := range []string{"layergate.sarif", "layergate.json", "summary.md", "sbom.cdx.json"} {
			if info, err := os.Stat(filepath.Join(results, part, name)); err != nil || info.Size() == 0 {
				t.Errorf("there is no report %s/%s: %v", part, name, err)
			}
		}
	}
}
