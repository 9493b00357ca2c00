package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sumsOf is a SHA256SUMS with a line for each file; the digest of the first is all 0, that of the second all 1.
func sumsOf(files ...string) string {
	var b strings.Builder
	for i, file := range files {
		fmt.Fprintf(&b, "%s  %s\n", strings.Repeat(fmt.Sprint(i%10), 64), file)
	}
	return b.String()
}

// releasedArchives are those of a release of version 1.2.3.
func releasedArchives() []string {
	var files []string
	for _, platform := range []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"} {
		files = append(files, "layergate_1.2.3_"+platform+".tar.gz")
	}
	return files
}

func TestFormula(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join("testdata", "layergate.rb"))
	if err != nil {
		t.Fatal(err)
	}
	packages := t.TempDir()
	writeFile(t, filepath.Join(packages, "SHA256SUMS"), sumsOf(releasedArchives()...))
	var got bytes.Buffer
	c := &command{stdout: &got}
	if err := c.run(t.Context(), []string{"formula", "1.2.3", packages}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the formula differs (-want +got):\n%s", diff)
	}
}

func TestFormulaRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ version, sums, want string }{
		"no version":         {version: "v1.2.3", sums: sumsOf(releasedArchives()...), want: "MAJOR.MINOR.PATCH"},
		"another version":    {version: "1.2.4", sums: sumsOf(releasedArchives()...), want: "does not name layergate_1.2.4_darwin_arm64.tar.gz"},
		"an archive missing": {version: "1.2.3", sums: sumsOf(releasedArchives()[:3]...), want: "does not name layergate_1.2.3_linux_arm64.tar.gz"},
		"a digest too short": {version: "1.2.3", sums: "00  layergate_1.2.3_darwin_arm64.tar.gz\n", want: "no line of sha256sum"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			packages := t.TempDir()
			writeFile(t, filepath.Join(packages, "SHA256SUMS"), tt.sums)
			c := &command{stdout: &bytes.Buffer{}}
			if err := c.run(t.Context(), []string{"formula", tt.version, packages}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("formula = %v, want an error with %q", err, tt.want)
			}
		})
	}
}
