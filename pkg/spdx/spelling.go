package spdx

import "strings"

// Spellings lists the names, in lower case, by which a rule may mean a licence that a package declares: its own first, with and without
// its exception. SPDX has replaced GPL-3.0 by GPL-3.0-only and GPL-3.0-or-later, and the same of its relatives (SPDX License List,
// deprecated identifiers), but packages and people go on writing it: a package that declares the bare name means this version only,
// and a rule that names it is about later versions as well.
func Spellings(declared string) []string {
	declared = strings.ToLower(declared)
	out := []string{declared}
	license, exception, excepted := CutException(declared)
	if before, _, ok := strings.Cut(license, "-with-"); ok && Listed(license) {
		license = before // gpl-2.0-with-gcc-exception, which is deprecated, too
	}
	for _, name := range versionSpellings(license) {
		out = append(out, name)
		if excepted {
			out = append(out, name+" with "+exception)
		}
	}
	return out
}

// versionSpellings lists the names of a licence, which is in lower case, by what they say of later versions.
func versionSpellings(license string) []string {
	const only, later = "-only", "-or-later"
	if bare, ok := strings.CutSuffix(license, only); ok {
		return []string{license, bare}
	}
	if bare, ok := strings.CutSuffix(license, later); ok {
		return []string{license, bare + "+", bare}
	}
	if bare, ok := strings.CutSuffix(license, "+"); ok {
		return []string{license, bare + later, bare}
	}
	if Listed(license + only) {
		return []string{license, license + only}
	}
	return []string{license}
}
