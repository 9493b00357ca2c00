package pkg_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/layergate/layergate/"

// source is a package's files without its tests, whatever system and build tags they are for.
type source struct {
	set   *token.FileSet
	files []*ast.File
}

// parse reads all packages of the module, by the names that the tables of imports give them.
func parse(t *testing.T) map[string]source {
	t.Helper()
	const root = ".."
	out := map[string]source{}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (name == "testdata" || name[0] == '.' || name[0] == '_'): // as the go command does
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		key := shortName(filepath.ToSlash(dir))
		out[key] = source{set, append(out[key].files, file)}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out["gate"].files) == 0 || len(out["cmd/layergate"].files) == 0 {
		t.Fatalf("only %d packages were found", len(out))
	}
	return out
}

// shortName is a directory's name without pkg/.
func shortName(dir string) string { return strings.TrimPrefix(dir, "pkg/") }

func importPath(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value) // the parser has seen to that
	return path
}
