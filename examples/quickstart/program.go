package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goProgram compiles a small Go program whose build information names golang.org/x/text at a version. The module's
// source is a stand-in in a vendor directory, so that nothing is downloaded; the version that the compiler writes into
// the binary is real, and it is all that a scanner can see.
func goProgram(ctx context.Context, work, version string) (string, error) {
	dir := filepath.Join(work, "shop-"+version)
	for name, text := range map[string]string{
		"go.mod":  "module example.com/shop\n\ngo 1.21\n\nrequire golang.org/x/text " + version + "\n",
		"main.go": "package main\n\nimport \"golang.org/x/text/language\"\n\nfunc main() { println(\"shop speaks \" + language.Default) }\n",
		"vendor/golang.org/x/text/language/language.go": "// Package language stands in for the real one.\npackage language\n\n// Default is a language.\nconst Default = \"en\"\n",
		"vendor/modules.txt":                            "# golang.org/x/text " + version + "\n## explicit\ngolang.org/x/text/language\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=vendor", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", "shop", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compiling the example's program: %w: %s", err, strings.TrimSpace(string(out)))
	}
	program, err := os.ReadFile(filepath.Join(dir, "shop"))
	return string(program), err
}
