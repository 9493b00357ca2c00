package secret

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

var (
	// jdbcAddress is the address of a database as Java has it.
	jdbcAddress = regex.New("\\bjdbc:[a-z0-9]+:[^\\s\"'`<>]+")
	// jdbcParameter is one of its parameters, which each driver separates otherwise.
	jdbcParameter = regex.New(`[?&;:]([A-Za-z][\w.-]*)=([^&;\s]+)`)
	// oracleLogin is a user and a password in an address of Oracle's driver.
	oracleLogin = regex.New(`^jdbc:oracle:[a-z0-9]+:([^/@\s]+)/([^/@\s]+)@`)

	// pgPassword and pgPair are pairs of a connection string of PostgreSQL ("Keyword/Value Connection Strings" of libpq): host=db user=app password=….
	pgPassword = regex.New(`(?:^|[\s"'=])password[ \t]*=[ \t]*(?:'([^'\n]+)'|([^\s'";]+))`)
	pgPair     = regex.New(`(?:^|[\s"'=])(?:host|hostaddr|port|dbname|user|sslmode)[ \t]*=[ \t]*[^\s=;]+`)
)

// jdbcPasswords lists the passwords in addresses of JDBC.
func jdbcPasswords(text string) []match {
	if !strings.Contains(text, "jdbc:") {
		return nil
	}
	var out []match
	add := func(user string, start, end int) {
		if value := text[start:end]; password.believable(value) && !isExample(user, value, "") {
			out = append(out, match{start: start, end: end, typ: addressOf + "jdbc", value: value})
		}
	}
	for _, at := range jdbcAddress.FindAllStringIndex(text, -1) {
		address := text[at[0]:at[1]]
		for _, p := range jdbcParameter.FindAllStringSubmatchIndex(address, -1) {
			if name := address[p[2]:p[3]]; classOf(name) == password || strings.EqualFold(name, "pwd") {
				add("", at[0]+p[4], at[0]+p[5])
			}
		}
		for _, l := range oracleLogin.FindAllStringSubmatchIndex(address, 1) {
			add(address[l[2]:l[3]], at[0]+l[4], at[0]+l[5])
		}
	}
	return out
}

// pgPasswords lists the passwords in connection strings of PostgreSQL: beside two other pairs, since a password alone may be anything's.
func pgPasswords(line string) []match {
	if !strings.Contains(line, "password") || len(pgPair.FindAllStringIndex(line, 2)) < 2 {
		return nil
	}
	var out []match
	for _, at := range pgPassword.FindAllStringSubmatchIndex(line, -1) {
		start, end := at[2], at[3]
		if start < 0 {
			start, end = at[4], at[5]
		}
		if value := line[start:end]; password.believable(value) && !isExample("", value, "") {
			out = append(out, match{start: start, end: end, typ: "a password in a connection string", value: value})
		}
	}
	return out
}
