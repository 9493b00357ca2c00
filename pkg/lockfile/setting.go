package lockfile

import "strings"

// eachSetting goes through the keys of a file of nested settings, each level indented by two spaces, and calls do with the
// path to each, which it must not keep, and its value: the YAML that pnpm and Yarn write, and the language of Yarn 1, which
// has no colon before a value. Lists and comments are passed over.
func eachSetting(lines []string, do func(path []string, value string)) {
	var path []string
	for _, l := range lines {
		text := strings.TrimLeft(l, " ")
		level := (len(l) - len(text)) / 2
		text = strings.TrimPrefix(text, "? ") // a long key
		if text == "" || text == ":" || text[0] == '#' || text[0] == '-' || level > len(path) {
			continue
		}
		key, value := setting(text)
		path = append(path[:level], key)
		do(path, value)
	}
}

// setting parts a line into key and value, without their quotes. A key with several quoted parts, as Yarn 1 has, keeps them.
func setting(text string) (key, value string) {
	text = strings.TrimRight(text, " ")
	if list, ok := strings.CutSuffix(text, ":"); ok {
		return unquote(list), ""
	}
	if quote := text[0]; quote == '"' || quote == '\'' {
		if end := strings.IndexByte(text[1:], quote); end >= 0 {
			return text[1 : end+1], unquote(strings.TrimLeft(text[end+2:], ": "))
		}
	}
	key, value, _ = strings.Cut(text, " ")
	return strings.TrimSuffix(key, ":"), unquote(value)
}

func unquote(s string) string {
	if n := len(s); n > 1 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') && strings.IndexByte(s[1:n-1], s[0]) < 0 {
		return s[1 : n-1]
	}
	return s
}
