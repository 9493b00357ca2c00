package secret

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// refers tells whether a value is the name of what has the secret, such as of an object of Kubernetes or an entry of a vault: where the
// words of its own name say that there is such a thing, and the value has the form of a name. A word under a name that does not tell, such
// as JWT_SECRET, stays a secret: somebody may have thought it up.
func refers(words []string, value string) bool {
	if !isName(value) {
		return false
	}
	behind := func(n int) string { // the word so many before the last
		if n < len(words) {
			return words[len(words)-1-n]
		}
		return ""
	}
	last, before := behind(0), behind(1)
	switch {
	case slices.Contains(words, "existing"): // as charts have it: existingSecret
		return true
	case last == "secret":
		return slices.Contains(objects, before) || slices.Contains(held, before) && isTelling(value) || strings.Contains(value, "/")
	case last == "key": // in an object, under which it has a password: adminPasswordKey, DB_PASSWORD_SECRET_KEY
		if before == "secret" {
			before = behind(2)
		}
		return secretWords[before] == password && classOf(value) != notSecret
	}
	return slices.Contains([]string{"credential", "credentials", "creds"}, last) && isTelling(value) // broker1_keystore_creds
}

var (
	// objects are words before secret that make it an object, which has a name.
	objects = []string{
		"tls", "ssl", "ca", "cert", "certs", "certificate", "certificates", "kubeconfig", "pull", "regcred", "registry", "docker", "vault", "kube", "kubernetes", "ingress",
	}
	// held are words for what such an object holds. Behind them, the secret itself may stand as well.
	held = []string{
		"password", "passwd", "pass", "passphrase", "pwd", "key", "keys", "credential", "credentials", "creds", "conn", "connection", "dsn", "db", "database", "postgres", "postgresql", "mysql", "mariadb",
		"mongo", "mongodb", "redis", "rds", "ssh", "license",
	}
	// telling are the words with which people end the name of such an object.
	telling = slices.Concat(objects, held, []string{"secret", "secrets", "token", "auth", "account", "user"})
)

// objectName matches words, with numbers and short random parts among them, joined as in names of objects and paths of vaults.
var objectName = regex.New(`^(?:[a-z]{1,20}[0-9]{0,3}|[a-z][a-z0-9]{0,4})(?:[._/-]{1,2}(?:[a-z]{1,20}[0-9]{0,3}|[a-z0-9]{1,10}))*$`)

// isName tells whether a value has the form of a name that people give, and not of a password or of random bits.
func isName(value string) bool {
	if len(value) > 253 || !objectName.MatchString(value) {
		return false
	}
	parts, random := partsOf(value), 0
	for _, p := range parts {
		if letters := strings.TrimRight(p, "0123456789"); strings.ContainsAny(letters, "0123456789") || letters == "" && len(p) > 4 {
			random++ // such as what kustomize adds
		}
	}
	return random < 2 && (len(parts) > 1 || !strings.ContainsAny(value, "0123456789"))
}

// isTelling tells whether a name has several words, of which the last says that it is that of a secret.
func isTelling(name string) bool {
	parts := partsOf(name)
	return len(parts) > 1 && slices.Contains(telling, parts[len(parts)-1])
}

// partsOf splits a name where its words are joined.
func partsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("._/-", r) })
}
