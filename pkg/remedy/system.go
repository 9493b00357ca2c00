package remedy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// maxNamed is how many packages a command names. More are upgraded with all others.
const maxNamed = 10

// systemCommand upgrades packages of a distribution, all by one package manager, and leaves nothing behind that a layer would
// keep. It is empty where the packages are of several, or one has a name that the package manager takes for something else.
func systemCommand(packages []finding.Package) string {
	var names []string
	for _, p := range packages {
		if p.Type != packages[0].Type || !isSystemName(p.Name) {
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
		upgrade := "apt-get upgrade -y"
		if names != nil {
			upgrade = shell("apt-get install -y --only-upgrade", names...)
		}
		return then("apt-get update", upgrade, "rm -rf /var/lib/apt/lists/*")
	case "apk":
		return shell("apk upgrade --no-cache", names...)
	case "rpm":
		upgrade, clean := rpmUpgrade(p)
		return then(shell(upgrade, names...), clean)
	case "alpm":
		return "pacman -Syu --noconfirm" // Arch Linux supports no partial upgrades
	}
	return ""
}

// rpmUpgrade upgrades, and cleans up, by the package manager of the distribution that a package is of, by the namespace of its
// purl (package-url specification).
func rpmUpgrade(p finding.Package) (upgrade, clean string) {
	namespace, _, _ := strings.Cut(strings.TrimPrefix(p.PURL, "pkg:rpm/"), "/")
	switch namespace {
	case "opensuse", "suse", "sles", "sled", "opensuse-leap", "opensuse-tumbleweed":
		return "zypper --non-interactive update", "zypper clean --all"
	case "azurelinux", "mariner", "photon":
		return "tdnf upgrade -y", "tdnf clean all"
	}
	return "dnf upgrade -y", "dnf clean all"
}

// userWord is a user as USER takes it: a name or a number, perhaps with a group.
var userWord = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`)

// systemEdit adds the instructions to a Dockerfile that run a command behind the FROM instruction, as root: where the base image
// has another user, that is put back. It is nil where no line can do it, and the note says what else to know.
func systemEdit(command string, base Base) (edit *Edit, note string) {
	if command == "" {
		return nil, "no package manager is known to upgrade them"
	}
	lines := []string{"RUN " + command}
	user, _, _ := strings.Cut(base.User, ":")
	switch {
	case user == "" || user == "root" || user == "0":
	case userWord.MatchString(base.User):
		lines = []string{"USER root", lines[0], "USER " + base.User}
	default:
		note = "the base image's user is not root: put USER root before the line, and the user behind it"
	}
	if base.Location == nil {
		note = strings.TrimPrefix(note+"; it belongs behind the FROM instruction", "; ")
	}
	return &Edit{New: lines}, note
}
