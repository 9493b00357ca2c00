package pkg_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/input"
)

// flagPattern is a flag in a text, or the beginning of one that a name is put behind.
var flagPattern = regexp.MustCompile(`(?:^|[^0-9A-Za-z-])--(?:[a-z]|%[sqv])|[^0-9A-Za-z-]--$`)

// foreignFlags are flags that are not Layergate's, with the command before them.
var foreignFlags = []string{
	"docker buildx bake --print",
	"docker buildx build --output type=oci",
	"docker save --platform linux/amd64 -o app.tar NAME",
	"az role assignment create --role %s --assignee %s --scope $(az acr show --name %s --query id --output tsv)",
	"az acr show --name %s --query roleAssignmentMode says %s",
	"kubectl get pods --all-namespaces -o json",
	"kubectl get pods --all-namespaces --chunk-size=0 -o json",
	"RUN --mount=type=secret",
	"RUN --mount=type=ssh",
}

// TestFlagsInText fails for text of a package that spells an input as a flag: what is a flag on a terminal has other
// names elsewhere. A hint names the input as fault.Input, and an error names the thing itself.
func TestFlagsInText(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, p := range parse(t) {
		if strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "examples/") || slices.Contains([]string{"remedy", "check/build", "lockfile"}, name) {
			continue // they speak of command lines, or of files with options of pip
		}
		p.inspect(func(n ast.Node) {
			text, ok := literal(n)
			if !ok {
				return
			}
			for _, foreign := range foreignFlags {
				used[foreign] = used[foreign] || strings.Contains(text, foreign)
				text = strings.ReplaceAll(text, foreign, "")
			}
			if flagPattern.MatchString(text) {
				t.Errorf("%s: %q names a flag; a hint names the input with fault.Hintf and fault.Input", p.set.Position(n.Pos()), text)
			}
		})
	}
	for _, foreign := range foreignFlags {
		if !used[foreign] {
			t.Errorf("no text holds %q any more", foreign)
		}
	}
}

// TestInputsInHints holds each fault.Input against the table. Only hints may name inputs: in another text the name
// would stay as the table has it.
func TestInputsInHints(t *testing.T) {
	t.Parallel()
	found := 0
	for _, p := range parse(t) {
		p.inspect(func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			if isFault(call, "Input") {
				found++
				name, ok := literal(call.Args[0])
				if !ok || !slices.ContainsFunc(input.Table(), func(in input.Input) bool { return in.Name == name }) {
					t.Errorf("%s: fault.Input wants the name of an input, as a literal, and has %q", p.set.Position(n.Pos()), name)
				}
			}
			for _, arg := range call.Args {
				if inner, ok := arg.(*ast.CallExpr); ok && isFault(inner, "Input") && !isFault(call, "Hintf") {
					t.Errorf("%s: an input is named in a text that is no hint", p.set.Position(arg.Pos()))
				}
			}
		})
	}
	if found < 20 {
		t.Errorf("found %d inputs in hints, want those that there are", found)
	}
}

// inspect calls look for each node of the package's files.
func (s source) inspect(look func(ast.Node)) {
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			look(n)
			return true
		})
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
