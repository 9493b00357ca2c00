package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPin(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	writeFile(t, filepath.Join(root, "README.md"), "```yaml\n- uses: layergate/layergate@v1\n```\nlayergate/layergate@v1 in a sentence\n")
	page := filepath.Join(root, "docs", "github.md")
	writeFile(t, page, "- uses: layergate/layergate@v1\n")
	example := filepath.Join(root, "examples", "github", "gate.yml")
	writeFile(t, example, "      - uses: actions/checkout@v5\n      - uses: layergate/layergate@"+mainCommit+" # v1.0.0\n        with:\n")
	c := &command{root: root}
	if err := c.run(t.Context(), []string{"pin", "1.2.3", commit}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"```yaml\n- uses: layergate/layergate@" + commit + " # v1.2.3\n```\nlayergate/layergate@v1 in a sentence\n",
		"- uses: layergate/layergate@" + commit + " # v1.2.3\n",
		"      - uses: actions/checkout@v5\n      - uses: layergate/layergate@" + commit + " # v1.2.3\n        with:\n",
	}
	var got []string
	for _, file := range []string{filepath.Join(root, "README.md"), page, example} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(content))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README, page and example (-want +got):\n%s", diff)
	}
	for _, args := range [][]string{{"pin", "1.2.3", "v1"}, {"pin", "1.2", commit}} {
		if err := c.run(t.Context(), args); err == nil {
			t.Errorf("run(%q) = nil, want an error", args)
		}
	}
	writeFile(t, filepath.Join(root, "README.md"), "")
	for _, file := range []string{page, example} {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.run(t.Context(), []string{"pin", "1.2.3", commit}); err == nil {
		t.Error("pin found nothing to pin and said nothing")
	}
}
