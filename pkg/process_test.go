package pkg_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// process lists what belongs to the process, by import path: its environment, streams and arguments, its end, and what
// reads the environment unseen. Only the commands and the examples see these; all else is given what it needs of them.
func process() map[string][]string {
	return map[string][]string{
		"os": {
			"Args", "Clearenv", "Environ", "Executable", "Exit", "Expand", "ExpandEnv", "Getenv", "Getwd", "Hostname", "LookupEnv", "Setenv",
			"Stderr", "Stdin", "Stdout", "Unsetenv", "UserCacheDir", "UserConfigDir", "UserHomeDir",
		},
		"fmt":                              {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"log":                              {"Default", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Print", "Printf", "Println", "Writer"},
		"log/slog":                         {"Debug", "Default", "Error", "Info", "Log", "SetDefault", "Warn"},
		"os/signal":                        {"Ignore", "Notify", "NotifyContext"},
		"syscall":                          {"Environ", "Exit", "Getenv", "Stderr", "Stdin", "Stdout"},
		"flag":                             {"CommandLine", "Parse"},
		"net/http":                         {"DefaultClient", "Get", "Head", "Post", "PostForm", "ProxyFromEnvironment"},
		"golang.org/x/net/http/httpproxy":  {"FromEnvironment"},
		"github.com/moby/moby/client":      {"FromEnv", "WithHostFromEnv", "WithTLSClientConfigFromEnv"},
		"github.com/docker/cli/cli/config": {"ContextStoreDir", "Dir", "Load", "LoadDefaultConfigFile", "Path"},
		"github.com/google/go-containerregistry/pkg/authn":     {"DefaultKeychain"},
		"github.com/google/go-containerregistry/pkg/v1/remote": {"DefaultTransport"},
	}
}

// ownProcess lists what a package may do to the process all the same: observe runs in one of its own, which it prepares.
func ownProcess() map[string][]string {
	return map[string][]string{"observe": {"os.Setenv", "os/signal.Ignore"}}
}

func TestProcessStaysOutside(t *testing.T) {
	t.Parallel()
	for name, p := range parse(t) {
		if strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "examples/") {
			continue
		}
		for _, file := range p.files {
			for _, use := range processUses(file) {
				if slices.Contains(ownProcess()[name], use.word) {
					continue
				}
				t.Errorf("%s: %s belongs to the process, which only commands see: let it be passed in", p.set.Position(use.pos), use.word)
			}
		}
	}
}

// The check itself finds what it looks for, by whatever name.
func TestProcessUses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, imports, body, want string }{
		{name: "plainly", imports: `"os"`, body: `os.Exit(1)`, want: "os.Exit"},
		{name: "as a value", imports: `"os"`, body: `env := os.Getenv; _ = env`, want: "os.Getenv"},
		{name: "by another name", imports: `system "os"`, body: `_ = system.Stdout`, want: "os.Stdout"},
		{name: "of a longer path", imports: `"net/http"`, body: `_ = http.DefaultClient`, want: "net/http.DefaultClient"},
		{name: "without a name", imports: `. "os"`, body: `_ = Stdout`, want: ". of os"},
		{name: "what is allowed", imports: `"os"`, body: `_, _ = os.Open("x")`},
		{name: "a variable of the same name", imports: `system "os"`, body: `var os struct{ Stdout int }; _ = os.Stdout; _ = system.Open`},
		{name: "a comment", imports: `"io"`, body: `_ = io.EOF // os.Exit(1)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nimport "+tt.imports+"\nfunc f() {\n"+tt.body+"\n}\n", 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range processUses(file) {
				got = append(got, u.word)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("processUses() = %q, want %q", got, tt.want)
			}
		})
	}
}

// use is a place that names what belongs to the process.
type use struct {
	pos  token.Pos
	word string // such as os.Getenv
}

// processUses lists where a file names what belongs to the process, by whichever name it imports the package. Importing
// one without a name counts: what is used of it cannot be told.
func processUses(file *ast.File) []use {
	var out []use
	paths := map[string]string{} // by the name that the file has for them
	for _, spec := range file.Imports {
		p := importPath(spec)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if process()[p] != nil {
			paths[name] = p
		}
	}
	if p, ok := paths["."]; ok {
		out = append(out, use{file.Pos(), ". of " + p})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// The parser resolves what the file itself declares, and not the names of imports.
		x, ok := s.X.(*ast.Ident)
		if ok && x.Obj == nil && slices.Contains(process()[paths[x.Name]], s.Sel.Name) {
			out = append(out, use{s.Pos(), paths[x.Name] + "." + s.Sel.Name})
		}
		return true
	})
	return out
}
