package document

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/secret"
)

// hide replaces the values of a document by *** in an error about it that quotes them, where they may be secrets: loaders quote what is of
// the wrong type, and that may be a password in the wrong line.
func hide(n *yaml.Node, text string) string {
	if n == nil {
		return text
	}
	if n.Kind == yaml.ScalarNode {
		text = hideValue(n.Value, text)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 && n.Content[i-1].Value != "kind" { // names of fields and kinds are no secrets
			text = hide(c, text)
		}
	}
	return text
}

// hideValue hides a value, and its parts: of a port or a volume, loaders quote one alone.
func hideValue(value, text string) string {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(":=,;/ ", r) })
	for _, quoted := range append([]string{value}, parts...) {
		if quoted != "" && strings.Contains(text, quoted) && looksSecret(quoted) {
			text = strings.ReplaceAll(text, quoted, "***")
		}
	}
	return text
}

// looksSecret tells whether a value would be a secret if it were one of a field that is called a token.
func looksSecret(value string) bool {
	_, ok := secret.Variable("token", value)
	return ok
}
