package file

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/spdx"
)

// validLicenses checks what is denied.
func (d *decoder) validLicenses(l policy.Licenses) error {
	return cmp.Or(d.validDeny("licenses", l.LicenseSide), d.validDeny("licenses.base", l.Base), d.validDeny("licenses.own", l.Own))
}

// validDeny checks that what is denied are licences one by one, and that SPDX lists each, or some that a pattern matches: a
// misspelled one would deny nothing.
func (d *decoder) validDeny(path string, side policy.LicenseSide) error {
	for i, deny := range side.Deny {
		at := d.placeOf(path+".deny", strconv.Itoa(i))
		switch e, ok := policy.ParseExpression(deny); {
		case !ok || len(e.Licenses()) != 1:
			return d.errorAt(at, "deny licences one by one: of alternatives a package may have one that is not denied", "%q is no licence's identifier", deny)
		case !knownLicense(deny):
			return d.errorAt(at, licenseHint(deny), "SPDX lists no licence %q", deny)
		}
	}
	return nil
}

// ownLicense begins the identifiers of licences that SPDX does not list (SPDX specification 2.3, annex D).
const ownLicense = "licenseref-"

// knownLicense tells whether SPDX lists a licence, or one that a pattern matches, or whether it is somebody's own.
func knownLicense(deny string) bool {
	if strings.HasPrefix(strings.ToLower(deny), ownLicense) || spdx.Listed(deny) {
		return true
	}
	name, exception, excepted := spdx.CutException(deny)
	if !strings.Contains(name, "*") || excepted && !spdx.ListedException(exception) {
		return false
	}
	rules := policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{name}}}
	return len(rules.Denied(false, spdx.Licenses())) > 0
}

func licenseHint(deny string) string {
	hint := "the identifiers are listed at https://spdx.org/licenses; one that is not there begins with LicenseRef-"
	if near := spdx.Nearest(strings.ReplaceAll(deny, "*", "")); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return hint
}
