package remedy

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// maxNamed is how many packages a command names. More are upgraded with all others.
const maxNamed = 10

// systemCommand upgrades packages of a distribution, all by one package manager, and leaves nothing behind that a layer would
// keep. It is empty where the packages are of several, where one has a name that the package manager takes for something else, and
// where the image, which has the installed packages, has none that is known.
func systemCommand(packages []finding.Package, installed map[string]bool) string {
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
	switch packages[0].Type {
	case "deb":
		upgrade := "apt-get upgrade -y"
		if names != nil {
			upgrade = shell("apt-get install -y --only-upgrade", names...)
		}
		return then("apt-get update", upgrade, "rm -rf /var/lib/apt/lists/*")
	case "apk":
		return shell("apk upgrade --no-cache", names...)
	case "rpm":
		return rpmCommand(names, installed)
	case "alpm":
		return "pacman -Syu --noconfirm" // Arch Linux supports no partial upgrades
	}
	return ""
}

// rpmManager is a package manager of rpm: the package of the distribution that it comes in, and what upgrades and cleans up.
type rpmManager struct{ pkg, upgrade, clean string }

// rpmManagers are in the order in which they are taken where an image has several.
func rpmManagers() []rpmManager {
	return []rpmManager{
		{"dnf", "dnf upgrade -y", "dnf clean all"},
		{"dnf5", "dnf5 upgrade -y", "dnf5 clean all"},
		{"microdnf", "microdnf upgrade -y", "microdnf clean all"},
		{"tdnf", "tdnf upgrade -y", "tdnf clean all"},
		{"zypper", "zypper --non-interactive update", "zypper clean --all"},
		{"yum", "yum update -y", "yum clean all"},
	}
}

// rpmCommand upgrades packages by the package manager that the base image has, and is empty where it has none.
func rpmCommand(names []string, installed map[string]bool) string {
	for _, m := range rpmManagers() {
		if installed[m.pkg] {
			return then(shell(m.upgrade, names...), m.clean)
		}
	}
	return ""
}

// userWord is a user as USER takes it: a name or a number, perhaps with a group.
var userWord = regex.New(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`)

// systemEdit adds the instructions to a Dockerfile that run a command behind the FROM instruction, as root: where the base image
// has another user, that is put back. It is nil where no line can do it, and the note says what else to know.
func systemEdit(command string, base Base) (edit *Edit, note string) {
	if command == "" {
		return nil, "the image has no package manager that is known to upgrade them"
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
