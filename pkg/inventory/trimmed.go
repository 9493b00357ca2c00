package inventory

import (
	"strings"

	"github.com/anchore/syft/syft/pkg"
	"github.com/package-url/packageurl-go"
)

// trimmed is a package without white space around its name, as package managers read it: by " lodash" no advisory knows it.
func trimmed(p pkg.Package) pkg.Package {
	name := strings.TrimSpace(p.Name)
	if name == p.Name {
		return p
	}
	p.Name = name
	if u, err := packageurl.FromString(p.PURL); err == nil {
		u.Namespace, u.Name = strings.TrimSpace(u.Namespace), strings.TrimSpace(u.Name)
		p.PURL = u.ToString()
	}
	return p
}
