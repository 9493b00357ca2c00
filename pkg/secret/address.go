package secret

import (
	"net/url"
	"strings"
)

// Address tells whether an address, or the reference of an image, holds a secret: the password or the token of its user information, or a
// parameter of its query that gives access, such as the signature of a link that was signed beforehand.
func Address(address string) (Secret, bool) {
	if s, ok := Variable("", address); ok {
		return s, true
	}
	before, host, found := strings.Cut(address, "@")
	if user, password, _ := strings.Cut(before, ":"); found && !strings.Contains(before, "/") && !isDigest(host) && !fake(password) && !isExample(user, password, host) {
		return match{typ: "a password before the host", value: password}.secret(nil), true
	}
	_, query, _ := strings.Cut(address, "?")
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if unescaped, err := url.QueryUnescape(value); err == nil {
			value = unescaped
		}
		if gives(name) && token.believable(value) {
			return match{typ: "a secret in the query of an address", name: name, value: value}.secret(nil), true
		}
	}
	return Secret{}, false
}

// isDigest tells whether what stands behind an @ is the digest of an image, or a variable that most likely has it, and not a host.
func isDigest(s string) bool {
	return strings.HasPrefix(s, "sha256:") || strings.HasPrefix(s, "sha512:") || strings.HasPrefix(s, "$") && !strings.Contains(s, "/")
}

// gives tells whether a parameter of a query gives access to what the address names: secrets, and signatures of S3, Google and Azure.
func gives(name string) bool {
	lower := strings.ToLower(name)
	return classOf(name) != notSecret || lower == "sig" || strings.HasSuffix(lower, "signature")
}
