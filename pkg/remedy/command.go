package remedy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// plain is a word that every shell takes as it is, and no command takes for an option.
var plain = regexp.MustCompile(`^[A-Za-z0-9@_./][A-Za-z0-9@_./:=+-]*$`)

// option is a word of our own that is an option.
var option = regexp.MustCompile(`^--?[A-Za-z][A-Za-z-]*$`)

// shell is a command line of some words. It is empty where a word, which may come from the image, is no plain one: a reader
// copies it into a shell.
func shell(words ...string) string {
	for _, w := range words {
		if !plain.MatchString(w) && !option.MatchString(w) {
			return ""
		}
	}
	return strings.Join(words, " ")
}

// then joins commands of which one follows the other; it is empty where one is.
func then(commands ...string) string {
	if slices.Contains(commands, "") {
		return ""
	}
	return strings.Join(commands, " && ")
}

// maxNamed is how many packages a command names. More are upgraded with all others.
const maxNamed = 10

// systemCommand upgrades packages of a distribution, all by one package manager, in a RUN instruction.
func systemCommand(packages []finding.Package) string {
	var names []string
	for _, p := range packages {
		if p.Type != packages[0].Type {
			return ""
		}
		names = append(names, p.Name)
	}
	names = slices.Compact(names)
	if len(names) > maxNamed {
		names = nil
	}
	switch p := packages[0]; p.Type {
	case "deb":
		if names == nil {
			return "apt-get update && apt-get upgrade -y"
		}
		return then("apt-get update", shell(append([]string{"apt-get", "install", "-y", "--only-upgrade"}, names...)...))
	case "apk":
		return shell(append([]string{"apk", "upgrade", "--no-cache"}, names...)...)
	case "rpm":
		if names == nil {
			return rpmManager(p) + " upgrade -y"
		}
		return shell(append([]string{rpmManager(p), "upgrade", "-y"}, names...)...)
	case "alpm":
		return "pacman -Syu --noconfirm" // Arch Linux supports no partial upgrades
	}
	return ""
}

// rpmManager is the package manager of the distribution that a package is of, by the namespace of its purl (package-url
// specification).
func rpmManager(p finding.Package) string {
	namespace, _, _ := strings.Cut(strings.TrimPrefix(p.PURL, "pkg:rpm/"), "/")
	switch namespace {
	case "opensuse", "suse", "sles", "sled", "opensuse-leap", "opensuse-tumbleweed":
		return "zypper --non-interactive"
	case "azurelinux", "mariner", "photon":
		return "tdnf"
	}
	return "dnf"
}

// spell adds the command that upgrades a package of the project, and what to know of it.
func (d *draft) spell(s *Step, p finding.Package, source lockfile.Source) {
	to, transitive := s.Changes[0].To[0], len(source.Via) > 0
	name := p.Name
	switch source.Manager {
	case lockfile.NPM:
		s.Command = shell("npm", "install", name+"@"+to)
		if transitive {
			s.Command = override("overrides", name, to, "npm install")
		}
	case lockfile.Yarn:
		s.Command = shell("yarn", "upgrade", name+"@"+to)
		if transitive {
			s.Command = override("resolutions", name, to, "yarn install")
		}
	case lockfile.PNPM:
		s.Command = shell("pnpm", "add", name+"@"+to)
		if transitive {
			s.Command = override("pnpm.overrides", name, to, "pnpm install")
		}
	case lockfile.Pip:
		s.Command = shell("pip", "install", name+"=="+to)
	case lockfile.Pipenv:
		s.Command = shell("pipenv", "upgrade", name+"=="+to)
	case lockfile.Poetry:
		s.Command = shell("poetry", "add", name+"@"+to)
		if transitive {
			s.Command = shell("poetry", "update", name)
		}
	case lockfile.UV:
		s.Command = shell("uv", "lock", "--upgrade-package", name+"=="+to)
	case lockfile.Go:
		if name != "stdlib" {
			s.Command = then(shell("go", "get", name+"@"+to), "go mod tidy")
		}
	case lockfile.Bundler:
		s.Command = shell("bundle", "update", "--conservative", name)
	case lockfile.Composer:
		s.Command = shell("composer", "update", "--with-dependencies", name+":"+to)
	case lockfile.Cargo:
		s.Command = shell("cargo", "update", "-p", name+"@"+p.Version, "--precise", to)
	case lockfile.Maven:
		if group := mavenGroup(p); group != "" {
			s.Command = shell("mvn", "versions:use-dep-version", "-Dincludes="+group+":"+name, "-DdepVersion="+to, "-DforceVersion=true")
		}
	}
}

// override sets the version of a package that others bring, in the package.json. A dot in its name would part it in two.
func override(field, name, to, install string) string {
	if strings.Contains(name, ".") {
		return ""
	}
	return then(shell("npm", "pkg", "set", fmt.Sprintf("%s.%s=%s", field, name, to)), install)
}

// mavenGroup is the group of an artifact, by its purl (package-url specification, type maven); empty where that is not known.
func mavenGroup(p finding.Package) string {
	rest, ok := strings.CutPrefix(p.PURL, "pkg:maven/")
	if !ok {
		return ""
	}
	group, _, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return group
}
