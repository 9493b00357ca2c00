package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// variablesFile lists the environment variables that the program or a library in it reads by a name that its source holds,
// and behind them, as PACKAGE.FUNCTION, the places that read one whose name is not there to see.
const variablesFile = "testdata/variables.txt"

// readVariables are the names of variablesFile.
func readVariables(t *testing.T) (names, places []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(variablesFile))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.Contains(line, "."):
			places = append(places, line)
		default:
			names = append(names, line)
		}
	}
	return names, places
}

// TestVariablesAreListed finds out what the program and its libraries read of the environment. A name that is new has to be
// written down, so that TestHostileEnvironment tries it.
func TestVariablesAreListed(t *testing.T) {
	t.Parallel()
	found, unnamed := searchVariables(t)
	names, places := readVariables(t)
	for _, list := range []struct{ listed, found []string }{{names, found}, {places, unnamed}} {
		for _, name := range list.found {
			if !slices.Contains(list.listed, name) {
				t.Errorf("%s is read, and is not in %s: write it there, and see that it is hidden on a CI system", name, variablesFile)
			}
		}
		for _, name := range list.listed {
			if !slices.Contains(list.found, name) {
				t.Errorf("%s is in %s, and nothing reads it: take it out", name, variablesFile)
			}
		}
	}
}

// searchVariables reads the source of every package that is linked into the program.
func searchVariables(t *testing.T) (names, places []string) {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles \" \"}}", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0") // as it is released
	out, err := list.Output()
	if err != nil {
		t.Fatalf("listing the packages of the program: %v", err)
	}
	all, unnamed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 { // a package without files of Go
			continue
		}
		for _, call := range environmentCalls(t, fields[1], strings.Fields(fields[2])) {
			for _, name := range call.names {
				all[name] = true
			}
			if len(call.names) == 0 && call.direct {
				unnamed[fields[0]+"."+call.function] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all)), slices.Sorted(maps.Keys(unnamed))
}

// environmentCall is a call of a function that reads the environment, by its name.
type environmentCall struct {
	function string
	names    []string // the constant words among its arguments that may name a variable
	direct   bool     // it is one of the standard library's
}

var (
	environmentFunction = regexp.MustCompile(`(?i)env`)
	variableName        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// environmentCalls finds the calls in the files of a package.
func environmentCalls(t *testing.T, dir string, files []string) []environmentCall {
	t.Helper()
	var sources [][]byte
	reads := false
	for _, file := range files {
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, raw)
		reads = reads || bytes.Contains(raw, []byte("env(")) || bytes.Contains(raw, []byte("Env"))
	}
	if !reads {
		return nil
	}
	var parsed []*ast.File
	constants := map[string]string{}
	for i, raw := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), files[i], raw, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
		addConstants(constants, file)
	}
	var calls []environmentCall
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if c, ok := readCall(call, constants); ok {
					calls = append(calls, c)
				}
			}
			return true
		})
	}
	return calls
}

// readCall reads a call, and tells whether what it calls has to do with the environment.
func readCall(call *ast.CallExpr, constants map[string]string) (environmentCall, bool) {
	var c environmentCall
	switch f := call.Fun.(type) {
	case *ast.Ident:
		c.function = f.Name
	case *ast.SelectorExpr:
		c.function = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			c.direct = x.Name == "os" || x.Name == "syscall"
		}
	}
	if !environmentFunction.MatchString(c.function) || c.function == "Setenv" || c.function == "Unsetenv" {
		return c, false
	}
	for _, arg := range call.Args {
		word := ""
		switch x := arg.(type) {
		case *ast.BasicLit:
			if x.Kind == token.STRING {
				word, _ = strconv.Unquote(x.Value)
			}
		case *ast.Ident:
			word = constants[x.Name]
		}
		if variableName.MatchString(word) && strings.ContainsAny(word, "_ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			c.names = append(c.names, word)
		}
	}
	return c, true
}

// addConstants adds the constants and variables of a file that are a string.
func addConstants(constants map[string]string, file *ast.File) {
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST && group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			values := spec.(*ast.ValueSpec)
			for i, name := range values.Names {
				if i >= len(values.Values) {
					break
				}
				if literal, ok := values.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					constants[name.Name], _ = strconv.Unquote(literal.Value)
				}
			}
		}
	}
}
