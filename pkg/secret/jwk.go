package secret

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

var (
	// jwkType is the type of a JSON Web Key that is one of a pair (RFC 7517, section 4.1; RFC 8037), and jwkPrivate the private part of it.
	jwkType    = once(`"kty"\s*:\s*"(?:RSA|EC|OKP)"`)
	jwkPrivate = once(`"d"\s*:\s*"([A-Za-z0-9_-]{40,})={0,2}"`)
)

// jwkReach is how many bytes before and behind its type the private part of a key stands at most: one of RSA with 4,096 bits has some 3,200 in all.
const jwkReach = 8 << 10

// jwkExamples begin the private parts of the keys in the standards (RFC 7515, 7517, 7520 and 8037), which libraries and their documentation have.
var jwkExamples = []string{"Eq5xpGnNCivDflJs", "jpsQnnGQmL-YBIff", "AY5pb7A0UFiB3RED", "870MB6gfuTJ4HtUn", "X4cTteJY_gn4FYPs", "nWGxne_9WmC6hEr0", "bWUC9B-EFRIo8kpG", "AAhRON2r9cqXX1hg"}

// jwkAt is the JSON Web Key whose type stands at a place of a text, if it is a private one: what lies between the braces around that.
func jwkAt(text []byte, at int) (match, bool) {
	begin := bytes.LastIndexByte(text[max(at-jwkReach, 0):at], '{')
	rest := text[at:min(at+jwkReach, len(text))]
	end := bytes.IndexByte(rest, '}')
	if begin < 0 || end < 0 {
		return match{}, false
	}
	begin += max(at-jwkReach, 0)
	object := strings.ReplaceAll(string(text[begin:at+end]), `\`, "") // before quotes, where the key is in a string itself
	private := submatch(jwkPrivate(), object)
	if !jwkType().MatchString(object) || private == "" || entropy(private) < 4 || slices.ContainsFunc(jwkExamples, func(e string) bool { return strings.HasPrefix(private, e) }) {
		return match{}, false
	}
	return match{start: begin, end: at + end, typ: typeKey, value: private, random: true}, true
}

// submatch is what the first group of an expression has; empty for none.
func submatch(re *regexp.Regexp, text string) string {
	if found := re.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}
