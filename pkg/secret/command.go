package secret

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// command is a program that takes a password otherwise than behind a name that says so.
type command struct {
	word    string // without which a text has none of them
	pattern *regex.Regex
}

const (
	// said begins what a shell prints into a pipe.
	said = `\b(?:echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*["']?`
	// until goes on to a later argument of the same command.
	until = `\b(?:"[^"\n]*"|'[^'\n]*'|\\\n|[^|;&\n])*?[ \t]`
	// argument is a value that may be in quotes and is no other flag.
	argument = `["']?([^\s"'|;&-][^\s"'|;&]*)`
	// pair is a user and, as the value, a password in one argument.
	pair = `["']?[^\s"':|;&]*:([^\s"'|;&]+)`
)

// commands are those programs. The last group of each expression that matches is the password.
var commands = []command{
	{"chpasswd", regex.New(said + `[\w.-]+:([^\s"'|\\]+)(?:\\n)?["']?[ \t]*\|[^|;&\n]*\bchpasswd\b`)},
	{"chpasswd", regex.New(`\bchpasswd\b[^|;&\n]*<<<[ \t]*["']?[\w.-]+:([^\s"'|;&]+)`)},
	{"stdin", regex.New(said + `([^\s"'|\\]+)(?:\\n)?["']?[ \t]*\|[^|;&\n]*(?:\bpasswd\b[^|;&\n]*-{2}stdin\b|\blogin\b[^|;&\n]*-{2}password-stdin\b)`)},
	{"with-token", regex.New(said + `([^\s"'|\\]+)(?:\\n)?["']?[ \t]*\|[^|;&\n]*\blogin\b[^|;&\n]*-{2}with-token\b`)},
	{"login", regex.New(`\b(?:docker|podman|buildah|skopeo|nerdctl|crane|oras|helm|az)\b[^|;&\n]*?\blogin` + until + `-p(?:[ \t]+|=)` + argument)},
	{"with-token", regex.New(`\blogin\b[^|;&\n]*-{2}with-token\b[^|;&\n]*<<<[ \t]*["']?([^\s"'|;&]+)`)},
	{"sshpass", regex.New(`\bsshpass` + until + `-p[ \t]*` + argument)},
	{"mysql", regex.New(`\bmysql(?:admin|dump|import|check|sh|show|slap|pump|_upgrade)?` + until + `-p` + argument)},
	{"mariadb", regex.New(`\bmariadb(?:-admin|-dump|-import|-check)?` + until + `-p` + argument)},
	{"user", regex.New(`\b(?:useradd|usermod)` + until + `-p[ \t]*` + argument)},
	{"openssl", regex.New(`\bopenssl[ \t]+passwd[ \t]+(?:-(?:salt[ \t]+\S+|[156]|apr1|crypt)[ \t]+)*["']?([^\s"'|;&()-][^\s"'|;&()]*)`)},
	{"redis-cli", regex.New(`\bredis-cli` + until + `-a[ \t]+` + argument)},
	{"requirepass", regex.New(`(?m)(?:^|["'])[ \t]*requirepass[ \t]+` + argument)}, // a line of redis.conf
	{"sqlcmd", regex.New(`\bsqlcmd` + until + `-P[ \t]*` + argument)},
	{"mongo", regex.New(`\bmongo(?:sh|dump|restore|import|export)?` + until + `-p[ \t]+` + argument)},
	{"cypher-shell", regex.New(`\bcypher-shell` + until + `-p[ \t]+` + argument)},
	{"rabbitmqctl", regex.New(`\brabbitmqctl` + until + `(?:add_user|change_password)[ \t]+[^\s;|&-]\S*[ \t]+` + argument)},
	{"pass:", regex.New(`[ \t]-pass(?:in|out)?[ \t]+["']?pass:([^\s"'|;&]+)`)},           // of openssl
	{"-pass", regex.New(`(?:^|\s)-{2}pass(?:[ \t]+|=)["']?([^\s"'|;&-][^\s"'|;&]{2,})`)}, // and not a number, of a pass of encoders
	{"curl", regex.New(`\bcurl` + until + `(?:-[afgGiIjJkLlMnNOpqRsSvZ#0-9]*[uU][ \t]*|--(?:proxy-)?user(?:[ \t]+|=))` + pair)},
	{"twine", regex.New(`\btwine` + until + `-p[ \t]*` + argument)},
	{"nuget", regex.New(`\bnuget[ \t]+(?:add|update|sources?)` + until + `-(?:p|Password)[ \t]+` + argument)},
	{"bundle", regex.New(`\bbundle[ \t]+config` + until + `[\w.-]+[ \t]+["']?[\w.@-]+:([^\s"'|;&/]+)`)},
	{"config", regex.New(`\b(?:composer|poetry)` + until + `config` + until + `["']?(?:http-basic\.[^\s"']+["']?[ \t]+[^\s|;&]+|(?:bearer|github-oauth|gitlab-oauth|gitlab-token)\.[^\s"']+)["']?[ \t]+` + argument)},
	{"machine", regex.New(`\bmachine(?:[ \t]|\\n)+\S+?(?:[ \t]|\\n)+login(?:[ \t]|\\n)+\S+?(?:[ \t]|\\n)+password(?:[ \t]|\\n)+([^\s"'\\]+)`)}, // a line of .netrc
	{":_", regex.New(`//[^\s"']+/:_(?:authToken|password|auth)["']?(?:[ \t]*=[ \t]*|[ \t]+)["']?([^\s"'|;&\\]+)`)},                             // a line of .npmrc, and npm config set
	{"ldap", regex.New(`\bldap(?:search|add|modify|delete|passwd|whoami)` + until + `-w[ \t]+` + argument)},
}

// configured is a setting that a program is given to keep: npm config set KEY VALUE.
var configured = regex.New(`\b(?:npm|pnpm|yarn|pip3?|poetry|composer|git|aws|conda|gem)` + until + `config(?:ure)?(?:` + until + `set)?(?:[ \t]+-[\w-]+)*[ \t]+["']?([^\s"'|;&=-][^\s"'|;&=]*)["']?(?:[ \t]+|=)["']?([^\s"'|;&]+)`)

// inCommands lists the passwords that are given to programs.
func inCommands(text string) []match {
	var out []match
	if strings.Contains(text, "config") {
		for _, at := range configured.FindAllStringSubmatchIndex(text, -1) {
			name, value := text[at[2]:at[3]], text[at[4]:at[5]]
			found := given(name, value, at[4])
			if m, ok := login64(name, value); ok {
				found = []match{{start: at[4], end: at[5], typ: m.typ, name: name, value: value}}
			}
			out = append(out, found...)
		}
	}
	for _, c := range commands {
		if !strings.Contains(text, c.word) {
			continue
		}
		for _, at := range c.pattern.FindAllStringSubmatchIndex(text, -1) {
			value := text[at[2]:at[3]]
			if password.believable(value) && !(c.word == "curl" && isStandIn(value)) && strings.Trim(value, "!*") != "" { // which lock an account
				out = append(out, match{start: at[2], end: at[3], typ: "a password of a command", value: value})
			}
		}
	}
	return out
}
