package lockfile

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// Pin is the word of a command line that names the version of a distribution's package, such as curl=7.88.1-10+deb12u5.
type Pin struct {
	Word   string
	Offset int // of Word in the script, in bytes

	packageType, operator, version string
}

// pinned parts what follows a package's name in a word: an architecture, as apt takes it, an operator and a version. What dnf
// and its like take has no operator but the dash.
var pinned = regex.New(`^(?::[a-z0-9]+)?(=~|~=|[<>]=?|[=~-])(.+)$`)

// FindPin finds the first word of a script that names the version of a package which a distribution's package manager installs.
func FindPin(script string, p finding.Package) (Pin, bool) {
	if !slices.Contains([]string{"deb", "apk", "rpm"}, p.Type) || p.Name == "" {
		return Pin{}, false
	}
	for word, at := range words(script) {
		rest, ok := strings.CutPrefix(word, p.Name)
		m := pinned.FindStringSubmatch(rest)
		if !ok || m == nil || (m[1] == "-") != (p.Type == "rpm") {
			continue
		}
		if number := leadingNumber(p.Version); m[1] == "-" && (number == "" || leadingNumber(m[2]) != number) {
			continue // a package whose name goes on
		}
		return Pin{word, at, p.Type, m[1], m[2]}, true
	}
	return Pin{}, false
}

// words are those of a script, without quotes, and where each begins.
func words(script string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		end := 0
		for word := range strings.FieldsFuncSeq(script, func(r rune) bool { return strings.ContainsRune(" \t\n\r'\"\\;&|()", r) }) {
			at := end + strings.Index(script[end:], word)
			end = at + len(word)
			if !yield(word, at) {
				return
			}
		}
	}
}

// FindInstalled finds the first word of a script that names a package of a programming language in exactly the version that
// it has, as pip install flask==0.12 and npm install minimist@0.0.8 do, and where the word begins.
func FindInstalled(script string, p finding.Package) (word string, offset int, ok bool) {
	separator := map[string]string{"python": "==", "npm": "@", "go-module": "@", "rust-crate": "@", "gem": ":", "php-composer": ":"}[p.Type]
	if separator == "" || p.Name == "" || p.Version == "" {
		return "", 0, false
	}
	for word, at := range words(script) {
		i := strings.LastIndex(word, separator)
		if i <= 0 {
			continue
		}
		name, version := word[:i], word[i+len(separator):]
		if p.Type == "python" {
			name, _, _ = strings.Cut(strings.TrimRight(name, "="), "[") // === and extras
		}
		module, _, _ := strings.Cut(name+"/", p.Name+"/") // of a package that is below
		same := Name(p.Type, name) == Name(p.Type, p.Name) || p.Type == "go-module" && module == ""
		if same && strings.TrimPrefix(version, "v") == strings.TrimPrefix(p.Version, "v") {
			return word, at, true
		}
	}
	return "", 0, false
}

// Allows tells whether building again may bring a version in spite of the pin.
func (pin Pin) Allows(version string) bool {
	wanted := pin.version
	if pin.packageType == "rpm" {
		wanted, version = withoutEpoch(wanted), withoutEpoch(version)
	}
	switch pin.operator {
	case ">", ">=":
		return true
	case "=", "-":
		glob := strings.ReplaceAll(regexp.QuoteMeta(wanted), `\*`, ".*")
		if pin.packageType == "rpm" {
			glob += "(?:-.*)?" // the release may be left out
		}
		return regexp.MustCompile(`^` + glob + `$`).MatchString(version)
	case "~", "=~", "~=":
		rest, ok := strings.CutPrefix(version, wanted)
		return ok && (rest == "" || rest[0] < '0' || rest[0] > '9')
	}
	return false
}

// Rewrite is the word with another version in the place of one. It is false where the word does not name that version in full, as
// one with a variable.
func (pin Pin) Rewrite(from, to string) (string, bool) {
	if pin.packageType == "rpm" && !strings.Contains(pin.version, ":") {
		from, to = withoutEpoch(from), withoutEpoch(to)
	}
	architecture, ok := strings.CutPrefix(pin.version, from)
	if !ok || pin.operator != "=" && pin.operator != "-" || architecture != "" && (pin.packageType != "rpm" || architecture[0] != '.') {
		return "", false
	}
	return strings.TrimSuffix(pin.Word, pin.version) + to + architecture, true
}

// leadingNumber is what a version has before its first dot or dash, without the epoch.
func leadingNumber(v string) string {
	v = withoutEpoch(v)
	return v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
}

func withoutEpoch(v string) string {
	if _, rest, ok := strings.Cut(v, ":"); ok {
		return rest
	}
	return v
}
