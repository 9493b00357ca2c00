package remedy

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/regex"
)

// plain is a word that every shell takes as it is, and no command takes for an option. A tilde is one only within a word.
var plain = regex.New(`^[A-Za-z0-9@_./](?:[A-Za-z0-9@_./+-]|[:=]+[A-Za-z0-9@_./+-]|[A-Za-z0-9@_./+-]~)*$`)

// versionWord is a version that no package manager takes for something else, such as a range or an address.
var versionWord = regex.New(`^[A-Za-z0-9](?:[A-Za-z0-9._+-]|[:~][A-Za-z0-9._+-])*$`)

// The names that package managers allow. npm would take another one for a directory, an address or a repository of GitHub; apt
// one that ends in a dash for a package to remove; Go one with an element of dots for many modules.
var (
	nodeName     = regex.New(`^(?:@[A-Za-z0-9_-][A-Za-z0-9._~-]*/)?[A-Za-z0-9_][A-Za-z0-9._~-]*$`)             // npm, package.json, "name"
	pythonName   = regex.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$`)                                   // PEP 508
	goName       = regex.New(`^[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9-]+(?:/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])*$`) // Go modules reference, "Module paths"
	gemName      = regex.New(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	composerName = regex.New(`^[A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)*/[A-Za-z0-9]+(?:(?:[_.]|--?)[A-Za-z0-9]+)*$`) // composer.json schema, "name"
	crateName    = regex.New(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)                                                   // Cargo, manifest format, "name"
	mavenName    = regex.New(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)                                                  // of a group or an artifact; Maven, naming conventions
	nugetName    = regex.New(`^[A-Za-z0-9_]+(?:[._-][A-Za-z0-9_]+)*$`)
	systemName   = regex.New(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`) // deb, apk and rpm
)

// isName tells whether a package manager takes a package's name for one.
func isName(m lockfile.Manager, p finding.Package) bool {
	of := map[lockfile.Manager]*regex.Regex{
		lockfile.NPM: nodeName, lockfile.Yarn: nodeName, lockfile.YarnBerry: nodeName, lockfile.PNPM: nodeName,
		lockfile.Pip: pythonName, lockfile.Pipenv: pythonName, lockfile.Poetry: pythonName, lockfile.UV: pythonName,
		lockfile.Go: goName, lockfile.Bundler: gemName, lockfile.Composer: composerName, lockfile.Cargo: crateName,
		lockfile.Maven: mavenName, lockfile.Gradle: mavenName, lockfile.NuGet: nugetName,
	}[m]
	return of != nil && of.MatchString(p.Name)
}

// isSystemName tells whether apt, apk, dnf and the like take a name for that of a package to upgrade.
func isSystemName(name string) bool {
	return systemName.MatchString(name) && !strings.HasSuffix(name, "-")
}

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
