package lockfile_test

import (
	"cmp"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

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

const packageJSON = `{"dependencies": {"express": "^4", "qs": "^6"}, "devDependencies": {"@a/send": "^1"}}`

const npmLock1 = `{
  "lockfileVersion": 1,
  "requires": true,
  "dependencies": {
    "express": {
      "version": "4.0.0",
      "requires": {"qs": "^5"},
      "dependencies": {
        "qs": {
          "version": "5.0.0"
        }
      }
    },
    "qs": {
      "version": "6.0.0"
    }
  }
}
`

const workspaceLock = `{
  "lockfileVersion": 3,
  "packages": {
    "": {"workspaces": ["web"]},
    "node_modules/ms": {
      "version": "2.0.0"
    },
    "web": {
      "version": "1.0.0",
      "dependencies": {"ms": "^2"}
    }
  }
}
`

const yarnLock1 = `# yarn lockfile v1

"@a/send@^1", "@a/send@~1":
  version "1.0.0"
  dependencies:
    qs "^5"

express@^4:
  version "4.0.0"
  optionalDependencies:
    qs "^5"

qs@^5:
  version "5.0.0"

qs@^6, qs@~6:
  version "6.0.0"
`

const berryLock = `__metadata:
  version: 8

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    express: "npm:^4"
  linkType: soft

"express@npm:^4":
  version: 4.0.0
  dependencies:
    qs: ^5

"ms@npm:^2, ms@npm:~2":
  version: 2.0.0

"qs@npm:^5":
  version: 5.0.0

"web@workspace:web":
  version: 0.0.0-use.local
  dependencies:
    ms: "npm:~2"
`

const pnpmLock9 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      express:
        specifier: ^4
        version: 4.0.0(react@18.0.0)
  web:
    devDependencies:
      ms:
        specifier: ^2
        version: 2.0.0

packages:

  express@4.0.0:
    resolution: {integrity: x}

  ms@2.0.0:
    resolution: {integrity: x}

  qs@5.0.0:
    resolution: {integrity: x}

snapshots:

  express@4.0.0(react@18.0.0):
    dependencies:
      queries: qs@5.0.0
`

const pnpmLock5 = `lockfileVersion: 5.4

specifiers:
  '@a/send': ^1

dependencies:
  '@a/send': 1.0.0_react@18.0.0

packages:

  /@a/send/1.0.0_react@18.0.0:
    resolution: {integrity: x}
    dependencies:
      qs: 5.0.0

  /qs/5.0.0:
    resolution: {integrity: x}
`

const poetryLock = `[[package]]
name = "flask"
version = "2.0"

[package.dependencies]
Jinja2 = ">=3"

[[package]]
name = "Jinja2"
version = "3.0"
`

const pipfileLock = "{\n    \"default\": {\n        \"flask\": {\n            \"version\": \"==1.0.0\"\n        }\n    }\n}\n"

const composerLock = `{
    "packages": [
        {
            "name": "a/app",
            "version": "v1.0.0",
            "require": {"Symfony/HTTP": "^3"}
        },
        {
            "name": "symfony/http",
            "version": "v3.4.1"
        }
    ]
}
`

const nugetLock = `{
  "version": 1,
  "dependencies": {
    "net8.0": {
      "Serilog": {
        "type": "Direct",
        "requested": "[2.0.0, )",
        "resolved": "2.0.0",
        "dependencies": {
          "Newtonsoft.Json": "12.0.1"
        }
      },
      "Newtonsoft.Json": {
        "type": "Transitive",
        "resolved": "12.0.1"
      }
    }
  }
}
`

func TestSource(t *testing.T) {
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
		file               string // with the manifest beside it
		files              map[string]string
		typ, name, version string
		want               lockfile.Relation
		via                []string
	}{
		{"package-lock.json", only(npmLock), "npm", "express", "4.0.0", lockfile.Direct, nil},
		{"package-lock.json", only(npmLock), "npm", "qs", "6.0.0", lockfile.Direct, nil},
		{"package-lock.json", only(npmLock), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"express"}},
		{"package-lock.json", only(npmLock), "npm", "ms", "2.0.0", lockfile.Indirect, []string{"express"}},
		{"package-lock.json", only(workspaceLock), "npm", "ms", "2.0.0", lockfile.OfWorkspace, nil},
		{"package-lock.json", beside(npmLock1, "package.json", packageJSON), "npm", "express", "4.0.0", lockfile.Direct, nil},
		{"package-lock.json", beside(npmLock1, "package.json", packageJSON), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"express"}},
		{"package-lock.json", only(npmLock1), "npm", "qs", "5.0.0", "", nil},
		{"yarn.lock", beside(yarnLock1, "package.json", packageJSON), "npm", "express", "4.0.0", lockfile.Direct, nil},
		{"yarn.lock", beside(yarnLock1, "package.json", packageJSON), "npm", "qs", "6.0.0", lockfile.Direct, nil},
		{"yarn.lock", beside(yarnLock1, "package.json", packageJSON), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"@a/send", "express"}},
		{"yarn.lock", beside(yarnLock1, "package.json", packageJSON), "npm", "@a/send", "1.0.0", lockfile.Direct, nil},
		{"yarn.lock", yarnWorkspaces(`{"name": "@x/a", "devDependencies": {"express": "^4"}}`), "npm", "express", "4.0.0", lockfile.OfWorkspace, nil},
		{"yarn.lock", yarnWorkspaces(`{"name": "@x/a", "devDependencies": {"express": "^4"}}`), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"express"}},
		{"yarn.lock", yarnWorkspaces(`{"name": "@x/a"}`), "npm", "qs", "6.0.0", lockfile.Direct, nil},
		{"yarn.lock", yarnWorkspaces(`{`), "npm", "qs", "5.0.0", "", nil},
		{"yarn.lock", yarnWorkspaces(`{"dependencies": {"express": "^4"}}`), "npm", "express", "4.0.0", "", nil},
		{"yarn.lock", only(yarnLock1), "npm", "express", "4.0.0", "", nil},
		{"yarn.lock", only(berryLock), "npm", "express", "4.0.0", lockfile.Direct, nil},
		{"yarn.lock", only(berryLock), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"express"}},
		{"yarn.lock", only(berryLock), "npm", "ms", "2.0.0", lockfile.OfWorkspace, nil},
		{"pnpm-lock.yaml", only(pnpmLock9), "npm", "express", "4.0.0", lockfile.Direct, nil},
		{"pnpm-lock.yaml", only(pnpmLock9), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"express"}},
		{"pnpm-lock.yaml", only(pnpmLock9), "npm", "ms", "2.0.0", lockfile.OfWorkspace, nil},
		{"pnpm-lock.yaml", only(pnpmLock5), "npm", "@a/send", "1.0.0", lockfile.Direct, nil},
		{"pnpm-lock.yaml", only(pnpmLock5), "npm", "qs", "5.0.0", lockfile.Indirect, []string{"@a/send"}},
		{"Cargo.lock", only(cargo), "rust-crate", "rand", "0.8.0", lockfile.Direct, nil},
		{"Cargo.lock", only(cargo), "rust-crate", "rand", "0.7.0", lockfile.Indirect, []string{"time"}},
		{"Cargo.lock", only(cargo), "rust-crate", "libc", "0.2.0", lockfile.Indirect, []string{"rand"}},
		{"uv.lock", only(uv), "python", "flask", "2.0", lockfile.Direct, nil},
		{"uv.lock", only(uv), "python", "Jinja2", "3.0", lockfile.Indirect, []string{"flask"}},
		{"poetry.lock", beside(poetryLock, "pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3\"\nFlask = \"^2\"\n"), "python", "flask", "2.0", lockfile.Direct, nil},
		{"poetry.lock", beside(poetryLock, "pyproject.toml", "[tool.poetry.group.web.dependencies]\nflask = \"^2\"\n"), "python", "jinja2", "3.0", lockfile.Indirect, []string{"flask"}},
		{"poetry.lock", beside(poetryLock, "pyproject.toml", "[project]\ndependencies = [\"Flask[async]>=2\"]\n"), "python", "jinja2", "3.0", lockfile.Indirect, []string{"flask"}},
		{"poetry.lock", beside(poetryLock, "pyproject.toml", "[project.optional-dependencies]\nweb = [\"flask >= 2\"]\n[dependency-groups]\ndev = [\"jinja2\", {include-group = \"x\"}]\n"), "python", "jinja2", "3.0", lockfile.Direct, nil},
		{"poetry.lock", only(poetryLock), "python", "flask", "2.0", "", nil},
		{"Pipfile.lock", beside(pipfileLock, "Pipfile", "[packages]\nFlask = \"*\"\n"), "python", "flask", "1.0.0", lockfile.Direct, nil},
		{"Pipfile.lock", beside(pipfileLock, "Pipfile", "[dev-packages]\npytest = \"*\"\n"), "python", "flask", "1.0.0", lockfile.Indirect, nil},
		{"Gemfile.lock", only(gemfile), "gem", "rails", "5.0", lockfile.Direct, nil},
		{"Gemfile.lock", only(gemfile), "gem", "rack", "2.0.5", lockfile.Indirect, []string{"rails"}},
		{"composer.lock", beside(composerLock, "composer.json", `{"require": {"php": ">=8", "A/App": "^1"}}`), "php-composer", "a/app", "1.0.0", lockfile.Direct, nil},
		{"composer.lock", beside(composerLock, "composer.json", `{"require-dev": {"a/app": "^1"}}`), "php-composer", "symfony/http", "3.4.1", lockfile.Indirect, []string{"a/app"}},
		{"composer.lock", only(composerLock), "php-composer", "symfony/http", "3.4.1", "", nil},
		{"go.mod", only(goMod), "go-module", "golang.org/x/text", "v0.3.5", lockfile.Direct, nil},
		{"go.mod", only(goMod), "go-module", "golang.org/x/net", "v0.1.0", lockfile.Indirect, nil},
		{"build.gradle.kts", only("dependencies {\n    implementation(\"org.a:core:1.0\")\n}\n"), "java-archive", "core", "1.0", lockfile.Direct, nil},
		{"gradle.lockfile", only("# generated\norg.a:core:1.0=compileClasspath\nempty=annotationProcessor\n"), "java-archive", "core", "1.0", "", nil},
		{"App.csproj", only("<PackageReference Include=\"Newtonsoft.Json\" Version=\"12.0.1\" />\n"), "dotnet", "newtonsoft.json", "12.0.1", lockfile.Direct, nil},
		{"packages.lock.json", only(nugetLock), "dotnet", "Serilog", "2.0.0", lockfile.Direct, nil},
		{"packages.lock.json", only(nugetLock), "dotnet", "Newtonsoft.Json", "12.0.1", lockfile.Indirect, []string{"Serilog"}},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.name+" "+tt.version, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, body := range tt.files {
				files[cmp.Or(name, tt.file)] = &fstest.MapFile{Data: []byte(body)}
			}
			x, err := lockfile.Scan(files, "")
			if err != nil {
				t.Fatal(err)
			}
			got, ok := x.Source(finding.Package{Type: tt.typ, Name: tt.name, Version: tt.version})
			if diff := gocmp.Diff(tt.via, got.Via); diff != "" || !ok || got.Relation != tt.want {
				t.Errorf("Source() = %+v, %t, want %q; via (-want +got):\n%s", got, ok, tt.want, diff)
			}
		})
	}
}

// An override of one version would change the others, too.
func TestOtherVersions(t *testing.T) {
	t.Parallel()
	x, err := lockfile.Scan(fstest.MapFS{"package-lock.json": {Data: []byte(npmLock)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"qs 5.0.0": true, "ms 2.0.0": false} {
		p := finding.Package{Type: "npm"}
		p.Name, p.Version, _ = strings.Cut(name, " ")
		if got, ok := x.Source(p); !ok || got.OtherVersions != want {
			t.Errorf("Source(%s) = %+v, %t, want other versions: %t", name, got, ok, want)
		}
	}
}

// only is a lock file without its manifest, and beside is one with it.
func only(lock string) map[string]string { return map[string]string{"": lock} }

func beside(lock, name, manifest string) map[string]string {
	return map[string]string{"": lock, name: manifest}
}

// yarnWorkspaces is a project of Yarn 1 with a workspace, and a manifest elsewhere that is none's.
func yarnWorkspaces(manifest string) map[string]string {
	return map[string]string{
		"": yarnLock1, "package.json": `{"dependencies": {"qs": "^6"}, "workspaces": {"packages": ["pkgs/*"]}}`,
		"pkgs/a/package.json": manifest, "pkgs/a/deep/package.json": "{", "other/package.json": "{",
	}
}

// A package is upgraded in the workspaces that name it.
func TestWorkspaces(t *testing.T) {
	t.Parallel()
	pnpm := strings.ReplaceAll(pnpmLock9, "  web:\n", "  api:\n    dependencies:\n      ms:\n        specifier: ^2\n        version: 2.0.0\n  web:\n")
	for name, tt := range map[string]struct {
		file  string
		files map[string]string
		want  []string
	}{
		"npm":    {"package-lock.json", only(workspaceLock), []string{"web"}},
		"yarn":   {"yarn.lock", yarnWorkspaces(`{"name": "@x/a", "dependencies": {"ms": "^2"}}`), []string{"@x/a"}},
		"yarn 2": {"yarn.lock", only(berryLock), []string{"web"}},
		"pnpm":   {"pnpm-lock.yaml", only(pnpm), []string{"api", "web"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for at, body := range tt.files {
				if at == "" && name == "yarn" {
					body += "\nms@^2:\n  version \"2.0.0\"\n"
				}
				files[cmp.Or(at, tt.file)] = &fstest.MapFile{Data: []byte(body)}
			}
			x, err := lockfile.Scan(files, "")
			if err != nil {
				t.Fatal(err)
			}
			got, _ := x.Source(finding.Package{Type: "npm", Name: "ms", Version: "2.0.0"})
			if diff := gocmp.Diff(tt.want, got.Workspaces); diff != "" {
				t.Errorf("Source(): workspaces (-want +got):\n%s", diff)
			}
		})
	}
}
