package secret

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Variable tells whether the value of a variable, such as one of a container's environment, is a secret: because its name
// says so, or its form. A placeholder and the name of a file or of a vault's entry are none.
func Variable(name, value string) (Secret, bool) {
	m, ok := variable(name, value)
	if !ok {
		return Secret{}, false
	}
	m.start, m.name = 0, name
	return m.secret(nil), true
}

// variable is Variable with the value still there.
func variable(name, value string) (match, bool) {
	value = strings.TrimSpace(value)
	// Tokens of some providers are known by the name that is beside them only.
	named := name + "=" + value
	for _, m := range builtIn().tokens([]byte(named), written) {
		if m.start > len(name) {
			m.start, m.end = m.start-len(name)-1, m.end-len(name)-1
			return m, true
		}
	}
	if found := slices.Concat(passwords(value), connections(value), dataSources(value), authorization(name, value), inObjects(value)); len(found) > 0 {
		return found[0], true
	}
	if c := judge(name, value); c != notSecret {
		return match{end: len(value), typ: c.words(), value: value, random: c == token && random(value)}, true
	}
	if found := credentials(name, value); len(found) > 0 {
		return found[0], true
	}
	return match{}, false
}

func (c class) words() string {
	if c == password {
		return "a password"
	}
	return "a secret"
}

// hexadecimal matches a value that no person thought up.
var hexadecimal = regex.New(`^(?:[0-9a-f]{32,}|[0-9A-F]{32,})$`)

// random tells whether a machine made a value from random bits, as far as its form tells.
func random(value string) bool { return hexadecimal.MatchString(value) && entropy(value) > 3 }

var (
	// assignment is a value that is given to a name, as shells, Dockerfiles, flags and files of settings do.
	assignment = regex.New(`(?:^|[\s;&|"'(,-])([A-Za-z_][\w.-]{1,80}?)["']?[ \t]{0,3}(?:=>?|:[ \t])[ \t]{0,3}("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"';&|]+)`)
	// within is one that is given in the value of another: of -e, of -o or of JAVA_OPTS.
	within = regex.New(`(?:^|[\s,=])(?:--?D?)?([A-Za-z_][\w.-]{1,80})=([^\s"';&|,=]+)`)
	// flag is a value behind a blank: of a flag, or in the older form of ENV.
	flag = regex.New(`(?:^ENV[ \t]+|(?:^|\s)--?)([A-Za-z_][\w.-]{1,80})[ \t]+("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"';&|-][^\s"';&|]*)`)
	// login is a user and a password in an address (RFC 3986, section 3.2.1), which has no blank, quote or bracket.
	login = regex.New("([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\\s\"'`<>/@:]{0,100}):([^\\s\"'`<>/@]{1,200})@([A-Za-z0-9\\[][^\\s\"'`<>/@]*)")
)

// assignments lists what is given to names that say that it is secret.
func assignments(text string) []match {
	var out []match
	for _, form := range []*regex.Regex{assignment, flag} {
		for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
			name, start, end := text[at[2]:at[3]], at[4], at[5]
			if at[2] > 0 && text[at[2]-1] == '-' {
				name = strings.TrimPrefix(name, "D") // of a property of Java
			}
			if q := text[start]; end-start >= 2 && (q == '"' || q == '\'') && text[end-1] == q {
				start, end = start+1, end-1
			}
			value := text[start:end]
			found := given(name, value, start)
			if found == nil {
				for _, in := range within.FindAllStringSubmatchIndex(value, -1) {
					found = append(found, given(value[in[2]:in[3]], value[in[4]:in[5]], start+in[4])...)
				}
			}
			out = append(out, found...)
		}
	}
	return out
}

// given is the secret that a value is to its name, at its place in a text; empty where it is none.
func given(name, value string, start int) []match {
	c := judge(name, value)
	if c == notSecret {
		return nil
	}
	return []match{{start: start, end: start + len(value), typ: c.words(), name: strings.Clone(name), value: value, random: c == token && random(value)}}
}

// addressOf begins the type of such a password; the scheme follows.
const addressOf = "a password in an address of "

// maxScheme is the length in bytes of the longest scheme of an address that login matches.
const maxScheme = 31

// passwords lists the passwords in addresses. Most texts with addresses have none, which is told without the expression.
func passwords(text string) []match {
	var out []match
	for from := 0; ; {
		length := strings.Index(text[from:], "://")
		if length < 0 {
			return out
		}
		scheme := max(from, from+length-maxScheme)
		from += length + len("://")
		address := text[scheme:]
		if end := strings.IndexAny(text[from:], " \t\n\f\r\"'`<>/"); end >= 0 {
			address = text[scheme : from+end]
		}
		if !strings.Contains(address, "@") {
			continue
		}
		for _, m := range logins(address) {
			m.start, m.end = m.start+scheme, m.end+scheme
			out = append(out, m)
		}
	}
}

// logins lists the passwords in the beginning of an address, up to its path.
func logins(address string) []match {
	var out []match
	for _, at := range login.FindAllStringSubmatchIndex(address, -1) {
		scheme, user, value, host := address[at[2]:at[3]], address[at[4]:at[5]], address[at[6]:at[7]], address[at[8]:at[9]]
		if !fake(value) && !isExample(user, value, host) {
			out = append(out, match{start: at[6], end: at[7], typ: addressOf + strings.ToLower(scheme), value: value})
		}
	}
	return out
}

// isExample tells whether an address is one of a documentation: user:password@host and its kin.
func isExample(user, value, host string) bool {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	return isStandIn(value) || host == "example.com" || host == "host" || host == "hostname" || strings.HasSuffix(host, ".example.com") || strings.HasSuffix(host, ".example.org") ||
		strings.HasSuffix(host, ".example") || strings.HasSuffix(host, ".test") || strings.EqualFold(user, value) && len(value) < 6
}

// isStandIn tells whether a password is the word for one.
func isStandIn(value string) bool {
	return slices.Contains([]string{"password", "pass", "passwd", "pw", "pwd", "secret", "token", "test"}, strings.ToLower(value))
}
