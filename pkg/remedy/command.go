package remedy

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// noteSpelling says why a package with an odd name or version has no command.
const noteSpelling = "no command is offered: the name or the version has characters that a shell or the package manager takes for something else"

// sourceCommand upgrades a package of the project to a version, by the package manager whose file names it. One that others
// bring is upgraded without making it the project's own dependency; where that is not to be told, there may be no command. The
// note says what else to know, and where there is no command, why.
func sourceCommand(source lockfile.Source, p finding.Package, to string) (command, note string) {
	if !isName(source.Manager, p) || !versionWord.MatchString(to) {
		return "", noteSpelling
	}
	switch source.Manager {
	case lockfile.NPM, lockfile.Yarn, lockfile.YarnBerry, lockfile.PNPM:
		command, note = nodeCommand(source, p.Name, to)
	case lockfile.Pip:
		return "", pipNote(source, p.Name, to)
	case lockfile.Maven, lockfile.Gradle:
		command, note = jvmCommand(source, p, to)
	case lockfile.NuGet:
		command = with(shell("dotnet add package", p.Name), "--version", to)
		if source.Relation != lockfile.Direct {
			note = "NuGet takes the version that the project itself names, so the command adds a reference to the project"
		}
	case lockfile.Go:
		command = then(shell("go get", p.Name+"@"+to), "go mod tidy")
	case lockfile.Pipenv:
		if source.Relation == lockfile.Direct {
			command = shell("pipenv upgrade", p.Name+"=="+to)
		} else {
			command, note = shell("pipenv upgrade --lock-only", p.Name+"=="+to), lockNote("Pipfile", to)
		}
	case lockfile.Poetry:
		command, note = shell("poetry update", p.Name), lockNote("pyproject.toml", to)
	case lockfile.UV:
		command, note = shell("uv lock --upgrade-package", p.Name+"=="+to), lockNote("pyproject.toml", to)
	case lockfile.Bundler:
		command, note = shell("bundle update --conservative", p.Name), lockNote("Gemfile", to)
	case lockfile.Composer:
		command, note = shell("composer update --with-dependencies", p.Name+":"+to), lockNote("composer.json", to)
	case lockfile.Cargo:
		command, note = with(shell("cargo update -p", p.Name+"@"+p.Version), "--precise", to), lockNote("Cargo.toml", to)
	}
	if command == "" {
		return "", cmp.Or(note, noteSpelling)
	}
	return command, note
}

// command is that of sourceCommand for the package's source, begun in the directory of the file that names the package, where the
// project's root is another one. Gradle's has its wrapper in the root.
func (t target) command(p finding.Package, to string) (command, note string) {
	if t.source.Manager == lockfile.Instruction {
		return "", ""
	}
	command, note = sourceCommand(t.source, p, to)
	dir := path.Dir(t.source.Location.File)
	if command == "" || dir == "." || t.source.Manager == lockfile.Gradle {
		return command, note
	}
	if command = then(shell("cd", dir), command); command == "" {
		return "", "no command is offered: the directory of the file has characters that a shell takes for something else"
	}
	return command, note
}

// lockNote says of a command that it changes the lock file alone.
func lockNote(manifest, to string) string {
	return "the command changes the lock file alone, within the version ranges of " + manifest + " and of other packages: where one ends below " + to + ", change that first"
}

// pipNote says what to know about the line of a requirements file.
func pipNote(source lockfile.Source, name, to string) string {
	pinned := name + "==" + to
	switch {
	case source.Generated:
		return "a tool wrote this file from another one: run it again, such as pip-compile or uv pip compile with --upgrade-package " + pinned
	case source.Hashed:
		return "the line has hashes of the files: write " + pinned + " there with the hashes of that version, which pip hash or pip-compile --generate-hashes tells"
	case source.IsPin():
		return ""
	case source.AllowsVersion(to):
		return "the line allows this version already: building again without the cache takes it, too, where nothing else holds it back"
	}
	return "the line does not allow this version as it is"
}

// jvmCommand upgrades an artifact of Maven or Gradle.
func jvmCommand(source lockfile.Source, p finding.Package, to string) (command, note string) {
	group := mavenGroup(p)
	switch {
	case source.Manager == lockfile.Gradle && source.Relation == lockfile.Direct:
		return "", "where the project locks versions, run ./gradlew dependencies --write-locks after the edit"
	case group == "":
		return "", "no command is offered: the group of the artifact is not known"
	case !mavenName.MatchString(group):
		return "", noteSpelling
	case source.Manager == lockfile.Gradle:
		return shell("./gradlew dependencies --update-locks", group+":"+p.Name),
			"the command takes what the build file allows: change the version there first, or add a constraint if other packages bring it"
	}
	return fmt.Sprintf("mvn versions:use-dep-version -Dincludes=%s:%s -DdepVersion=%s -DforceVersion=true", group, p.Name, to), ""
}

// nodeCommand upgrades a package of Node. One that others bring gets its version from an override, which holds for all versions
// of it, so that there is none where the project needs several.
func nodeCommand(source lockfile.Source, name, to string) (command, note string) {
	wanted := name + "@" + to
	switch m := source.Manager; source.Relation {
	case lockfile.Direct:
		return shell(map[lockfile.Manager]string{
			lockfile.NPM: "npm install", lockfile.Yarn: "yarn upgrade", lockfile.YarnBerry: "yarn up", lockfile.PNPM: "pnpm update",
		}[m], wanted), ""
	case lockfile.OfWorkspace:
		return workspaceCommand(source, wanted)
	case lockfile.Indirect:
		switch {
		case m == lockfile.YarnBerry:
			return shell("yarn up -R", name), lockNote("package.json", to)
		case source.OtherVersions:
			return "", "the lock file has other versions of the package, too, which an override for all would change: override it for the packages that bring this one"
		case m == lockfile.NPM:
			return override("overrides", name, to, "npm install"), ""
		case m == lockfile.Yarn:
			return override("resolutions", name, to, "yarn install"), ""
		case m == lockfile.PNPM: // which takes it from another file in version 11, and has no command for it
			return "", fmt.Sprintf("add %q: %q to overrides in pnpm-workspace.yaml and run pnpm install; before pnpm 10.5.1 it belongs to pnpm.overrides in package.json", name, to)
		}
	}
	return "", "the lock file does not tell whether the project names the package itself or others bring it, which takes different commands"
}

// workspaceCommand upgrades a package in each workspace that names it.
func workspaceCommand(source lockfile.Source, wanted string) (command, note string) {
	var in func(workspace string) string
	switch source.Manager {
	case lockfile.YarnBerry:
		return shell("yarn up", wanted), ""
	case lockfile.PNPM:
		return shell("pnpm update --recursive", wanted), ""
	case lockfile.NPM:
		in = func(w string) string { return shell("npm install --workspace", w, wanted) }
	case lockfile.Yarn:
		in = func(w string) string { return with(shell("yarn workspace", w), "upgrade", wanted) }
	}
	if len(source.Workspaces) > maxNamed {
		return "", "many workspaces of the project name the package: upgrade it in each"
	}
	var commands []string
	for _, w := range source.Workspaces {
		commands = append(commands, in(w))
	}
	return then(commands...), ""
}

// override sets the version of a package that others bring, in the package.json. A name with a dot is in brackets there, since
// the dot would part it in two.
func override(field, name, to, install string) string {
	key := fmt.Sprintf("%s.%s=%s", field, name, to)
	if strings.Contains(name, ".") {
		key = fmt.Sprintf("'%s[%s]=%s'", field, name, to)
	}
	return then("npm pkg set "+key, install)
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
