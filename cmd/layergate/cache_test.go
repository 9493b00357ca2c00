package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/input"
)

// What a run writes is no part of the context that it builds, wherever inputs put it.
func TestOwnDirectories(t *testing.T) {
	t.Parallel()
	terminal := map[string]string{"GRYPE_DB_CACHE_DIR": "/grype"}
	github := map[string]string{"GITHUB_ACTIONS": "true"}
	for _, tt := range []struct {
		name             string
		env              map[string]string
		cacheDir, output string
		want             []string
	}{
		{name: "on a CI system nothing is kept that was not asked for", env: github, want: []string{"layergate-results"}},
		{name: "turned off", env: github, cacheDir: "off", output: "out", want: []string{"layergate-results", "out"}},
		{
			name: "in the context", env: github, cacheDir: ".layergate", output: "deep/reports",
			want: []string{"layergate-results", "deep/reports", filepath.Join(".layergate", "db"), ".layergate", filepath.Join(".layergate", "layers"), filepath.Join(".layergate", "db")},
		},
		{name: "the context itself", env: github, cacheDir: ".", want: []string{"layergate-results", "db", ".", "layers", "db"}},
		{
			name: "grype's own on a terminal", env: terminal, cacheDir: "kept",
			want: []string{"layergate-results", "/grype", "kept", filepath.Join("kept", "layers"), filepath.Join("kept", "db")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &command{env: tt.env}
			c.platform, c.identity = ci.Detect(ci.Env{Getenv: c.env.Getenv, Stdout: io.Discard, Stderr: io.Discard})
			none := func(string) string { return "" }
			in := input.Read(input.CommandLine, none, none)
			in.Set("cache-dir", tt.cacheDir)
			in.Set("output-dir", tt.output)
			if diff := cmp.Diff(tt.want, c.ownDirectories(in)); diff != "" {
				t.Errorf("ownDirectories() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnpackDir(t *testing.T) {
	t.Parallel()
	outside, checkout := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(checkout, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, cacheDir string
		env            map[string]string
		want           string
	}{
		{name: "on a terminal", cacheDir: outside, want: filepath.Join(outside, "unpacked")},
		{name: "turned off", cacheDir: "off"},
		{name: "where the project could write", cacheDir: "kept"},
		{name: "in a checkout elsewhere", cacheDir: filepath.Join(checkout, "kept")},
		{name: "on a CI system that names one", cacheDir: outside, env: map[string]string{"GITHUB_ACTIONS": "true"}, want: filepath.Join(outside, "unpacked")},
		{name: "on a CI system that names none", env: map[string]string{"GITHUB_ACTIONS": "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &command{env: tt.env}
			c.platform, c.identity = ci.Detect(ci.Env{Getenv: c.env.Getenv, Stdout: io.Discard, Stderr: io.Discard})
			none := func(string) string { return "" }
			in := input.Read(input.CommandLine, none, none)
			in.Set("cache-dir", tt.cacheDir)
			if got := c.unpackDir(in); got != tt.want {
				t.Errorf("unpackDir(%q) = %q, want %q", tt.cacheDir, got, tt.want)
			}
		})
	}
}
