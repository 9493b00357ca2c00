package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/hashicorp/go-version"
	apk "github.com/knqyf263/go-apk-version"
	deb "github.com/knqyf263/go-deb-version"

	"github.com/layergate/layergate/pkg/finding"
)

// compareVersions orders two versions by the rules of the package type. It is false where these rules are not known or
// a version does not follow them: the reader then has to look.
func compareVersions(packageType, a, b string) (int, bool) {
	switch packageType {
	case "deb":
		va, errA := deb.NewVersion(a)
		vb, errB := deb.NewVersion(b)
		if errA != nil || errB != nil {
			return 0, false
		}
		return va.Compare(vb), true
	case "apk":
		if !apk.Valid(a) || !apk.Valid(b) {
			return 0, false
		}
		return apk.Version(a).Compare(apk.Version(b)), true
	case "rpm", "alpm":
		return compareRPM(a, b), a != "" && b != ""
	}
	va, errA := version.NewVersion(strings.TrimPrefix(a, "go"))
	vb, errB := version.NewVersion(strings.TrimPrefix(b, "go"))
	if errA != nil || errB != nil {
		return 0, false
	}
	return va.Compare(vb), true
}

// smallestFix picks the lowest of the versions that is above the installed one. It is false where that cannot be told.
func smallestFix(packageType, installed string, versions []string) (string, bool) {
	if len(versions) == 1 {
		return versions[0], true
	}
	best := ""
	for _, v := range versions {
		order, ok := compareVersions(packageType, v, installed)
		if !ok {
			return "", false
		}
		if order <= 0 {
			continue
		}
		if best != "" {
			if order, ok = compareVersions(packageType, v, best); !ok {
				return "", false
			} else if order >= 0 {
				continue
			}
		}
		best = v
	}
	return best, best != ""
}

// fixedIn is the version that repairs a vulnerability, or, where its order is not known, all that the advisory lists.
func fixedIn(v *finding.Vulnerability) []string {
	versions := v.Fix.Names()
	if one, ok := smallestFix(v.Package.Type, v.Package.Version, versions); ok {
		return []string{one}
	}
	return versions
}

// compareRPM orders epoch:version-release; the release counts only where both have one, as in rpm's dependencies.
func compareRPM(a, b string) int {
	epochA, versionA, releaseA := splitRPM(a)
	epochB, versionB, releaseB := splitRPM(b)
	if c := cmp.Or(cmp.Compare(epochA, epochB), compareSegments(versionA, versionB)); c != 0 {
		return c
	}
	if releaseA == "" || releaseB == "" {
		return 0
	}
	return compareSegments(releaseA, releaseB)
}

func splitRPM(s string) (epoch int, version, release string) {
	if e, rest, ok := strings.Cut(s, ":"); ok {
		if n, err := strconv.Atoi(e); err == nil {
			epoch, s = n, rest
		}
	}
	version, release, _ = strings.Cut(s, "-")
	return epoch, version, release
}

// compareSegments orders two strings as rpm does: runs of digits by value, runs of letters by byte, digits above
// letters, more segments above fewer; a tilde sorts below the end of the string and a caret just above it.
func compareSegments(a, b string) int {
	for a != "" || b != "" {
		a, b = strings.TrimLeftFunc(a, isSeparator), strings.TrimLeftFunc(b, isSeparator)
		if c, done := compareMark(a, b, '~', -1, -1); done {
			return c
		}
		if c, done := compareMark(a, b, '^', 1, -1); done {
			return c
		}
		if a == "" || b == "" {
			break
		}
		if a[0] == b[0] && (a[0] == '~' || a[0] == '^') {
			a, b = a[1:], b[1:]
			continue
		}
		if isDigit(rune(a[0])) != isDigit(rune(b[0])) {
			if isDigit(rune(a[0])) {
				return 1
			}
			return -1
		}
		var headA, headB string
		headA, a = cutSegment(a)
		headB, b = cutSegment(b)
		if isDigit(rune(headA[0])) {
			headA, headB = strings.TrimLeft(headA, "0"), strings.TrimLeft(headB, "0")
			if c := cmp.Compare(len(headA), len(headB)); c != 0 {
				return c
			}
		}
		if c := strings.Compare(headA, headB); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareMark decides where exactly one side starts with mark: atEnd is the order of the side with the mark against an
// ended string, else against a going one.
func compareMark(a, b string, mark byte, atEnd, otherwise int) (int, bool) {
	hasA, hasB := a != "" && a[0] == mark, b != "" && b[0] == mark
	switch {
	case hasA == hasB:
		return 0, false
	case hasA && b == "":
		return atEnd, true
	case hasA:
		return otherwise, true
	case a == "":
		return -atEnd, true
	default:
		return -otherwise, true
	}
}

// cutSegment cuts the leading run of digits or letters off s, which starts with either.
func cutSegment(s string) (head, rest string) {
	same := isLetter
	if isDigit(rune(s[0])) {
		same = isDigit
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !same(r) })
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isSeparator(r rune) bool {
	return !isDigit(r) && !isLetter(r) && r != '~' && r != '^'
}
