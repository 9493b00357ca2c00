package secret

import (
	"slices"
	"strings"
	"unicode"

	"github.com/layergate/layergate/pkg/regex"
)

// class is what a name says of its value.
type class int

const (
	notSecret class = iota
	password        // whatever it is
	token           // if it looks like one: names such as TOKEN are also those of other things
)

// nameWord matches the words of a name: API_KEY, api-key, apiKey, APIKey.
var nameWord = regex.New(`[A-Z]+[0-9]*(?:[^A-Za-z0-9]|$)|[A-Z]?[a-z]+[0-9]*|[A-Z]+|[0-9]+`)

// secretWords are words, or pairs of words, of names whose value is secret.
var secretWords = map[string]class{
	"password": password, "passwd": password, "passphrase": password, "passcode": password, "pass": password, "pwd": password, "pw": password,
	"secret": password, "token": token, "apikey": token, "apitoken": token, "authkey": token, "authtoken": token, "accesskey": token, "accesstoken": token, "secretkey": token, "activationkey": token, "identitytoken": token, "registrytoken": token, "credential": token, "credentials": token, "creds": token, "pat": notSecret,
	"api key": token, "access key": token, "private key": token, "secret key": token, "auth key": token, "master key": token, "encryption key": token,
	"signing key": token, "session key": token, "account key": token, "storage key": token, "ssh key": token, "deploy key": token, "license key": token,
	"app key": token, "application key": token, "client key": token, "admin key": token, "service key": token, "jwt key": token, "hmac key": token,
	"cookie key": token, "cipher key": token, "activation key": token, "art api": token, "data key": notSecret, "webhook url": notSecret,
	"fernet key": token, "openai key": token, "anthropic key": token, "gemini key": token, "groq key": token, "mistral key": token, "cohere key": token, "huggingface key": token, "sendgrid key": token, "mailgun key": token,
	"twilio key": token, "datadog key": token, "pinecone key": token,
	"docker pat": token, "ext pat": token, "gh pat": token, "github pat": token, "gitlab pat": token,
}

// secretNames are whole names whose words do not tell, in upper case.
var secretNames = map[string]class{
	"NEO4J_AUTH": password, "REDISCLI_AUTH": password, "REDIS_AUTH": password, "VALKEY_AUTH": password, "SSHPASS": password, "SONAR.LOGIN": token, "VAULT_SECRET_ID": token, "VAULT_APPROLE_SECRET_ID": token, "APPROLE_SECRET_ID": token,
}

// plainEndings are last words of names whose value is not the secret itself, but something about it.
var plainEndings = []string{
	"file", "files", "path", "dir", "directory", "url", "uri", "endpoint", "host", "name", "id", "header", "prefix", "suffix", "field", "length", "len", "size", "min", "max",
	"ttl", "expiry", "expires", "expiration", "expire", "lifetime", "age", "timeout", "type", "kind", "enabled", "enable", "disabled", "disable", "required", "policy", "version",
	"algorithm", "alg", "hash", "sha", "sha1", "sha256", "sha512", "md5", "sum", "checksum", "digest", "salt", "provider", "service", "store", "backend", "manager", "engine", "mode", "format",
	"count", "limit", "rotation", "cache", "ref", "arn", "mount", "key ref", "label", "hint", "reset", "encryption", "encoder", "auth", "validation", "strength", "prompt", "stdin", "command", "cmd", "helper",
	"separator", "delimiter", "index", "scope", "scopes", "issuer", "audience", "encoding", "class", "driver", "plugin", "user", "username", "env", "var", "variable", "placeholder", "regex", "pattern",
	"rounds", "iterations", "cost", "attempts", "authentication", "login", "change", "history", "minimum", "maximum", "characters", "complexity", "less", "grant", "flow", "support", "allowed", "cookie",
	"alias", "aliases", "paths", "filename", "filepath", "names", "ids", "location", "namespace", "source", "region", "resource", "group", "role", "template", "selector", "port",
	"interval", "seconds", "minutes", "hours", "days", "period", "duration", "delay", "retries", "strategy", "charset", "fingerprint", "thumbprint", "status", "state", "level", "reference", "refs",
	"claim", "claims", "audiences", "leeway", "skew", "threshold", "window", "policies", "bytes", "bits", "digits", "chars", "generator", "uppercase", "lowercase", "special", "set", "through", "algo",
	"attribute", "attributes", "attr", "column", "columns", "param", "params", "parameter", "parameters",
	"labels", "annotations", "hashers", "validators", "bucket",
}

// classOf is what a name says of its value.
func classOf(name string) class {
	if c := secretNames[strings.ToUpper(name)]; c != notSecret {
		return c
	}
	words := wordsOf(name)
	if len(words) == 0 || slices.Contains(plainEndings, words[len(words)-1]) ||
		slices.ContainsFunc(words, func(w string) bool { return w == "public" || w == "oldpwd" || w == "checksum" }) {
		return notSecret
	}
	if len(words) == 1 && (words[0] == "pwd" || words[0] == "pass" || words[0] == "pw") {
		return notSecret // the working directory, and what else it may be
	}
	best := notSecret
	for i, w := range words {
		if i+1 < len(words) && slices.Contains([]string{"detection", "scan", "scanning"}, words[i+1]) {
			continue // of a tool that looks for them: SECRET_DETECTION_LOG_OPTIONS
		}
		c := secretWords[w]
		if runTogether(w) {
			c = password
		}
		if i > 0 {
			c = max(c, secretWords[words[i-1]+" "+w])
		}
		if c == password {
			return password
		}
		best = max(best, c)
	}
	return best
}

// runTogether tells whether a word ends like a password without anything between, such as pgpassword and bindpw.
func runTogether(w string) bool {
	return !strings.HasPrefix(w, "no") && (strings.HasSuffix(w, "password") || strings.HasSuffix(w, "passwd") || slices.Contains([]string{"adminpw", "bindpw", "dbpw", "dbpass", "dbpwd", "rootpass", "adminpass", "userpass", "mysqlpass", "pgpass", "redispass", "smtppass", "mailpass", "ftppass", "ldappass", "keypass", "masterauth", "primaryauth", "requirepass", "rootpw", "storepass", "userpw"}, w))
}

// wordsOf splits a name into its words, in lower case.
func wordsOf(name string) []string {
	var out []string
	for _, w := range nameWord.FindAllString(name, -1) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w = strings.ToLower(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// judge is the class of a value with a name: notSecret where the name does not say that it is secret, or the value cannot be one.
func judge(name, value string) class {
	c := classOf(name)
	if !c.believable(value) || refers(wordsOf(name), value) {
		return notSecret
	}
	return c
}

// believable tells whether a value can be a secret of the class.
func (c class) believable(value string) bool {
	switch {
	case c == notSecret || fake(value):
		return false
	case c == password:
		return !strings.ContainsAny(value, "\n\r") && len(value) < 512 && !location.MatchString(value)
	}
	return len(value) >= 8 && !strings.ContainsAny(value, " \t\n\r(){}<>;,") && !strings.Contains(value, "://") && !isNumber(value) && !isWord(value)
}

// location matches the address of something, in which there is no secret: of a vault's entry, or of a service.
var location = regex.New(`^[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s@?]*$`)

func isNumber(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(".,:-+ ", r) })
}

// isWord tells whether a value is made of words and nothing else, such as a name.
func isWord(s string) bool {
	return len(s) < 24 && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLower(r) && !strings.ContainsRune("-_.", r) }) ||
		len(s) < 24 && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsUpper(r) && !strings.ContainsRune("-_.", r) })
}
