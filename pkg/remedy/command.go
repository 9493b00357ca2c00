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

// shell is a command line: words of our own, and then some that may come from the image. It is empty where one of these is no
// plain word, since a reader copies the line into a shell.
func shell(own string, words ...string) string {
	for _, w := range words {
		if !plain.MatchString(w) {
			return ""
		}
	}
	return strings.Join(append([]string{own}, words...), " ")
}

// with adds an option and its value to a command line; it is empty where one of the two is.
func with(command, option, value string) string {
	if rest := shell(option, value); command != "" && rest != "" {
		return command + " " + rest
	}
	return ""
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
		return then("apt-get update", shell("apt-get install -y --only-upgrade", names...))
	case "apk":
		return shell("apk upgrade --no-cache", names...)
	case "rpm":
		return shell(rpmUpgrade(p), names...)
	case "alpm":
		return "pacman -Syu --noconfirm" // Arch Linux supports no partial upgrades
	}
	return ""
}

// rpmUpgrade upgrades by the package manager of the distribution that a package is of, by the namespace of its purl
// (package-url specification).
func rpmUpgrade(p finding.Package) string {
	namespace, _, _ := strings.Cut(strings.TrimPrefix(p.PURL, "pkg:rpm/"), "/")
	switch namespace {
	case "opensuse", "suse", "sles", "sled", "opensuse-leap", "opensuse-tumbleweed":
		return "zypper --non-interactive update"
	case "azurelinux", "mariner", "photon":
		return "tdnf upgrade -y"
	}
	return "dnf upgrade -y"
}

// sourceCommand upgrades a package of the project to a version, by the package manager whose file names it. One that others
// bring is upgraded without making it the project's own dependency; where that is not to be told, there may be no command.
func sourceCommand(source lockfile.Source, p finding.Package, to string) string {
	name := p.Name
	switch source.Manager {
	case lockfile.NPM, lockfile.Yarn, lockfile.YarnBerry, lockfile.PNPM:
		return nodeCommand(source, name, to)
	case lockfile.Pip:
		return shell("pip install", name+"=="+to)
	case lockfile.Pipenv:
		if source.Relation == lockfile.Direct {
			return shell("pipenv upgrade", name+"=="+to)
		}
		return shell("pipenv upgrade --lock-only", name+"=="+to)
	case lockfile.Poetry:
		return shell("poetry update", name)
	case lockfile.UV:
		return shell("uv lock --upgrade-package", name+"=="+to)
	case lockfile.Go:
		if name != "stdlib" {
			return then(shell("go get", name+"@"+to), "go mod tidy")
		}
	case lockfile.Bundler:
		return shell("bundle update --conservative", name)
	case lockfile.Composer:
		return shell("composer update --with-dependencies", name+":"+to)
	case lockfile.Cargo:
		return with(shell("cargo update -p", name+"@"+p.Version), "--precise", to)
	case lockfile.Maven:
		if group := mavenGroup(p); group != "" && shell("", group, name, to) != "" {
			return fmt.Sprintf("mvn versions:use-dep-version -Dincludes=%s:%s -DdepVersion=%s -DforceVersion=true", group, name, to)
		}
	case lockfile.Gradle:
		if group := mavenGroup(p); group != "" && source.Relation != lockfile.Direct {
			return shell("./gradlew dependencies --update-locks", group+":"+name)
		}
	case lockfile.NuGet:
		return with(shell("dotnet add package", name), "--version", to)
	}
	return ""
}

// nodeCommand upgrades a package of Node. One that others bring gets its version from an override, which holds for all versions
// of it, so that there is none where the project needs several.
func nodeCommand(source lockfile.Source, name, to string) string {
	wanted := name + "@" + to
	switch m := source.Manager; source.Relation {
	case lockfile.Direct:
		return shell(map[lockfile.Manager]string{
			lockfile.NPM: "npm install", lockfile.Yarn: "yarn upgrade", lockfile.YarnBerry: "yarn up", lockfile.PNPM: "pnpm update",
		}[m], wanted)
	case lockfile.OfWorkspace:
		switch m {
		case lockfile.NPM:
			return inWorkspaces(source, func(w string) string { return shell("npm install --workspace", w, wanted) })
		case lockfile.Yarn:
			return inWorkspaces(source, func(w string) string { return with(shell("yarn workspace", w), "upgrade", wanted) })
		case lockfile.YarnBerry:
			return shell("yarn up", wanted)
		case lockfile.PNPM:
			return shell("pnpm update --recursive", wanted)
		}
	case lockfile.Indirect:
		switch {
		case m == lockfile.YarnBerry:
			return shell("yarn up -R", name)
		case source.OtherVersions:
		case m == lockfile.NPM:
			return override("overrides", name, to, "npm install")
		case m == lockfile.Yarn:
			return override("resolutions", name, to, "yarn install")
		case m == lockfile.PNPM:
			return override("pnpm.overrides", name, to, "pnpm install")
		}
	}
	return ""
}

// inWorkspaces joins a command for each workspace that names a package; there is none where they are many.
func inWorkspaces(source lockfile.Source, command func(workspace string) string) string {
	if n := len(source.Workspaces); n == 0 || n > maxNamed {
		return ""
	}
	var commands []string
	for _, w := range source.Workspaces {
		commands = append(commands, command(w))
	}
	return then(commands...)
}

// commandNote says what else to know about upgrading a package of the project; empty where the command does all.
func commandNote(source lockfile.Source, to string) string {
	switch source.Manager {
	case lockfile.NPM, lockfile.Yarn, lockfile.PNPM:
		return nodeNote(source)
	case lockfile.YarnBerry:
		if source.Relation == lockfile.Direct || source.Relation == lockfile.OfWorkspace {
			return ""
		}
		fallthrough
	case lockfile.Poetry, lockfile.Bundler:
		return "the command stays within the version ranges that ask for the package: where they end below " + to + ", change them first"
	case lockfile.Gradle:
		if source.Relation == lockfile.Direct {
			return "where the project locks versions, run ./gradlew dependencies --write-locks after the edit"
		}
		return "the command takes what the build file allows: change the version there first, or add a constraint if other packages bring it"
	case lockfile.NuGet:
		if source.Relation != lockfile.Direct {
			return "NuGet takes the version that the project itself names, so the command adds a reference to the project"
		}
	}
	return ""
}

// nodeNote says why a package of Node has no command.
func nodeNote(source lockfile.Source) string {
	switch source.Relation {
	case "":
		return "the lock file does not tell whether the project names the package itself or others bring it, which takes different commands"
	case lockfile.OfWorkspace:
		if source.Manager != lockfile.PNPM && len(source.Workspaces) > maxNamed {
			return "many workspaces of the project name the package: upgrade it in each"
		}
	case lockfile.Indirect:
		if source.OtherVersions {
			return "the lock file has other versions of the package, too, which an override for all would change: override it for the packages that bring this one"
		}
	}
	return ""
}

// override sets the version of a package that others bring, in the package.json. A dot in its name would part it in two.
func override(field, name, to, install string) string {
	if strings.Contains(name, ".") || shell("", name) == "" {
		return ""
	}
	return then(shell("npm pkg set", fmt.Sprintf("%s.%s=%s", field, name, to)), install)
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
