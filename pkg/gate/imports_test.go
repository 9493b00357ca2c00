package gate_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/layergate/layergate/"

// The packages in the order of the design: each may import those below it. Beside the order, the picture of the way
// through allows what comes later on the way to take the value of what comes before.
func TestImports(t *testing.T) {
	t.Parallel()
	restricted := []struct {
		modules []string // import path prefixes
		only    []string // packages that may import them
	}{
		{[]string{"github.com/anchore/"}, []string{"pkg/anchore", "pkg/inventory", "pkg/match", "pkg/match/version", "pkg/vulndb", "pkg/vulndb/osv", "pkg/vulndb/vulndbtest"}},
		{[]string{"github.com/google/go-containerregistry"}, []string{"pkg/image", "pkg/layerfs", "pkg/registry", "pkg/imagetest", "pkg/registrytest"}},
		{[]string{"github.com/Azure/"}, []string{"pkg/entra"}},
		{[]string{"github.com/owenrumney/go-sarif"}, []string{"pkg/report"}},
		{[]string{"github.com/sethvargo/go-githubactions", module + "pkg/ci"}, []string{"pkg/ci", "cmd/layergate"}},
		{[]string{"github.com/moby/buildkit/client", "github.com/moby/buildkit/session"}, []string{"pkg/build"}},
		{[]string{module + "pkg/gate"}, []string{"cmd/layergate", "examples/quickstart"}},
		{[]string{module + "pkg/imagetest", module + "pkg/registrytest"}, []string{"examples/quickstart", "pkg/registrytest"}},
	}
	standardOnly := []string{"pkg/finding", "pkg/fault", "pkg/visible"}
	for pkg, imports := range importsOf(t) {
		for _, path := range imports {
			for _, r := range restricted {
				for _, prefix := range r.modules {
					if strings.HasPrefix(path, prefix) && !slices.Contains(r.only, pkg) {
						t.Errorf("%s imports %s, which only %s may", pkg, path, strings.Join(r.only, ", "))
					}
				}
			}
			if slices.Contains(standardOnly, pkg) && strings.Contains(path, ".") {
				t.Errorf("%s imports %s, and may import the standard library only", pkg, path)
			}
		}
		if pkg == "pkg/build" && slices.ContainsFunc(imports, func(p string) bool {
			return slices.Contains([]string{"pkg/gate", "pkg/ci", "pkg/policy", "pkg/report"}, strings.TrimPrefix(p, module))
		}) {
			t.Errorf("%s imports what comes after it", pkg)
		}
		if i := slices.Index(imports, "os"); i >= 0 && pkg == "pkg/policy" {
			t.Errorf("%s imports os, and must be pure", pkg)
		}
	}
}

// Only the commands and pkg/ci see the environment and the process's streams, and only main ends the process.
func TestProcessStaysOutside(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for pkg := range importsOf(t) {
		if strings.HasPrefix(pkg, "cmd/") || strings.HasPrefix(pkg, "examples/") {
			continue
		}
		for _, file := range sources(t, filepath.Join(root, pkg)) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"os.Getenv(", "os.LookupEnv(", "os.Environ(", "os.Stdout", "os.Stderr", "os.Stdin", "os.Exit(", "log.Fatal", "fmt.Print"} {
				if strings.Contains(string(raw), word) {
					t.Errorf("%s uses %s", file, strings.TrimSuffix(word, "("))
				}
			}
		}
	}
}

func sources(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

// importsOf lists what each package of the module imports outside its tests.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if rel = filepath.ToSlash(rel); strings.HasPrefix(rel, ".") && rel != "." || strings.Contains(rel, "testdata") {
			return fs.SkipDir
		}
		for _, file := range sources(t, path) {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range parsed.Imports {
				p, _ := strconv.Unquote(spec.Path.Value)
				out[rel] = append(out[rel], p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("found only %d packages", len(out))
	}
	return out
}
