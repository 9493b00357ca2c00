package secret

import (
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// fakes are values of documentation and of tests that everybody knows.
var fakes = map[string]bool{
	"AKIAIOSFODNN7EXAMPLE":                     true, // the documentation of AWS
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": true,
	"je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY": true,
	// Azurite's and the storage emulator's account, which is the same everywhere.
	"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==": true,
	"sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz":                                                true, // Supabase's own, of each installation for development
	"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw":                                                   true, // the documentation of Svix
	// The documentation of Docker.
	"SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c": true,
	// The key of the emulator of Cosmos DB.
	"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==": true,
}

// testKeys are private keys that GnuTLS has compiled in to test itself, in each installation the same, by the beginning of the
// digest of their base64 text.
var testKeys = map[string]bool{
	"bf552d2ff30b": true,
	"cadf1e62661d": true,
	"6d03bbf47115": true,
	"30db3ea6d728": true,
	"518a21fe5a8a": true,
	"c780c483da21": true,
	"0abce0c5fd3b": true,
	"24a2416c5abb": true,
	"9ab6db67523b": true,
	"0b5f4f7b5486": true,
}

// fakeParts are parts of values that are written where a secret would be.
var fakeParts = []string{
	"example", "changeme", "change-me", "change_me", "changeit", "placeholder", "dummy", "redacted", "replaceme", "replace-", "replace_", "insert-", "insert_",
	"your-", "your_", "yourpass", "yourtoken", "yoursecret", "xxxx", "****", "....", "00000000", "11111111", "12345678", "abcdefgh", "0123456789",
	"todo", "fixme", "not-a-real", "notareal", "fake", "sample", "deadbeef",
	// The token of jwt.io: {"sub":"1234567890".
	"eyjzdwiioiixmjm0nty3odkwi",
}

// words are whole values that say that there is none, or what should be there.
var words = map[string]bool{
	"": true, "none": true, "null": true, "nil": true, "undefined": true, "true": true, "false": true, "yes": true, "no": true, "on": true, "off": true,
	"0": true, "1": true, "unset": true, "empty": true, "default": true, "auto": true, "disabled": true, "enabled": true, "required": true, "optional": true,
	"build": true, "buildtime": true, "build-time": true, "collectstatic": true, "unused": true, "not-used": true,
	"string": true, "value": true, "prompt": true, "n/a": true, "-": true,
}

// reference matches a value that stands for another: a variable, whose $ is doubled where Compose is not to replace it and which may stand between quotes that
// the shell takes away, a template's field, what printf puts an argument in the place of, a file, a name in a vault.
var reference = regex.New(`(?i)^(?:` + strings.Join([]string{
	`\${1,2}\{?[\w.:?+=-]*\}?`, `\${1,2}\(.*`, "`.*", `%[\w.]+%`, `%\(\w+\)[sd](?:,.*)?`, `%[a-zA-Z]/[\w./-]*`, `#\{.*\}#`, `(?:%-?\d*[bqsd])+(?:\\n)*`, `['"\\]+\$\{?\w+\}?['"\\]*`, `@[\w.]+@`, `\{\{.*`, `.*\$\{.*\}.*`, `<.*>`, `\[.*\]`, `[\[{]`, `__\w+__`,
	`/[\w./-]*`, `\./.*`, `~/.*`, `file:.*`, `[a-z]:\\.*`,
	`arn:.*`, `alias/.*`, `projects/.*`, `[\w-]+/data/[\w./-]+(?:#[\w.-]+)?`, `vault:.*`, `bao:.*`, `secrets?:.*`, `secrets?manager:.*`, `akv:.*`, `secretref:.*`, `op://.*`, `ref\+.*`, `env:.*`, `kms:.*`, `ssm:.*`, `keyvault:.*`, `@microsoft\.keyvault\(.*`,
	`ENC\[.*`, `process\.env.*`, `os\.(?:environ|getenv).*`, `getenv.*`, `env\(.*`, `env\[.*`,
}, "|") + `)$`)

// repeated matches a value of few different characters, such as xxx or ****.
var repeated = regex.New(`(?i)^(?:x+|\*+|\.+|-+|_+|#+|\?+|a+|0+|1+|[\\'"]+)$`)

// fake tells whether a value is no secret: a placeholder, a reference to where the secret is, or one that everybody knows.
func fake(value string) bool {
	lower := strings.ToLower(strings.TrimSpace(value))
	if fakes[value] || words[lower] || reference.MatchString(value) || repeated.MatchString(value) {
		return true
	}
	for _, part := range fakeParts {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}
