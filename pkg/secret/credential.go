package secret

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"

	"github.com/layergate/layergate/pkg/regex"
)

// credentials lists what is secret in the value of a variable whose name does not say it in its own words: a credential of Bundler, a header of HTTP,
// a user with a password, and arguments of a program.
func credentials(name, value string) []match {
	return slices.Concat(bundlerCredential(name, value), requestHeader(name, value), userAndPassword(name, value), arguments(name, value))
}

// bundlerHost matches the variable that has the credential for a host: each dot of that is __ (its documentation, "Credentials for gem sources").
var bundlerHost = regex.New(`^BUNDLE_([A-Z0-9]+(?:_{2,3}[A-Z0-9]+)+)$`)

// bundlerSettings are other settings of Bundler that have such a name.
var bundlerSettings = []string{"BUILD", "GEM", "LOCAL", "MIRROR", "PLUGINS"}

// bundlerCredential is the user and the password, or the token alone, that Bundler sends to a host.
func bundlerCredential(name, value string) []match {
	host := bundlerHost.FindStringSubmatch(name)
	if host == nil {
		return nil
	}
	first, _, _ := strings.Cut(host[1], "_")
	user, pass, both := strings.Cut(value, ":")
	if !both || pass == "x-oauth-basic" {
		pass = user // a token
	}
	if slices.Contains(bundlerSettings, first) || strings.ContainsAny(value, " \t/") || !password.believable(pass) || isExample(user, pass, "") || !both && !token.believable(pass) {
		return nil
	}
	return []match{{end: len(value), typ: "a credential of Bundler", name: name, value: value}}
}

// bundlerCredentials lists those in a file of settings of Bundler.
func bundlerCredentials(text string) []match {
	var out []match
	for _, at := range bundlerLine().FindAllStringSubmatchIndex(text, -1) {
		for _, m := range bundlerCredential(text[at[2]:at[3]], text[at[4]:at[5]]) {
			m.start, m.end = m.start+at[4], m.end+at[4]
			out = append(out, m)
		}
	}
	return out
}

var bundlerLine = once(`(?m)^(BUNDLE_\w+):[ \t]*["']?([^"'\s]+)`)

// basicHeader is the value of a header for the user of a request (RFC 7617), which tells by what it encodes; its name may stand before it.
var basicHeader = regex.New(`(?i)^(?:(?:proxy-)?authorization:[ \t]*)?basic[ \t]+([A-Za-z0-9+/=_-]{6,})$`)

// requestHeader is the credential in a header of HTTP, whatever its variable is called.
func requestHeader(name, value string) []match {
	if at := basicHeader.FindStringSubmatch(value); at != nil && isLogin(at[1]) {
		return ending(value, at[1], "a credential of HTTP")
	}
	field, content, _ := strings.Cut(value, ":")
	if words := wordsOf(name); len(words) > 1 && words[len(words)-1] == "header" && slices.Contains([]string{"auth", "authorization"}, words[len(words)-2]) {
		field, content = "Authorization", value
	}
	if found := authorization(field, content); len(found) > 0 {
		return ending(value, found[0].value, found[0].typ)
	}
	return nil
}

// ending is the secret with which a value ends.
func ending(value, secret, typ string) []match {
	return []match{{start: len(value) - len(secret), end: len(value), typ: typ, value: secret}}
}

// isLogin tells whether base64 text is a user and a password.
func isLogin(encoded string) bool {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	user, pass, found := strings.Cut(string(raw), ":")
	printable := !strings.ContainsFunc(string(raw), func(r rune) bool { return !unicode.IsPrint(r) })
	return err == nil && found && printable && password.believable(pass) && !isExample(user, pass, "")
}

// userPassword is a user and a password as curl and Elasticsearch take them.
var userPassword = regex.New(`^([\w.@+-]{1,64}):([^\s:]{6,})$`)

// userAndPassword is the password behind a user, of a name that says that its value is for authentication: ES_AUTH=elastic:….
func userAndPassword(name, value string) []match {
	words := wordsOf(name)
	at := userPassword.FindStringSubmatch(value)
	if at == nil || len(words) == 0 || !slices.Contains([]string{"auth", "basicauth", "userpwd", "login"}, words[len(words)-1]) {
		return nil
	}
	if user, pass := at[1], at[2]; password.believable(pass) && !isNumber(pass) && !isWord(pass) && !isExample(user, pass, "") {
		return ending(value, pass, "a password")
	}
	return nil
}

// argumentNames are last words of names of variables whose value a program has behind its name.
var argumentNames = []string{"opts", "opt", "options", "args", "arguments", "flags", "params", "parameters", "cmd", "command"}

// arguments lists the secrets in a variable that has arguments of a program.
func arguments(name, value string) []match {
	words := wordsOf(name)
	if !strings.HasPrefix(value, "-") && (len(words) == 0 || !slices.Contains(argumentNames, words[len(words)-1])) {
		return nil
	}
	return apart(slices.Concat(assignments(value), inCommands(value)))
}
