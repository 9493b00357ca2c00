package secret

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Setting tells whether the value of a field is a secret since the field's name says so, in an object of which nobody knows what its fields mean, such
// as a custom resource or the values of a chart. It is stricter than Variable: the last word of the name has to say so, and names of objects, of
// their keys and of other fields, templates and sentences are none.
func Setting(name, value string) (Secret, bool) {
	m, ok := setting(name, value)
	if !ok {
		return Secret{}, false
	}
	return m.secret(nil), true
}

// setting is Setting with the value still there.
func setting(name, value string) (match, bool) {
	words, value := wordsOf(name), strings.TrimSpace(value)
	c := classOf(name)
	if c == notSecret || !c.believable(value) || refers(words, value) || strings.ContainsAny(value, " \t") || stands.MatchString(value) {
		return match{}, false
	}
	last := words[len(words)-1]
	own := secretWords[last] == password && last != "secret" || runTogether(last)
	if paired := len(words) > 1 && secretWords[words[len(words)-2]+" "+last] != notSecret; !own && secretWords[last] == notSecret && !paired {
		return match{}, false
	}
	if !own && (isName(value) || identifier.MatchString(value) || !strings.ContainsAny(value, "0123456789") || entropy(value) < 3) || namesSecret(value) {
		return match{}, false
	}
	return match{end: len(value), typ: c.words(), name: name, value: value, random: c == token && random(value)}, true
}

var (
	// stands matches a value with a part that another one takes the place of.
	stands = regex.New(`\{\{|\$\{|\$\(`)
	// identifier matches the name of a variable, a field or a key: words, with a number behind the last or, in capitals, anywhere.
	identifier = regex.New(`^(?:[A-Za-z][a-z]*(?:[_.-]?[A-Z]?[a-z]+)*[0-9]{0,2}|[A-Z]+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$`)
)

// namesSecret tells whether a value is the name of what has a secret: password: DB_PASSWORD, or password: db-credentials.
func namesSecret(value string) bool {
	return identifier.MatchString(value) && classOf(value) != notSecret || isName(value) && isTelling(value)
}
