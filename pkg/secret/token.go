package secret

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// Tokens lists the secrets of a text that are known by their own form, whatever is called so: tokens, private keys, and passwords
// in addresses and connection strings. It is for texts of any kind, such as descriptions, in which Text finds too much.
func Tokens(text string) []Secret {
	var out []Secret
	for _, m := range byForm(text) {
		out = append(out, m.secret([]byte(text)))
	}
	return out
}

// byForm lists what Tokens finds by its place.
func byForm(text string) []match {
	return apart(slices.Concat(builtIn().tokens([]byte(text), written), passwords(text), connections(text), dataSources(text)))
}

var (
	// connection is a pair of a connection string, as ADO.NET, ODBC and their kin have them: Server=db;User Id=app;Password=….
	connection = regex.New(`(?i)(?:^|[;"'\s=])(password|pwd)[ \t]*=[ \t]*([^;"'\s]+)`)
	// connected matches another pair of such a string, without which a password is of something else.
	connected = regex.New(`(?i)(?:^|[;"'\s=])(?:server|data source|host|hostname|database|initial catalog|user id|userid|uid|username|driver|endpoint)[ \t]*=[^;"']+(?:;|$|["'])`)
)

// connections lists the passwords in connection strings.
func connections(text string) []match {
	out := jdbcPasswords(text)
	begin := 0
	for line := range strings.Lines(text) {
		if strings.Contains(line, ";") && connected.MatchString(line) {
			for _, at := range connection.FindAllStringSubmatchIndex(line, -1) {
				if value := line[at[4]:at[5]]; password.believable(value) {
					out = append(out, match{start: begin + at[4], end: begin + at[5], typ: "a password in a connection string", value: value})
				}
			}
		}
		for _, m := range pgPasswords(line) {
			m.start, m.end = m.start+begin, m.end+begin
			out = append(out, m)
		}
		begin += len(line)
	}
	return apart(out)
}

// dataSource is a user and a password before the address of a server, as drivers of Go have them: app:…@tcp(db:3306)/shop.
var dataSource = regex.New(`(?:^|[\s"'` + "`" + `=])([^\s"'` + "`" + `:@/=]{1,64}):([^\s"'` + "`" + `@]{1,200})@(?:tcp[46]?|unix|cloudsql[a-z-]*)\(([^()\s]*)\)`)

// dataSources lists the passwords before such addresses.
func dataSources(text string) []match {
	if !strings.Contains(text, "(") {
		return nil
	}
	var out []match
	for _, at := range dataSource.FindAllStringSubmatchIndex(text, -1) {
		user, value, host := text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]]
		if !fake(value) && !isExample(user, value, host) {
			out = append(out, match{start: at[4], end: at[5], typ: "a password of a data source", value: value})
		}
	}
	return out
}

// header is that of a request that it authorizes, in a text.
var header = regex.New(`(?i)\bAuthorization["']?[ \t]*[:=][ \t]*["']?(?:Basic|Bearer|Token)[ \t]+([A-Za-z0-9+/=._~-]+)`)

// authorized lists the credentials of such headers, which commands send.
func authorized(text string) []match {
	var out []match
	for _, at := range header.FindAllStringSubmatchIndex(text, -1) {
		if credential := text[at[2]:at[3]]; token.believable(credential) {
			out = append(out, match{start: at[2], end: at[3], typ: "a credential of HTTP", value: credential})
		}
	}
	return out
}

// scheme is the value of a header that authorizes a request (RFC 9110, section 11.6.2).
var scheme = regex.New(`(?i)^[ \t]*(?:Basic|Bearer|Token)[ \t]+([A-Za-z0-9+/=._~-]+)[ \t]*$`)

// authorization is the credential in the value of a header of HTTP; none for other names.
func authorization(name, value string) []match {
	if !strings.EqualFold(name, "Authorization") && !strings.EqualFold(name, "Proxy-Authorization") {
		return nil
	}
	var out []match
	for _, at := range scheme.FindAllStringSubmatchIndex(value, 1) {
		if credential := value[at[2]:at[3]]; token.believable(credential) {
			out = append(out, match{start: at[2], end: at[3], typ: "a credential of HTTP", value: credential})
		}
	}
	return out
}
