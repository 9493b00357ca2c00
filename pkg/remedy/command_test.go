package remedy

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

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
	unknown := func(m lockfile.Manager) lockfile.Source { return lockfile.Source{Manager: m} }
	several := func(m lockfile.Manager) lockfile.Source {
		return lockfile.Source{Manager: m, Relation: lockfile.Indirect, OtherVersions: true}
	}
	named := func(name string) finding.Package { return finding.Package{Name: name, Version: "1.0"} }
	const within, ambiguous, overrides = "stays within the version ranges", "does not tell whether", "has other versions"
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
		{"npm, indirect with a dot", indirect(lockfile.NPM), named("lodash.merge"), "", ""},
		{"npm, of a workspace", workspace(lockfile.NPM, "web"), named("lodash"), "npm install --workspace web lodash@2.0", ""},
		{"npm, of many workspaces", workspace(lockfile.NPM, strings.Split("abcdefghijk", "")...), named("lodash"), "", "in each"},
		{"npm, several versions", several(lockfile.NPM), named("lodash"), "", overrides},
		{"npm, unknown", unknown(lockfile.NPM), named("lodash"), "", ambiguous},
		{"yarn", direct(lockfile.Yarn), named("lodash"), "yarn upgrade lodash@2.0", ""},
		{"yarn, of workspaces", workspace(lockfile.Yarn, "@x/a", "b"), named("lodash"), "yarn workspace @x/a upgrade lodash@2.0 && yarn workspace b upgrade lodash@2.0", ""},
		{"yarn, of a workspace with a name that is none", workspace(lockfile.Yarn, "b", "$(x)"), named("lodash"), "", ""},
		{"yarn, indirect", indirect(lockfile.Yarn), named("lodash"), "npm pkg set resolutions.lodash=2.0 && yarn install", ""},
		{"yarn, several versions", several(lockfile.Yarn), named("lodash"), "", overrides},
		{"yarn, unknown", unknown(lockfile.Yarn), named("lodash"), "", ambiguous},
		{"yarn 2", direct(lockfile.YarnBerry), named("lodash"), "yarn up lodash@2.0", ""},
		{"yarn 2, of a workspace", workspace(lockfile.YarnBerry), named("lodash"), "yarn up lodash@2.0", ""},
		{"yarn 2, indirect", several(lockfile.YarnBerry), named("lodash"), "yarn up -R lodash", within},
		{"pnpm", direct(lockfile.PNPM), named("lodash"), "pnpm update lodash@2.0", ""},
		{"pnpm, of a workspace", workspace(lockfile.PNPM), named("lodash"), "pnpm update --recursive lodash@2.0", ""},
		{"pnpm, indirect", indirect(lockfile.PNPM), named("lodash"), "npm pkg set pnpm.overrides.lodash=2.0 && pnpm install", ""},
		{"pnpm, several versions", several(lockfile.PNPM), named("lodash"), "", overrides},
		{"pip", unknown(lockfile.Pip), named("jinja2"), "pip install jinja2==2.0", ""},
		{"pipenv", direct(lockfile.Pipenv), named("jinja2"), "pipenv upgrade jinja2==2.0", ""},
		{"pipenv, unknown", unknown(lockfile.Pipenv), named("jinja2"), "pipenv upgrade --lock-only jinja2==2.0", ""},
		{"poetry", indirect(lockfile.Poetry), named("jinja2"), "poetry update jinja2", within},
		{"uv", indirect(lockfile.UV), named("jinja2"), "uv lock --upgrade-package jinja2==2.0", ""},
		{"go", indirect(lockfile.Go), named("golang.org/x/net"), "go get golang.org/x/net@2.0 && go mod tidy", ""},
		{"go's own", direct(lockfile.Go), named("stdlib"), "", ""},
		{"bundler", direct(lockfile.Bundler), named("rack"), "bundle update --conservative rack", within},
		{"composer", indirect(lockfile.Composer), named("symfony/http"), "composer update --with-dependencies symfony/http:2.0", ""},
		{"cargo", indirect(lockfile.Cargo), named("smallvec"), "cargo update -p smallvec@1.0 --precise 2.0", ""},
		{"maven", unknown(lockfile.Maven), core, "mvn versions:use-dep-version -Dincludes=org.a:core -DdepVersion=2.0 -DforceVersion=true", ""},
		{"maven without a group", unknown(lockfile.Maven), named("core"), "", ""},
		{"gradle, locked", unknown(lockfile.Gradle), core, "./gradlew dependencies --update-locks org.a:core", "what the build file allows"},
		{"gradle, in the build file", direct(lockfile.Gradle), core, "", "after the edit"},
		{"nuget", direct(lockfile.NuGet), named("Serilog"), "dotnet add package Serilog --version 2.0", ""},
		{"nuget, indirect", indirect(lockfile.NuGet), named("Serilog"), "dotnet add package Serilog --version 2.0", "adds a reference"},
		{"none", unknown(""), named("lodash"), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sourceCommand(tt.source, tt.pkg, "2.0"); got != tt.want {
				t.Errorf("sourceCommand(%s) = %q, want %q", tt.pkg.Name, got, tt.want)
			}
			if got := commandNote(tt.source, "2.0"); !strings.Contains(got, tt.note) || (got == "") != (tt.note == "") {
				t.Errorf("commandNote(%s) = %q, want %q in it", tt.pkg.Name, got, tt.note)
			}
		})
	}
}

func TestSystemCommand(t *testing.T) {
	t.Parallel()
	many := strings.Fields("a b c d e f g h i j k")
	tests := []struct {
		name, typ, purl string
		names           []string
		want            string
	}{
		{"apt", "deb", "", []string{"libssl3", "openssl"}, "apt-get update && apt-get install -y --only-upgrade libssl3 openssl"},
		{"apt, many", "deb", "", many, "apt-get update && apt-get upgrade -y"},
		{"apk", "apk", "", []string{"openssl"}, "apk upgrade --no-cache openssl"},
		{"apk, many", "apk", "", many, "apk upgrade --no-cache"},
		{"dnf", "rpm", "pkg:rpm/redhat/openssl@1", []string{"openssl"}, "dnf upgrade -y openssl"},
		{"tdnf", "rpm", "pkg:rpm/azurelinux/openssl@1", []string{"openssl"}, "tdnf upgrade -y openssl"},
		{"zypper", "rpm", "pkg:rpm/opensuse/openssl@1", []string{"openssl"}, "zypper --non-interactive update openssl"},
		{"pacman", "alpm", "", []string{"openssl"}, "pacman -Syu --noconfirm"},
		{"portage", "portage", "", []string{"dev-libs/openssl"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var packages []finding.Package
			for _, n := range tt.names {
				packages = append(packages, finding.Package{Type: tt.typ, Name: n, PURL: tt.purl})
			}
			if got := systemCommand(packages); got != tt.want {
				t.Errorf("systemCommand(%q) = %q, want %q", tt.names, got, tt.want)
			}
		})
	}
}

// A reader copies a command into a shell: a name that would do something there, or be an option, is in none.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a;id", "$(id)", "`id`", "a b", "-y", "--allow-downgrades", "a\nid", "a'b", "a|b", "a>b", "a&b", "~a", "*", "", "\u202Ea"} {
		p := finding.Package{Type: "deb", Name: name, PURL: "pkg:maven/" + name + "/x@1"}
		for _, m := range []lockfile.Manager{
			lockfile.NPM, lockfile.Yarn, lockfile.YarnBerry, lockfile.PNPM, lockfile.Pip, lockfile.Pipenv, lockfile.Poetry, lockfile.UV, lockfile.Go,
			lockfile.Bundler, lockfile.Composer, lockfile.Maven, lockfile.Gradle, lockfile.NuGet,
		} {
			for _, r := range []lockfile.Relation{lockfile.Direct, lockfile.OfWorkspace, lockfile.Indirect} {
				if got := sourceCommand(lockfile.Source{Manager: m, Relation: r}, p, "2.0"); got != "" && name != "" {
					t.Errorf("sourceCommand(%s, %q) = %q, want none", m, name, got)
				}
			}
		}
		if got := systemCommand([]finding.Package{p}); got != "" {
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
