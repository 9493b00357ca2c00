package inventory

import (
	"bytes"
	"path"
	"strings"
)

// This file gives syft's parser the values of os-release(5), which are those of a shell: it knows one pair of double quotes, and what is
// behind a backslash.

// isOSRelease tells whether a path is one by which a system says which distribution it is.
func isOSRelease(name string) bool {
	return path.Base(name) == "os-release" && (strings.HasSuffix(name, "/etc/os-release") || strings.HasSuffix(name, "/usr/lib/os-release"))
}

// withPlainValues writes each value as the parser reads it. A line that no shell takes stays as it is.
func withPlainValues(_ string, raw []byte) ([]byte, error) {
	var out bytes.Buffer
	for line := range strings.Lines(string(raw)) {
		key, text, ok := strings.Cut(strings.TrimSpace(line), "=")
		value, whole := shellValue(text)
		if !ok || !whole || strings.HasPrefix(key, "#") {
			out.WriteString(line)
			continue
		}
		out.WriteString(key + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + "\"\n")
	}
	return out.Bytes(), nil
}

// shellValue is what a shell gives a variable. White space outside of quotes is kept, as syft does; whole is false where a quote does not end.
func shellValue(text string) (value string, whole bool) {
	var out strings.Builder
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == '\'' && c != '\'':
			out.WriteByte(c)
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '\\' && i+1 < len(text) && (quote == 0 || strings.IndexByte("\\\"$`", text[i+1]) >= 0):
			i++
			out.WriteByte(text[i])
		case quote == 0 && c == '#' && i > 0 && (text[i-1] == ' ' || text[i-1] == '\t'):
			return strings.TrimSpace(out.String()), true
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), quote == 0
}
