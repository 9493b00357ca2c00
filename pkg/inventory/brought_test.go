package inventory_test

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// owners describes the packages of a language with those of the system that own their files.
func owners(t *testing.T, layers ...[]imagetest.File) []string {
	t.Helper()
	inv := take(t, layers...)
	var out []string
	for _, p := range inv.Packages {
		if p.Root != "" {
			continue
		}
		line := fmt.Sprintf("%s %s %s of", p.Name, p.Version, p.State)
		for _, o := range p.Owners {
			line += " " + inv.Packages[o].Name
		}
		out = append(out, line)
	}
	return out
}

// What a system's package lists is its own as long as it has the content that the package brought.
func TestOwnersBroughtTheContent(t *testing.T) {
	t.Parallel()
	const (
		lib      = "usr/share/nodejs/lib/"
		manifest = `{"name": "lib", "version": "1.0.0"}`
		own      = "lib 1.0.0 visible of node-lib"
		nobodys  = "lib 1.0.0 visible of"
		info     = "var/lib/dpkg/info/node-lib.md5sums"
	)
	brought := map[string]string{
		lib + "package.json": manifest, lib + "lib.js": "patched", lib + "README": "text", lib + "__pycache__/lib.pyc": "compiled",
		"usr/share/doc/node-lib/example.js": "example", "usr/bin/lib": "#!/bin/sh\n",
	}
	base := []imagetest.File{osRelease("12"), status("node-lib=1.0.0-1")}
	var sums strings.Builder
	for name, content := range brought {
		base = append(base, file(name, content))
		fmt.Fprintf(&sums, "%x  %s\n", md5.Sum([]byte(content)), name)
	}
	base = append(base, file(info, sums.String()))
	gone := []imagetest.File{whiteout("usr/share/nodejs/lib"), whiteout("var/lib/dpkg/status"), whiteout(info)}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   string
	}{
		{"as brought", nil, own},
		{"written again", [][]imagetest.File{{file(lib+"package.json", manifest), file(lib+"lib.js", "patched")}}, own},
		{"replaced by upstream's", [][]imagetest.File{{file(lib+"package.json", manifest+" "), file(lib+"lib.js", "upstream's")}}, nobodys},
		{"only what names it", [][]imagetest.File{{file(lib+"package.json", manifest+" ")}}, nobodys},
		{"only what runs", [][]imagetest.File{{file(lib+"lib.js", "upstream's")}}, nobodys},
		{"replaced before the package was listed again", [][]imagetest.File{{file(lib+"lib.js", "upstream's")}, {status("node-lib=1.0.0-1", "other=1")}}, nobodys},
		{"the directory is another", [][]imagetest.File{{whiteout("usr/share/nodejs/lib"), file(lib+"package.json", manifest+" ")}}, nobodys},
		{"text", [][]imagetest.File{{file(lib+"README", "another")}}, own},
		{"documentation", [][]imagetest.File{{file("usr/share/doc/node-lib/example.js", "another")}}, own},
		{"what the interpreter writes", [][]imagetest.File{{file(lib+"__pycache__/lib.pyc", "another")}}, own},
		{"a command beside it", [][]imagetest.File{{file("usr/bin/lib", "#!/bin/bash\n")}}, own},
		{"a part is removed", [][]imagetest.File{{whiteout(lib + "lib.js")}}, own},
		{"removed", [][]imagetest.File{gone}, "lib 1.0.0 shadowed of node-lib"},
		{"removed, and others in its place", [][]imagetest.File{gone, {file(lib+"lib.js", "another's")}}, "lib 1.0.0 shadowed of node-lib"},
		{"removed after it was replaced", [][]imagetest.File{{file(lib+"package.json", manifest+" "), file(lib+"lib.js", "upstream's")}, gone}, "lib 1.0.0 shadowed of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff([]string{tt.want}, owners(t, append([][]imagetest.File{base}, tt.layers...)...)); diff != "" {
				t.Errorf("owners (-want +got):\n%s", diff)
			}
		})
	}
}
