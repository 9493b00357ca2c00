package remedy

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// contains tells whether a note has a part, or is empty where none is wanted.
func contains(note, part string) bool {
	return strings.Contains(note, part) && (note == "") == (part == "")
}

func TestSourceCommand(t *testing.T) {
	t.Parallel()
	direct := func(m lockfile.Manager) lockfile.Source {
		return lockfile.Source{Manager: m, Relation: lockfile.Direct}
	}
	indirect := func(m lockfile.Manager) lockfile.Source {
		return lockfile.Source{Manager: m, Relation: lockfile.Indirect}
	}
	workspace := func(m lockfile.Manager, names ...string) lockfile.Source {
		return lockfile.Source{Manager: m, Relation: lockfile.OfWorkspace, Workspaces: names}
	}
	requirement := func(text, allows string) lockfile.Source {
		return lockfile.Source{Manager: lockfile.Pip, Text: text, Allows: allows}
	}
	unknown := func(m lockfile.Manager) lockfile.Source { return lockfile.Source{Manager: m} }
	several := func(m lockfile.Manager) lockfile.Source {
		return lockfile.Source{Manager: m, Relation: lockfile.Indirect, OtherVersions: true}
	}
	named := func(name string) finding.Package { return finding.Package{Name: name, Version: "1.0"} }
	const ambiguous, overrides, spelling = "does not tell whether", "has other versions", "takes for something else"
	lockOf := func(manifest string) string { return "the lock file alone, within the version ranges of " + manifest }
	core := finding.Package{Name: "core", PURL: "pkg:maven/org.a/core@1"}
	tests := []struct {
		name   string
		source lockfile.Source
		pkg    finding.Package
		want   string
		note   string // part of it; empty for none
	}{
		{"npm", direct(lockfile.NPM), named("@a/lodash"), "npm install @a/lodash@2.0", ""},
		{"npm, indirect", indirect(lockfile.NPM), named("@a/lodash"), "npm pkg set overrides.@a/lodash=2.0 && npm install", ""},
		{"npm, with a dot", direct(lockfile.NPM), named("socket.io"), "npm install socket.io@2.0", ""},
		{"npm, indirect with a dot", indirect(lockfile.NPM), named("lodash.merge"), "npm pkg set 'overrides[lodash.merge]=2.0' && npm install", ""},
		{"npm, indirect with a scope and a dot", indirect(lockfile.NPM), named("@a/b.c"), "npm pkg set 'overrides[@a/b.c]=2.0' && npm install", ""},
		{"npm, a repository of GitHub", direct(lockfile.NPM), named("evil/lodash"), "", spelling},
		{"npm, a directory", direct(lockfile.NPM), named("../lodash"), "", spelling},
		{"npm, of workspaces with odd names", workspace(lockfile.NPM, "$(x)"), named("lodash"), "", spelling},
		{"npm, of a workspace", workspace(lockfile.NPM, "web"), named("lodash"), "npm install --workspace web lodash@2.0", ""},
		{"npm, of many workspaces", workspace(lockfile.NPM, strings.Split("abcdefghijk", "")...), named("lodash"), "", "in each"},
		{"npm, several versions", several(lockfile.NPM), named("lodash"), "", overrides},
		{"npm, unknown", unknown(lockfile.NPM), named("lodash"), "", ambiguous},
		{"yarn", direct(lockfile.Yarn), named("lodash"), "yarn upgrade lodash@2.0", ""},
		{"yarn, of workspaces", workspace(lockfile.Yarn, "@x/a", "b"), named("lodash"), "yarn workspace @x/a upgrade lodash@2.0 && yarn workspace b upgrade lodash@2.0", ""},
		{"yarn, of a workspace with a name that is none", workspace(lockfile.Yarn, "b", "$(x)"), named("lodash"), "", spelling},
		{"yarn, indirect with a dot", indirect(lockfile.Yarn), named("lodash.merge"), "npm pkg set 'resolutions[lodash.merge]=2.0' && yarn install", ""},
		{"yarn, indirect", indirect(lockfile.Yarn), named("lodash"), "npm pkg set resolutions.lodash=2.0 && yarn install", ""},
		{"yarn, several versions", several(lockfile.Yarn), named("lodash"), "", overrides},
		{"yarn, unknown", unknown(lockfile.Yarn), named("lodash"), "", ambiguous},
		{"yarn 2", direct(lockfile.YarnBerry), named("lodash"), "yarn up lodash@2.0", ""},
		{"yarn 2, of a workspace", workspace(lockfile.YarnBerry), named("lodash"), "yarn up lodash@2.0", ""},
		{"yarn 2, indirect", several(lockfile.YarnBerry), named("lodash"), "yarn up -R lodash", lockOf("package.json")},
		{"pnpm", direct(lockfile.PNPM), named("lodash"), "pnpm update lodash@2.0", ""},
		{"pnpm, of a workspace", workspace(lockfile.PNPM), named("lodash"), "pnpm update --recursive lodash@2.0", ""},
		{"pnpm, indirect", indirect(lockfile.PNPM), named("@a/lodash"), "", `add "@a/lodash": "2.0" to overrides in pnpm-workspace.yaml`},
		{"pnpm, several versions", several(lockfile.PNPM), named("lodash"), "", overrides},
		{"pip", requirement("jinja2==1.0", "==1.0"), named("jinja2"), "", ""},
		{"pip, a range", requirement("jinja2>=1", ">=1"), named("jinja2"), "", "allows this version already"},
		{"pip, a prefix", requirement("jinja2==2.*", "==2.*"), named("jinja2"), "", "allows this version already"},
		{"pip, a range that ends before", requirement("jinja2<2", "<2"), named("jinja2"), "", "does not allow this version"},
		{"pip, with hashes", lockfile.Source{Manager: lockfile.Pip, Allows: "==1.0", Hashed: true}, named("jinja2"), "", "write jinja2==2.0 there with the hashes"},
		{"pip, by a tool", lockfile.Source{Manager: lockfile.Pip, Allows: "==1.0", Generated: true, Hashed: true}, named("jinja2"), "", "--upgrade-package jinja2==2.0"},
		{"pipenv", direct(lockfile.Pipenv), named("jinja2"), "pipenv upgrade jinja2==2.0", ""},
		{"pipenv, unknown", unknown(lockfile.Pipenv), named("jinja2"), "pipenv upgrade --lock-only jinja2==2.0", lockOf("Pipfile")},
		{"poetry", indirect(lockfile.Poetry), named("jinja2"), "poetry update jinja2", lockOf("pyproject.toml")},
		{"uv", indirect(lockfile.UV), named("jinja2"), "uv lock --upgrade-package jinja2==2.0", lockOf("pyproject.toml")},
		{"go", indirect(lockfile.Go), named("golang.org/x/net"), "go get golang.org/x/net@2.0 && go mod tidy", ""},
		{"go, another major version", direct(lockfile.Go), named("github.com/a/b_c/v2"), "go get github.com/a/b_c/v2@2.0 && go mod tidy", ""},
		{"go, with a tilde", direct(lockfile.Go), named("git.sr.ht/~sbinet/gg"), "go get git.sr.ht/~sbinet/gg@2.0 && go mod tidy", ""},
		{"go, many modules", direct(lockfile.Go), named("golang.org/x/..."), "", spelling},
		{"go's own", direct(lockfile.Go), named("stdlib"), "", spelling},
		{"bundler", direct(lockfile.Bundler), named("rack"), "bundle update --conservative rack", lockOf("Gemfile")},
		{"composer", indirect(lockfile.Composer), named("symfony/http"), "composer update --with-dependencies symfony/http:2.0", lockOf("composer.json")},
		{"composer, with two dashes", direct(lockfile.Composer), named("a_b/c--d.e"), "composer update --with-dependencies a_b/c--d.e:2.0", lockOf("composer.json")},
		{"composer without a vendor", direct(lockfile.Composer), named("http"), "", spelling},
		{"cargo", indirect(lockfile.Cargo), named("smallvec"), "cargo update -p smallvec@1.0 --precise 2.0", lockOf("Cargo.toml")},
		{"maven", unknown(lockfile.Maven), core, "mvn versions:use-dep-version -Dincludes=org.a:core -DdepVersion=2.0 -DforceVersion=true", ""},
		{"maven without a group", unknown(lockfile.Maven), named("core"), "", "the group of the artifact is not known"},
		{"maven, of an odd group", unknown(lockfile.Maven), finding.Package{Name: "core", PURL: "pkg:maven/$(x)/core@1"}, "", spelling},
		{"maven, for a version of Scala", unknown(lockfile.Maven), finding.Package{Name: "akka-http_2.13", PURL: "pkg:maven/com.a/akka-http_2.13@1"}, "mvn versions:use-dep-version -Dincludes=com.a:akka-http_2.13 -DdepVersion=2.0 -DforceVersion=true", ""},
		{"gradle, locked", unknown(lockfile.Gradle), core, "./gradlew dependencies --update-locks org.a:core", "what the build file allows"},
		{"gradle, in the build file", direct(lockfile.Gradle), core, "", "after the edit"},
		{"nuget", direct(lockfile.NuGet), named("Serilog"), "dotnet add package Serilog --version 2.0", ""},
		{"nuget, indirect", indirect(lockfile.NuGet), named("Serilog"), "dotnet add package Serilog --version 2.0", "adds a reference"},
		{"none", unknown(""), named("lodash"), "", spelling},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, note := sourceCommand(tt.source, tt.pkg, "2.0")
			if got != tt.want {
				t.Errorf("sourceCommand(%s) = %q, want %q", tt.pkg.Name, got, tt.want)
			}
			if !contains(note, tt.note) {
				t.Errorf("sourceCommand(%s) notes %q, want %q in it", tt.pkg.Name, note, tt.note)
			}
		})
	}
}

// A command is run where its package manager finds the project.
func TestTargetCommand(t *testing.T) {
	t.Parallel()
	lodash := finding.Package{Name: "lodash", Version: "1.0", PURL: "pkg:maven/org.a/lodash@1"}
	for _, tt := range []struct {
		name    string
		manager lockfile.Manager
		file    string
		want    string
		note    string
	}{
		{"the root", lockfile.NPM, "package-lock.json", "npm install lodash@2.0", ""},
		{"a directory", lockfile.NPM, "services/web/package-lock.json", "cd services/web && npm install lodash@2.0", ""},
		{"an odd directory", lockfile.NPM, "$(id)/package-lock.json", "", "the directory of the file has characters"},
		{"the wrapper of Gradle", lockfile.Gradle, "app/gradle.lockfile", "./gradlew dependencies --update-locks org.a:lodash", "what the build file allows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			relation := lockfile.Direct
			if tt.manager == lockfile.Gradle {
				relation = ""
			}
			of := target{source: lockfile.Source{Manager: tt.manager, Relation: relation, Location: finding.Location{File: tt.file}}}
			if got, note := of.command(lodash, "2.0"); got != tt.want || !contains(note, tt.note) {
				t.Errorf("command() = %q, %q, want %q and %q in the note", got, note, tt.want, tt.note)
			}
		})
	}
}

func TestSystemCommand(t *testing.T) {
	t.Parallel()
	many := strings.Fields("a b c d e f g h i j k")
	tests := []struct {
		name, typ string
		installed string // in the base image
		names     []string
		want      string
	}{
		{"apt", "deb", "", []string{"libssl3", "openssl"}, "apt-get update && apt-get install -y --only-upgrade libssl3 openssl && rm -rf /var/lib/apt/lists/*"},
		{"apt, many", "deb", "", many, "apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*"},
		{"apk", "apk", "", []string{"openssl"}, "apk upgrade --no-cache openssl"},
		{"apk, many", "apk", "", many, "apk upgrade --no-cache"},
		{"dnf", "rpm", "dnf microdnf yum", []string{"openssl"}, "dnf upgrade -y openssl && dnf clean all"},
		{"dnf 5", "rpm", "dnf5", []string{"openssl"}, "dnf5 upgrade -y openssl && dnf5 clean all"},
		{"microdnf", "rpm", "bash microdnf", []string{"openssl"}, "microdnf upgrade -y openssl && microdnf clean all"},
		{"microdnf, many", "rpm", "microdnf", many, "microdnf upgrade -y && microdnf clean all"},
		{"yum", "rpm", "yum", []string{"openssl"}, "yum update -y openssl && yum clean all"},
		{"tdnf", "rpm", "tdnf", []string{"openssl"}, "tdnf upgrade -y openssl && tdnf clean all"},
		{"zypper", "rpm", "zypper", []string{"openssl"}, "zypper --non-interactive update openssl && zypper clean --all"},
		{"an image of rpm without a package manager", "rpm", "rpm bash", []string{"openssl"}, ""},
		{"pacman", "alpm", "", []string{"openssl"}, "pacman -Syu --noconfirm"},
		{"odd but allowed", "deb", "", []string{"g++", "libc6.1-dev"}, "apt-get update && apt-get install -y --only-upgrade g++ libc6.1-dev && rm -rf /var/lib/apt/lists/*"},
		{"apt would remove it", "deb", "", []string{"bash-"}, ""},
		{"portage", "portage", "", []string{"dev-libs/openssl"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var packages []finding.Package
			for _, n := range tt.names {
				packages = append(packages, finding.Package{Type: tt.typ, Name: n})
			}
			installed := map[string]bool{}
			for name := range strings.FieldsSeq(tt.installed) {
				installed[name] = true
			}
			if got := systemCommand(packages, installed); got != tt.want {
				t.Errorf("systemCommand(%q) = %q, want %q", tt.names, got, tt.want)
			}
		})
	}
}

// A version comes from an advisory, and goes into commands and files.
func TestHostileVersions(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"", "1;id", "$(id)", "`id`", "1 -y", "-1", "1\nRUN id", "1!2", "~1", "1:~", "https://x", "1||2", "*"} {
		for _, m := range []lockfile.Manager{lockfile.NPM, lockfile.YarnBerry, lockfile.Poetry, lockfile.Go, lockfile.Cargo, lockfile.Maven, lockfile.NuGet} {
			p := finding.Package{Name: "example.com", Version: "1.0", PURL: "pkg:maven/a/example.com@1.0"}
			if got, note := sourceCommand(lockfile.Source{Manager: m, Relation: lockfile.Direct}, p, to); got != "" || note == "" {
				t.Errorf("sourceCommand(%s, to %q) = %q, %q, want none and why", m, to, got, note)
			}
		}
	}
}

// A reader copies a command into a shell: a name that would do something there, or be an option, is in none.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a;id", "$(id)", "`id`", "a b", "-y", "--allow-downgrades", "a\nid", "a'b", "a|b", "a>b", "a&b", "~a", "*", "", "\u202Ea"} {
		p := finding.Package{Type: "deb", Name: name, PURL: "pkg:maven/" + name + "/x@1"}
		for _, m := range []lockfile.Manager{
			lockfile.NPM, lockfile.Yarn, lockfile.YarnBerry, lockfile.PNPM, lockfile.Pip, lockfile.Pipenv, lockfile.Poetry, lockfile.UV, lockfile.Go,
			lockfile.Bundler, lockfile.Composer, lockfile.Cargo, lockfile.Maven, lockfile.Gradle, lockfile.NuGet,
		} {
			for _, r := range []lockfile.Relation{lockfile.Direct, lockfile.OfWorkspace, lockfile.Indirect} {
				if got, note := sourceCommand(lockfile.Source{Manager: m, Relation: r, Workspaces: []string{"web"}}, p, "2.0"); got != "" || note == "" {
					t.Errorf("sourceCommand(%s, %q) = %q, %q, want none and why", m, name, got, note)
				}
			}
		}
		if got := systemCommand([]finding.Package{p}, nil); got != "" {
			t.Errorf("systemCommand(%q) = %q, want none", name, got)
		}
		f := vulnerable("CVE-1", "deb", name, "1", baseLayer)
		if got := acceptCommand([]finding.Finding{f}); got != "" {
			t.Errorf("acceptCommand(%q) = %q, want none", name, got)
		}
	}
}

func TestAcceptCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		findings []finding.Finding
		want     string
	}{
		{"of the base", []finding.Finding{vulnerable("CVE-1", "deb", "perl", "1", baseLayer)}, "layergate exception add CVE-1 --package perl --layer base --until fixed --reason '…' --owner '…'"},
		{"of two packages", []finding.Finding{vulnerable("CVE-1", "deb", "perl", "1", ownRun), vulnerable("CVE-1", "deb", "perl-base", "1", ownRun)}, "layergate exception add CVE-1 --until fixed --reason '…' --owner '…'"},
		{"fixed, of no use", []finding.Finding{vulnerable("CVE-1", "npm", "tar", "2", ownRun, "1")}, "layergate exception add CVE-1 --package tar --expires YYYY-MM-DD --reason '…' --owner '…'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := acceptCommand(tt.findings); got != tt.want {
				t.Errorf("acceptCommand() = %q, want %q", got, tt.want)
			}
		})
	}
}
