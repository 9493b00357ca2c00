// Package spdx knows the licences that SPDX lists (SPDX License List, https://spdx.org/licenses).
package spdx

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"github.com/layergate/layergate/pkg/fault"
)

// Licenses lists the identifiers of all licences, those that SPDX discourages included.
func Licenses() []string {
	return slices.Concat(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated())
}

// Listed tells whether SPDX lists a licence, and its exception where it has one, such as GPL-2.0-only WITH
// Classpath-exception-2.0, in any case. References to licences that a document itself holds (LicenseRef-) name licences
// that nobody else knows.
func Listed(name string) bool {
	name, exception, excepted := CutException(name)
	name = strings.TrimSuffix(name, "+")
	active, _ := spdxlicenses.IsActiveLicense(name)
	deprecated, _ := spdxlicenses.IsDeprecatedLicense(name)
	return (active || deprecated) && (!excepted || ListedException(exception))
}

// ListedException tells whether SPDX lists an exception, in any case.
func ListedException(name string) bool {
	listed, _ := spdxlicenses.IsException(name)
	return listed
}

// CutException cuts a licence's name before the name of its exception, where it has one.
func CutException(name string) (license, exception string, found bool) {
	i := strings.Index(strings.ToUpper(name), " WITH ")
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+len(" WITH "):], true
}

// Nearest is the licence that a word was most likely meant to be; empty where none is near.
func Nearest(word string) string {
	byName := map[string]string{}
	var names []string
	for _, id := range Licenses() {
		name := strings.ToLower(id)
		byName[name], names = id, append(names, name)
	}
	return byName[fault.Nearest(word, names)]
}
