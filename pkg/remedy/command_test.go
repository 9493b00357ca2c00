package remedy

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

func TestSourceCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		manager  lockfile.Manager
		indirect bool
		pkg      finding.Package
		want     string
	}{
		{"npm", lockfile.NPM, false, finding.Package{Name: "@a/lodash"}, "npm install @a/lodash@2.0"},
		{"npm, indirect", lockfile.NPM, true, finding.Package{Name: "@a/lodash"}, "npm pkg set overrides.@a/lodash=2.0 && npm install"},
		{"npm, indirect with a dot", lockfile.NPM, true, finding.Package{Name: "lodash.merge"}, ""},
		{"yarn", lockfile.Yarn, false, finding.Package{Name: "lodash"}, "yarn upgrade lodash@2.0"},
		{"yarn, indirect", lockfile.Yarn, true, finding.Package{Name: "lodash"}, "npm pkg set resolutions.lodash=2.0 && yarn install"},
		{"pnpm", lockfile.PNPM, false, finding.Package{Name: "lodash"}, "pnpm update --depth Infinity lodash@2.0"},
		{"pip", lockfile.Pip, false, finding.Package{Name: "jinja2"}, "pip install jinja2==2.0"},
		{"pipenv", lockfile.Pipenv, false, finding.Package{Name: "jinja2"}, "pipenv upgrade jinja2==2.0"},
		{"poetry", lockfile.Poetry, false, finding.Package{Name: "jinja2"}, "poetry update jinja2"},
		{"uv", lockfile.UV, true, finding.Package{Name: "jinja2"}, "uv lock --upgrade-package jinja2==2.0"},
		{"go", lockfile.Go, true, finding.Package{Name: "golang.org/x/net"}, "go get golang.org/x/net@2.0 && go mod tidy"},
		{"go's own", lockfile.Go, false, finding.Package{Name: "stdlib"}, ""},
		{"bundler", lockfile.Bundler, false, finding.Package{Name: "rack"}, "bundle update --conservative rack"},
		{"composer", lockfile.Composer, false, finding.Package{Name: "symfony/http"}, "composer update --with-dependencies symfony/http:2.0"},
		{"cargo", lockfile.Cargo, false, finding.Package{Name: "smallvec", Version: "1.6.0"}, "cargo update -p smallvec@1.6.0 --precise 2.0"},
		{"maven", lockfile.Maven, false, finding.Package{Name: "core", PURL: "pkg:maven/org.a/core@1"}, "mvn versions:use-dep-version -Dincludes=org.a:core -DdepVersion=2.0 -DforceVersion=true"},
		{"maven without a group", lockfile.Maven, false, finding.Package{Name: "core"}, ""},
		{"none", "", false, finding.Package{Name: "lodash"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sourceCommand(lockfile.Source{Manager: tt.manager, Indirect: tt.indirect}, tt.pkg, "2.0"); got != tt.want {
				t.Errorf("sourceCommand(%s) = %q, want %q", tt.pkg.Name, got, tt.want)
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
		for _, m := range []lockfile.Manager{lockfile.NPM, lockfile.Yarn, lockfile.PNPM, lockfile.Pip, lockfile.Poetry, lockfile.UV, lockfile.Go, lockfile.Bundler, lockfile.Maven} {
			if got := sourceCommand(lockfile.Source{Manager: m}, p, "2.0"); got != "" && name != "" {
				t.Errorf("sourceCommand(%s, %q) = %q, want none", m, name, got)
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
