package lockfile_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

const npmLock = `{
  "lockfileVersion": 3,
  "packages": {
    "": {
      "dependencies": {"express": "^4", "qs": "^6"}
    },
    "node_modules/express": {
      "version": "4.0.0",
      "dependencies": {"qs": "^5", "send": "^1"}
    },
    "node_modules/express/node_modules/qs": {
      "version": "5.0.0"
    },
    "node_modules/qs": {
      "version": "6.0.0"
    },
    "node_modules/send": {
      "version": "1.0.0",
      "dependencies": {"ms": "^2"}
    },
    "node_modules/ms": {
      "version": "2.0.0"
    }
  }
}
`

func TestVia(t *testing.T) {
	t.Parallel()
	cargo := "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"rand 0.8.0\",\n \"time\",\n]\n\n" +
		"[[package]]\nname = \"rand\"\nversion = \"0.8.0\"\nsource = \"registry+x\"\ndependencies = [\n \"libc\",\n]\n\n" +
		"[[package]]\nname = \"rand\"\nversion = \"0.7.0\"\nsource = \"registry+x\"\n\n" +
		"[[package]]\nname = \"time\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\n \"rand 0.7.0 (registry+x)\",\n]\n\n" +
		"[[package]]\nname = \"libc\"\nversion = \"0.2.0\"\nsource = \"registry+x\"\n"
	uv := "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\ndependencies = [\n    { name = \"flask\" },\n]\n\n" +
		"[[package]]\nname = \"flask\"\nversion = \"2.0\"\nsource = { registry = \"x\" }\ndependencies = [\n    { name = \"jinja2\" },\n]\n\n" +
		"[[package]]\nname = \"jinja2\"\nversion = \"3.0\"\nsource = { registry = \"x\" }\n"
	gemfile := "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.0.5)\n    rails (5.0)\n      rack (~> 2.0)\n\nDEPENDENCIES\n  rails (~> 5)\n"
	goMod := "require (\n\tgolang.org/x/net v0.1.0 // indirect\n\tgolang.org/x/text v0.3.5\n)\n"
	tests := []struct {
		file, body         string
		typ, name, version string
		indirect           bool
		via                []string
	}{
		{"package-lock.json", npmLock, "npm", "express", "4.0.0", false, nil},
		{"package-lock.json", npmLock, "npm", "qs", "6.0.0", false, nil},
		{"package-lock.json", npmLock, "npm", "qs", "5.0.0", true, []string{"express"}},
		{"package-lock.json", npmLock, "npm", "ms", "2.0.0", true, []string{"express"}},
		{"Cargo.lock", cargo, "rust-crate", "rand", "0.8.0", false, nil},
		{"Cargo.lock", cargo, "rust-crate", "rand", "0.7.0", true, []string{"time"}},
		{"Cargo.lock", cargo, "rust-crate", "libc", "0.2.0", true, []string{"rand"}},
		{"uv.lock", uv, "python", "flask", "2.0", false, nil},
		{"uv.lock", uv, "python", "Jinja2", "3.0", true, []string{"flask"}},
		{"Gemfile.lock", gemfile, "gem", "rails", "5.0", false, nil},
		{"Gemfile.lock", gemfile, "gem", "rack", "2.0.5", true, []string{"rails"}},
		{"go.mod", goMod, "go-module", "golang.org/x/text", "v0.3.5", false, nil},
		{"go.mod", goMod, "go-module", "golang.org/x/net", "v0.1.0", true, nil},
		{"poetry.lock", "[[package]]\nname = \"urllib3\"\nversion = \"1.24\"\n", "python", "urllib3", "1.24", false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.name+" "+tt.version, func(t *testing.T) {
			t.Parallel()
			x, err := lockfile.Scan(fstest.MapFS{tt.file: &fstest.MapFile{Data: []byte(tt.body)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			got, ok := x.Source(finding.Package{Type: tt.typ, Name: tt.name, Version: tt.version})
			if diff := cmp.Diff(tt.via, got.Via); diff != "" || !ok || got.Indirect != tt.indirect {
				t.Errorf("Source() = %+v, %t, want indirect %t; via (-want +got):\n%s", got, ok, tt.indirect, diff)
			}
		})
	}
}
