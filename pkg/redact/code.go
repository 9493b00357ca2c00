package redact

import "github.com/layergate/layergate/pkg/regex"

var (
	// assigned is a value that is given to a name which says that it is secret, as in "ENV API_TOKEN=…" or "--password=…".
	assigned = regex.New(`(?i)(` + secretName + `\s*=\s*)` + secretValue)
	// told is such a value behind a blank: of a flag, or in the older form of ENV.
	told = regex.New(`(?i)((?:--|^\s*ENV\s+)` + secretName + `\s+)` + secretValue)
	// provider is a token that its provider marks by how it begins.
	provider = regex.New(`\b(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|xox[a-z]-[\w-]{10,}|A[KS]IA[0-9A-Z]{16})`)

	keyBegins = regex.New(`-----BEGIN [A-Z ]*PRIVATE KEY`)
	keyEnds   = regex.New(`-----END [A-Z ]*PRIVATE KEY`)
)

const (
	secretName = `[\w.-]*(?:token|password|passwd|secret|credential|api[_-]?key|private[_-]?key|access[_-]?key)[\w.-]*`
	// secretValue is in quotes, which may end on a later line, or one word. A variable is no secret.
	secretValue = `(?:"[^"$][^"]*"?|'[^'$][^']*'?|[^\s"'$][^\s"']*)`
)

// Code hides secrets that somebody wrote into a file of code, such as a Dockerfile: what Text hides, values of names that say
// that they are secret, tokens that are known by their form, and private keys. It returns as many lines as it was given,
// and changes none of them.
func Code(lines []string) []string {
	out := make([]string, len(lines))
	key := false
	for i, line := range lines {
		if key = key || keyBegins.MatchString(line); key {
			out[i], key = hidden, !keyEnds.MatchString(line)
			continue
		}
		line = assigned.ReplaceAllString(line, "${1}"+hidden)
		line = told.ReplaceAllString(line, "${1}"+hidden)
		out[i] = Text(provider.ReplaceAllString(line, hidden))
	}
	return out
}
