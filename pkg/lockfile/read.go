package lockfile

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Every reader goes through the lines of a file and lists the packages that they name with their versions. The files are
// written by tools, in a layout that does not vary; a line in another layout names nothing.

var goRequirement = regex.New(`^\s*(?:require\s+)?((\S+)\s+(v\S+))\s*(?://.*)?$`)

// goMod reads the requirements of a go.mod file.
func goMod(lines []string) []entry {
	var out []entry
	for i, l := range lines {
		if m := goRequirement.FindStringSubmatch(l); m != nil {
			out = append(out, entry{name: m[2], version: m[3], line: i + 1, text: m[1]})
		}
	}
	return out
}

// goSum reads the checksums of a go.sum file that are of modules, not of their go.mod alone.
func goSum(lines []string) []entry {
	var out []entry
	for i, l := range lines {
		if f := strings.Fields(l); len(f) == 3 && !strings.HasSuffix(f[1], "/go.mod") {
			out = append(out, entry{name: f[0], version: f[1], line: i + 1})
		}
	}
	return out
}

var gem = regex.New(`^    ([^\s(]+) \(([^)\s]+)\)$`)

// gemfile reads the resolved gems of a Gemfile.lock.
func gemfile(lines []string) []entry { return each(lines, gem) }

var pnpmKey = regex.New(`^  ['"]?/?((?:@[^/@'"]+/)?[^/@'"]+)[@/]([0-9][^(:'"_]*)[^:]*:\s*$`)

// pnpm reads the package keys of a pnpm-lock.yaml, in the forms of its versions 5 to 9.
func pnpm(lines []string) []entry { return each(lines, pnpmKey) }

// each lists the lines that a pattern matches, with the name and the version as its groups, and all of it as the text.
func each(lines []string, pattern *regex.Regex) []entry {
	var out []entry
	for i, l := range lines {
		if m := pattern.FindStringSubmatch(l); m != nil {
			out = append(out, entry{name: m[1], version: m[2], line: i + 1, text: m[0]})
		}
	}
	return out
}

// after lists pairs of a line that gives a name and a later one that gives its version.
func after(lines []string, name, version *regex.Regex) []entry {
	var out []entry
	var last entry
	for i, l := range lines {
		if m := name.FindStringSubmatch(l); m != nil {
			last = entry{name: m[1], line: i + 1}
		} else if m := version.FindStringSubmatch(l); m != nil && last.name != "" {
			last.version = m[1]
			out = append(out, last)
			last = entry{}
		}
	}
	return out
}

var (
	lockKey     = regex.New(`^\s*"(?:[^"]*node_modules/)?((?:@[^/"]+/)?[^/"]+)": \{\s*$`)
	lockVersion = regex.New(`^\s*"version": "([^"]+)",?\s*$`)
)

// packageLock reads a package-lock.json of any version.
func packageLock(lines []string) []entry { return after(lines, lockKey, lockVersion) }

var pipVersion = regex.New(`^\s*"version": "==([^"]+)",?\s*$`)

// pipfile reads a Pipfile.lock.
func pipfile(lines []string) []entry { return after(lines, lockKey, pipVersion) }

var composerName = regex.New(`^\s*"name": "([^"]+)",?\s*$`)

// composer reads a composer.lock.
func composer(lines []string) []entry { return after(lines, composerName, lockVersion) }

var (
	tomlName    = regex.New(`^name = "([^"]+)"\s*$`)
	tomlVersion = regex.New(`^version = "([^"]+)"\s*$`)
)

// tomlPackages reads the [[package]] tables of Cargo, Poetry and uv.
func tomlPackages(lines []string) []entry { return after(lines, tomlName, tomlVersion) }

var (
	yarnKey     = regex.New(`^"?((?:@[^/@"]+/)?[^@"\s]+)@[^\s].*:\s*$`)
	yarnVersion = regex.New(`^  version:? "?([^"\s]+)"?\s*$`)
)

// yarn reads a yarn.lock of Yarn 1, and berry one of Yarn 2 or later. Each lists nothing of the other's.
func yarn(lines []string) []entry {
	if isBerry(lines) {
		return nil
	}
	return after(lines, yarnKey, yarnVersion)
}

func berry(lines []string) []entry {
	if !isBerry(lines) {
		return nil
	}
	return after(lines, yarnKey, yarnVersion)
}

func isBerry(lines []string) bool { return slices.Contains(lines, "__metadata:") }

var (
	gradleCoordinates = regex.New(`['"][\w.-]+:([\w.-]+):([\w.+-]+)['"]`)
	gradleLocked      = regex.New(`^[\w.-]+:([\w.-]+):([^=\s]+)=`)
)

// gradleBuild reads the versions that a build.gradle or build.gradle.kts writes out; those of variables and catalogs are not
// followed.
func gradleBuild(lines []string) []entry { return each(lines, gradleCoordinates) }

// gradleLock reads a gradle.lockfile.
func gradleLock(lines []string) []entry { return each(lines, gradleLocked) }

var (
	packageReference = regex.New(`<PackageReference\s+Include="([^"]+)"\s+Version="\[?([^"\],*]+)\]?"`)
	nugetKey         = regex.New(`^\s*"([^"]+)": \{\s*$`)
	nugetVersion     = regex.New(`^\s*"resolved": "([^"]+)",?\s*$`)
)

// dotnetProject reads the versions that a project file of .NET writes out.
func dotnetProject(lines []string) []entry { return each(lines, packageReference) }

// nugetLock reads a packages.lock.json.
func nugetLock(lines []string) []entry { return after(lines, nugetKey, nugetVersion) }

var (
	artifactID = regex.New(`<artifactId>\s*([^<\s]+)\s*</artifactId>`)
	pomVersion = regex.New(`<version>\s*([^<\s]+)\s*</version>`)
)

// pom reads the versions that a pom.xml writes out, each on its own line; those of properties are not followed.
func pom(lines []string) []entry {
	out := after(lines, artifactID, pomVersion)
	for i := range out {
		e := &out[i]
		for e.text = ""; e.text == ""; e.line++ { // the version's line comes after that of the name
			e.text = pomVersion.FindString(lines[e.line])
		}
	}
	return out
}
