// Package redact keeps secrets out of what people and reports are told: the passwords, tokens and signatures that
// stand in addresses and in answers of servers, and the values of build arguments in the history of an image.
//
// It imports the standard library only. Secrets whose value is known are hidden by pkg/ci, wherever they stand.
package redact

import (
	"net/url"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// hidden replaces each secret.
const hidden = "***"

var (
	// form is what hints say an address or the reference of an image looks like, which holds nobody's secret.
	form = regex.New(`://(?:USER:PASSWORD@)?HOST(?::PORT)?\b|\b(?:NAME|REPOSITORY)\[:TAG\]\[@DIGEST\]`)
	// query is that of an address, absolute or not, with at least one value. Addresses are often quoted.
	query = regex.New("\\?[^\\s\"'`<>?]*=[^\\s\"'`<>]*")
	// address is one with a scheme, as far as it goes in a text.
	address = regex.New("[A-Za-z][A-Za-z0-9+.-]*://[^\\s\"'`<>]*")
	// reference is a user and a password before a host without a scheme, as somebody may write the reference of an image.
	reference = regex.New("[^\\s\"'`<>/@]+:[^\\s\"'`<>@]*@")
	// purl is a package URL as far as its version (https://github.com/package-url/purl-spec), of a type that packages of images have.
	purl = regex.New(`^pkg:(?:alpm|apk|bitnami|cargo|cocoapods|composer|conan|conda|deb|gem|generic|github|golang|hackage|hex|maven|npm|nuget|pub|pypi|rpm|swift)(?:/[\w.%+~-]+)+@$`)
	// field is a member of a JSON object whose name says that its value is secret; quotes may be escaped.
	field = regex.New(`(?i)(\\?"[\w-]*(?:token|password|passwd|secret|signature|assertion|credential|authorization)[\w-]*\\?"\s*:\s*\\?")[^"\\]*`)
	// header is a header for authentication (RFC 9110, section 11.6), and scheme the value of one with its credentials.
	header = regex.New(`(?i)(authorization:\s*\w+\s+)[^\s"'\\]+`)
	scheme = regex.New(`(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{16,}`)
	// jwt is a JSON Web Token (RFC 7519), whose header begins with {".
	jwt = regex.New(`\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*`)
)

// Error is an error as one line of Text.
func Error(err error) string { return Text(strings.Join(strings.Fields(err.Error()), " ")) }

// Text hides, in a text of any kind, what only those should see who have it already: user information and queries of
// addresses, secret members of JSON objects, credentials of headers, JSON Web Tokens, and tokens that are known by their
// form. What is hidden reads ***. It hides rather too much than too little; a text without such things stays as it is.
func Text(s string) string {
	var out strings.Builder
	end := 0
	for _, at := range form.FindAllStringIndex(s, -1) {
		out.WriteString(text(s[end:at[0]]) + s[at[0]:at[1]])
		end = at[1]
	}
	return out.String() + text(s[end:])
}

// text does so in a text without forms of addresses.
func text(s string) string {
	s = query.ReplaceAllString(s, "?"+hidden)
	s = address.ReplaceAllStringFunc(s, func(found string) string {
		address := strings.TrimSuffix(found, ":") // a sentence goes on behind it
		return withoutUser(address) + found[len(address):]
	})
	s = withoutUsers(s)
	s = field.ReplaceAllString(s, "${1}"+hidden)
	s = header.ReplaceAllString(s, "${1}"+hidden)
	s = scheme.ReplaceAllString(s, "${1} "+hidden)
	s = jwt.ReplaceAllString(s, hidden)
	return provider.ReplaceAllString(s, hidden)
}

// URL is an address without its user information, query and fragment, for reports. What has no scheme is treated as Text.
func URL(s string) string {
	head, _, ok := strings.Cut(s, "://")
	if !ok {
		return Text(s)
	}
	u, err := url.Parse(s)
	if err != nil {
		return Text(head) + "://" + hidden
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return Text(u.String())
}

// host is one with its port, as an address has it behind the user information.
var host = regex.New(`^(\[[^\]]*\]|[^:\[\]]*)(:\d{0,5})?$`)

// withoutUser hides the user information of an address. Where it has characters that it should not have, such as the / of
// a password, so that a part of it looks like the host and the path, all up to the last @ is hidden, or all.
func withoutUser(address string) string {
	head, rest, _ := strings.Cut(address, "://")
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	end := strings.LastIndexByte(authority, '@')
	last := strings.LastIndexByte(rest, '@')
	odd := !host.MatchString(authority[end+1:])
	switch {
	case odd && last < 0:
		return head + "://" + hidden
	case odd, end < 0 && last >= 0 && strings.Contains(authority, ":") && !isDigest(rest[last+1:]):
		end = last
	}
	if end < 0 {
		return address
	}
	return head + "://" + hidden + rest[end:]
}

// digestVariable is one that most likely has the digest of an image as its value.
var digestVariable = regex.New(`^\$\{?\w*(?i:digest|sha256)`)

// isDigest tells whether a text begins like the digest of an image, which stands behind an @, too.
func isDigest(s string) bool {
	if digestVariable.MatchString(s) {
		return true
	}
	for _, algorithm := range []string{"sha256:", "sha384:", "sha512:"} {
		if strings.HasPrefix(s, algorithm) || s == strings.TrimSuffix(algorithm, ":") { // what a message cut off at the colon
			return true
		}
	}
	return false
}

// withoutUsers hides users and passwords that stand before a host without a scheme.
func withoutUsers(s string) string {
	var b strings.Builder
	for {
		at := reference.FindStringIndex(s)
		if at == nil {
			return b.String() + s
		}
		found, rest := s[at[0]:at[1]], s[at[1]:]
		b.WriteString(s[:at[0]])
		if isDigest(rest) || strings.Contains(found, "://") || purl.MatchString(found) { // an address was seen to already
			b.WriteString(found)
		} else {
			b.WriteString(hidden + "@")
		}
		s = rest
	}
}
