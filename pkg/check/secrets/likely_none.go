package secrets

import (
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/secret/layers"
)

const likelyNoneID = "LG-SEC-014"

// likelyNone is the rule about what looks like a secret and most likely is none. It is for information.
func likelyNone() rule {
	return rule{check.Rule{
		ID: likelyNoneID, Name: "likely-no-secret", Kind: finding.KindSecret, Severity: finding.SeverityLow, Information: true,
		Title:      "a file of the image holds what looks like a secret and most likely is none",
		Why:        "Tests and documentation that come with software of others hold keys that everybody has, and some keys are made to be public.",
		Remedy:     "Make sure that it is not yours. Tests and documentation need not be in the image.",
		References: cwe(),
	}, findLikelyNone}
}

// findLikelyNone finds each file once.
func findLikelyNone(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, f := range inFiles(r, s) {
		if last := len(out) - 1; last >= 0 && out[last].Path == f.Path && out[last].State == f.State {
			continue
		}
		f.Check.Field = "file"
		out = append(out, f)
	}
	return out
}

var (
	// ofOthers matches directories into which package managers and distributions put software.
	ofOthers = regex.New(`^/(?:usr/(?:share|lib\w*|libexec|local/(?:share|lib\w*|go)|src)|lib\w*|opt)/|/(?:node_modules|site-packages|dist-packages|gems|bower_components|pkg/mod|\.m2|\.cargo/registry|\.nuget|vendor/(?:github\.com|golang\.org|bundle))/`)
	// aside matches directories and files that come with software and are not what it runs.
	aside = regex.New(`(?i)/(?:tests?|testing|testdata|test[_-]data|specs?|fixtures?|__tests__|examples?|samples?|demos?|docs?|doc-base|man|mocks?|benchmarks?|dummyserver|certs?_?test)/|_test\.\w+$|/tests?\.py$|[._-](?:test|spec)\.[cm]?[jt]sx?$|\.d\.[cm]?ts$|\.examples?\.json$|/(?:README|CHANGELOG|HISTORY|NEWS|METADATA|PKG-INFO)[^/]*$|\.(?:md|rst|pod|html?)$|/example_[^/]*$`)
	// known are files that come with the same key in every installation of the software, or with one of no use.
	known = regex.New(`/libgnutls[^/]*\.(?:a|so)[^/]*$|/ssl-cert-snakeoil\.key$|^/usr/share/doc/`)
)

// publicKeys are private keys that software which anybody can download has in its own code, by the beginning of the digest of their base64 text.
var publicKeys = []string{
	"228215fae4f1", // Dovecot, with which it tests the library that it is linked to
	"0739020d3a2d", // ssh2 of npm, with which it tests whether Node has Ed25519
	"defcda422e02", // Go's source, with whose certificate its tests ask the system
	// Mbed TLS before 3, with which it tests itself: the keys of its authorities, servers and clients.
	"3e3be6914700", "8634523e4f14", "b131be997682", "f1afcc724dae", "1a1e299df528", "a1fb0108bcb4",
}

// isLikelyNone tells whether what was found comes with software of others, or is public by design. What the author of the
// image put into directories of his own counts, also in tests.
func isLikelyNone(f layers.Secret) bool {
	if f.Class == secret.Token && slices.Contains([]string{"what gitleaks calls gcp-api-key", "what gitleaks calls mapbox-api-token"}, f.Type) {
		return true // web pages hold them; the service restricts them by the page's address
	}
	return slices.Contains(publicKeys, f.Hash) || known.MatchString(f.Path) || isAside(f.Path)
}

// isAside tells whether a path lies aside of what software of others runs.
func isAside(name string) bool {
	at := ofOthers.FindStringIndex(name)
	return at != nil && aside.MatchString("/"+name[at[1]:])
}
