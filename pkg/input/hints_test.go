package input

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// flagPattern is a flag in a text, or the beginning of one that a name is put behind.
var flagPattern = regexp.MustCompile(`(?:^|[^0-9A-Za-z-])--(?:[a-z]|%[sqv])|[^0-9A-Za-z-]--$`)

// foreignFlags are flags that are not Layergate's, with the command before them.
var foreignFlags = []string{
	"docker buildx build --output type=oci",
	"az role assignment create --role %s --assignee %s --scope $(az acr show --name %s --query id --output tsv)",
	"RUN --mount=type=secret",
	"RUN --mount=type=ssh",
}

// TestFlagsInText fails for text of a package that spells an input as a flag: what is a flag on a terminal has other names
// elsewhere. A hint names the input as fault.Input, and an error names the thing itself.
func TestFlagsInText(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, file := range sources(t, "pkg") {
		ast.Inspect(file.tree, func(n ast.Node) bool {
			if text, ok := literal(n); ok {
				for _, foreign := range foreignFlags {
					used[foreign] = used[foreign] || strings.Contains(text, foreign)
					text = strings.ReplaceAll(text, foreign, "")
				}
				if flagPattern.MatchString(text) {
					t.Errorf("%s: %q names a flag; a hint names the input with fault.Hintf and fault.Input", file.at(n), text)
				}
			}
			return true
		})
	}
	for _, foreign := range foreignFlags {
		if !used[foreign] {
			t.Errorf("no text holds %q any more", foreign)
		}
	}
}

// TestInputsInHints holds each fault.Input against the table. Only hints may name inputs: in another text the name would stay
// as the table has it.
func TestInputsInHints(t *testing.T) {
	t.Parallel()
	found := 0
	for _, file := range sources(t, "pkg", "cmd") {
		ast.Inspect(file.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if isFault(call, "Input") {
				found++
				name, ok := literal(call.Args[0])
				if !ok || !slices.ContainsFunc(Table(), func(in Input) bool { return in.Name == name }) {
					t.Errorf("%s: fault.Input wants the name of an input, as a literal, and has %q", file.at(n), name)
				}
			}
			for _, arg := range call.Args {
				if inner, ok := arg.(*ast.CallExpr); ok && isFault(inner, "Input") && !isFault(call, "Hintf") {
					t.Errorf("%s: an input is named in a text that is no hint", file.at(arg))
				}
			}
			return true
		})
	}
	if found < 20 {
		t.Errorf("found %d inputs in hints, want those that there are", found)
	}
}

// isFault tells whether a call is one of a function of package fault.
func isFault(call *ast.CallExpr, name string) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != name {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && pkg.Name == "fault"
}

// literal is the text of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// source is a Go file.
type source struct {
	name  string
	files *token.FileSet
	tree  *ast.File
}

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.files.Position(n.Pos()).Line)
}

// sources are the Go files below folders of the repository that are no tests.
func sources(t *testing.T, folders ...string) []source {
	t.Helper()
	var out []source
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			tree, err := parser.ParseFile(files, path, nil, 0)
			out = append(out, source{path, files, tree})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestFlagPattern(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"raise it with --db-max-age": true, "--image takes a path": true, "(--image x)": true, "a--b": false, "-- a": false, "---x": false, "give --%s": true, "give --": true,
	} {
		if got := flagPattern.MatchString(text); got != want {
			t.Errorf("flagPattern in %q = %t, want %t", text, got, want)
		}
	}
}
