package lockfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

func project() fstest.MapFS {
	files := map[string]string{
		"go.mod":                   "module example.com/app\n\ngo 1.26\n\nrequire golang.org/x/text v0.3.5\n\nrequire (\n\tgolang.org/x/net v0.1.0 // indirect\n)\n",
		"go.sum":                   "golang.org/x/text v0.3.5 h1:a=\ngolang.org/x/sys v0.1.0/go.mod h1:b=\ngolang.org/x/sys v0.1.0 h1:c=\n",
		"api/Pipfile.lock":         "{\n    \"default\": {\n        \"flask\": {\n            \"hashes\": [],\n            \"version\": \"==1.0.0\"\n        }\n    }\n}\n",
		"api/requirements-dev.txt": "# pinned\r\nJinja2[i18n]==2.10 ; python_version > '3'\r\nrequests>=2\r\nPyYAML == 5.1\r\n",
		"poetry.lock":              "[[package]]\nname = \"urllib3\"\nversion = \"1.24\"\n",
		"web/package-lock.json": `{
  "name": "web",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "web"
    },
    "node_modules/lodash": {
      "version": "4.17.4",
      "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.4.tgz"
    },
    "node_modules/a/node_modules/@scope/b": {
      "version": "2.0.0"
    }
  }
}
`,
		"yarn/yarn.lock":                   "# yarn lockfile v1\n\nminimist@0.0.8, minimist@~0.0.1:\n  version \"0.0.8\"\n\n\"@babel/core@^7.0.0\":\n  version \"7.1.0\"\n",
		"berry/yarn.lock":                  "__metadata:\n  version: 8\n\n\"left-pad@npm:^1.0.0\":\n  version: 1.3.0\n",
		"pnpm/pnpm-lock.yaml":              "lockfileVersion: '9.0'\npackages:\n\n  '@types/node@20.1.0':\n    resolution: {}\n  semver@5.7.0:\n    resolution: {}\n  /ms/2.0.0:\n    dev: true\n",
		"Gemfile.lock":                     "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.0.5)\n    rails (5.0)\n      rack (~> 2.0)\n",
		"composer.lock":                    "{\n    \"packages\": [\n        {\n            \"name\": \"symfony/http-foundation\",\n            \"version\": \"v3.4.1\",\n        }\n    ]\n}\n",
		"Cargo.lock":                       "[[package]]\nname = \"smallvec\"\nversion = \"0.6.0\"\n",
		"jvm/gradle.lockfile":              "# generated\norg.a:gson:2.8.1=compileClasspath,runtimeClasspath\nempty=\n",
		"jvm/build.gradle":                 "dependencies {\n    implementation 'org.a:guava:30.0-jre'\n}\n",
		"net/App.csproj":                   "<Project>\n  <PackageReference Include=\"Serilog\" Version=\"2.0.0\" />\n</Project>\n",
		"net/packages.lock.json":           nugetLock,
		"pom.xml":                          "<project>\n  <dependency>\n    <groupId>org.apache.logging.log4j</groupId>\n    <artifactId>log4j-core</artifactId>\n    <version>2.14.1</version>\n  </dependency>\n</project>\n",
		"node_modules/x/package-lock.json": "{\n  \"node_modules/hidden\": {\n    \"version\": \"1.0.0\"\n",
	}
	out := fstest.MapFS{}
	for name, body := range files {
		out[name] = &fstest.MapFile{Data: []byte(body)}
	}
	return out
}

func TestFind(t *testing.T) {
	t.Parallel()
	x, err := lockfile.Scan(project(), "services")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ typ, name, version, want string }{
		{"go-module", "golang.org/x/text", "v0.3.5", "services/go.mod:5"},
		{"go-module", "golang.org/x/net", "v0.1.0", "services/go.mod:8"},
		{"go-module", "golang.org/x/sys", "v0.1.0", "services/go.sum:3"},
		{"python", "jinja2", "2.10", "services/api/requirements-dev.txt:2"},
		{"python", "pyyaml", "5.1", "services/api/requirements-dev.txt:4"},
		{"python", "requests", "2.1", "services/api/requirements-dev.txt:3"},
		{"python", "Flask", "1.0.0", "services/api/Pipfile.lock:3"},
		{"python", "urllib3", "1.24", "services/poetry.lock:2"},
		{"npm", "lodash", "4.17.4", "services/web/package-lock.json:9"},
		{"npm", "lodash", "4.17.21", ""},
		{"npm", "@scope/b", "2.0.0", "services/web/package-lock.json:13"},
		{"npm", "minimist", "0.0.8", "services/yarn/yarn.lock:3"},
		{"npm", "@babel/core", "7.1.0", "services/yarn/yarn.lock:6"},
		{"npm", "left-pad", "1.3.0", "services/berry/yarn.lock:4"},
		{"npm", "@types/node", "20.1.0", "services/pnpm/pnpm-lock.yaml:4"},
		{"npm", "semver", "5.7.0", "services/pnpm/pnpm-lock.yaml:6"},
		{"npm", "ms", "2.0.0", "services/pnpm/pnpm-lock.yaml:8"},
		{"npm", "hidden", "1.0.0", ""},
		{"gem", "rack", "2.0.5", "services/Gemfile.lock:4"},
		{"php-composer", "symfony/http-foundation", "3.4.1", "services/composer.lock:4"},
		{"rust-crate", "smallvec", "0.6.0", "services/Cargo.lock:2"},
		{"java-archive", "log4j-core", "2.14.1", "services/pom.xml:5"},
		{"java-archive", "gson", "2.8.1", "services/jvm/gradle.lockfile:2"},
		{"java-archive", "guava", "30.0-jre", "services/jvm/build.gradle:2"},
		{"dotnet", "serilog", "2.0.0", "services/net/App.csproj:2"},
		{"dotnet", "Newtonsoft.Json", "12.0.1", "services/net/packages.lock.json:13"},
		{"deb", "rack", "2.0.5", ""},
	}
	for _, tt := range tests {
		t.Run(tt.typ+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if l, ok := x.Find(finding.Package{Type: tt.typ, Name: tt.name, Version: tt.version}); ok {
				got = fmt.Sprintf("%s:%d", l.File, l.Line)
			}
			if got != tt.want {
				t.Errorf("Find(%s %s %s) = %q, want %q", tt.typ, tt.name, tt.version, got, tt.want)
			}
		})
	}
}

// A lock file that is a link, or too large to be one, is passed over.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "go.mod")
	const line = "require example.com/odd v1.0.0\n"
	if err := errors.Join(os.WriteFile(outside, []byte(line), 0o600), os.WriteFile(filepath.Join(dir, "go.sum"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "go.mod")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	large := fstest.MapFS{"go.mod": {Data: append([]byte(line), make([]byte, 64<<20)...)}}
	for name, files := range map[string]fs.FS{"a link": root.FS(), "too large": large} {
		x, err := lockfile.Scan(files, ".")
		if err != nil {
			t.Fatal(err)
		}
		if l, ok := x.Find(finding.Package{Type: "go-module", Name: "example.com/odd", Version: "v1.0.0"}); ok {
			t.Errorf("%s: Find() = %+v, want nothing", name, l)
		}
	}
}

// FuzzScan looks for lock files that a reader does not survive.
func FuzzScan(f *testing.F) {
	for name, file := range project() {
		f.Add(name, string(file.Data))
	}
	f.Fuzz(func(t *testing.T, name, body string) {
		for _, base := range []string{
			"go.mod", "yarn.lock", "pnpm-lock.yaml", "package-lock.json", "requirements.txt", "pom.xml", "poetry.lock", "Pipfile.lock", "composer.lock",
			"packages.lock.json", "gradle.lockfile", "uv.lock", "Cargo.lock", "Gemfile.lock",
		} {
			files := fstest.MapFS{base: {Data: []byte(body)}}
			for _, manifest := range []string{"package.json", "pyproject.toml", "Pipfile", "composer.json"} {
				files[manifest] = &fstest.MapFile{Data: []byte(body)}
			}
			x, err := lockfile.Scan(files, ".")
			if err != nil {
				t.Error(err)
				continue
			}
			for _, version := range []string{"1.0", "2.10"} {
				if s, ok := x.Source(finding.Package{Type: "python", Name: "jinja2", Version: version}); ok {
					if text, ok := s.Rewrite(version, "3.1"); ok && (text == "" || strings.Contains(text, "\n")) {
						t.Errorf("Rewrite(%q) = %q, want one line", s.Text, text)
					}
				}
			}
		}
	})
}
