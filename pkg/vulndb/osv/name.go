package osv

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	syftpkg "github.com/anchore/syft/syft/pkg"
)

// longestName is how many bytes a package's name may have.
const longestName = 512

var (
	debName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z+.-]*$`)
	// ofArchitecture is how rpm writes a package's architecture behind its name.
	ofArchitecture = regexp.MustCompile(`\.(?:aarch64|armv7hl|i[3-6]86|noarch|ppc64|ppc64le|riscv64|s390x|x86_64)$`)
)

// checkName refuses what no package can have as its name.
func (e ecosystem) checkName(name string) error {
	if name == "" || len(name) > longestName || strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
		return wrong("package.name", "%q is not a package name", name)
	}
	const without = "write the name without its architecture: an advisory is about the package on all of them"
	switch bare, _, hasArch := strings.Cut(name, ":"); {
	case e.kind == syftpkg.RpmPkg && ofArchitecture.MatchString(name):
		return &problem{path: "package.name", hint: without, err: fmt.Errorf("%q is the name of a package with its architecture", name)}
	case e.kind == syftpkg.DebPkg && hasArch && debName.MatchString(bare):
		return &problem{path: "package.name", hint: without, err: fmt.Errorf("%q is the name of a package with its architecture", name)}
	case e.kind == syftpkg.DebPkg && !debName.MatchString(name):
		return wrong("package.name", "%q is not the name of a Debian package", name)
	}
	return nil
}
