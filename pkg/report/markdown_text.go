package report

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// The sinks of summary.md. Identifiers out of the image (names, versions, paths, instructions) go into code spans,
// where GitHub resolves neither mentions nor references; sentences of advisories become text without any markup.

// markdownCode writes s as a code span that cannot be left and that fits into a table cell. A backtick becomes an
// apostrophe and a pipe a box-drawing line: neither can be escaped there in a way that every renderer understands. It
// is empty if s is.
func markdownCode(s string, n int) string {
	s = printable(s)
	if s == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", "│").Replace(shorten(s, n)) + "`"
}

// markdownPath is markdownCode for a path, which is shortened at its start.
func markdownPath(s string, n int) string {
	return markdownCode(shortenPath(printable(s), n), n)
}

// markdownText writes s as text: each character that could open markup, end a table cell or make a link becomes a
// character reference, and nobody is mentioned.
func markdownText(s string, n int) string {
	const safe = " -,;.'/%=+?()"
	var b strings.Builder
	text := shorten(printable(s), n)
	for i, r := range text {
		switch {
		case r == ':' && i+1 < len(text) && (text[i+1] == ' ' || text[i+1] >= '0' && text[i+1] <= '9'): // not of an address
			b.WriteByte(':')
		case r == '@':
			b.WriteString("&#64;&#8203;") // GitHub looks for mentions after it has resolved references
		case r == '.' && endsInWWW(b.String()):
			b.WriteString("&#46;")
		case r > 0x7f || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(safe, r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

func endsInWWW(s string) bool {
	return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www")
}

// markdownLink writes a link to the first address that is one, or the bare text.
func markdownLink(text string, addresses []string) string {
	text = markdownText(text, 80)
	address := webAddress(addresses)
	if address == "" {
		return text
	}
	return "[" + text + "](" + address + ")"
}

// webAddress is the first http or https address of at most 300 bytes, with everything that means something to
// Markdown percent-encoded, or "".
func webAddress(addresses []string) string {
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || !isHost(u.Host) || u.User != nil || strings.ContainsFunc(u.Path+u.Fragment, isFormat) {
			continue
		}
		var b strings.Builder
		for _, c := range []byte(u.String()) {
			if c <= ' ' || c > '~' || strings.IndexByte(`()<>[]{}|\^"'*`+"`", c) >= 0 {
				fmt.Fprintf(&b, "%%%02X", c)
				continue
			}
			b.WriteByte(c)
		}
		if b.Len() <= 300 {
			return b.String()
		}
	}
	return ""
}

// isHost tells whether an address's host, with its port, is written in letters that every reader of URIs takes. Names
// of other alphabets stand in advisories in their ASCII form.
func isHost(host string) bool {
	return host != "" && strings.IndexFunc(host, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".-:[]", c))
	}) < 0
}

// isFormat tells whether a character is one that has no shape of its own and changes that of others, such as the
// controls of writing direction. Some readers of URIs refuse them even when they are percent-encoded.
func isFormat(c rune) bool { return unicode.Is(unicode.Cf, c) }
