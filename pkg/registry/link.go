package registry

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// nextPage is where the next page of a list is, as the answer with a page says it in its headers Link (RFC 8288); nil where it was the last one.
// It has to be at the same registry, which the login is for. A header that cannot be read is an error: it may say where the rest of the list is.
func nextPage(page *url.URL, headers []string) (*url.URL, error) {
	for _, header := range headers {
		links, err := parseLinks(header)
		if err != nil {
			return nil, fmt.Errorf("the registry does not say where the next page is: the header Link %.200q cannot be read: %w", header, err)
		}
		for _, l := range links {
			if !slices.Contains(l.relations, "next") {
				continue
			}
			next, err := page.Parse(l.target)
			if err != nil {
				return nil, fmt.Errorf("the registry does not say where the next page is: %w", err)
			}
			if next.Host != page.Host || next.Scheme != page.Scheme {
				return nil, fmt.Errorf("the registry says that the next page is at %s://%s", next.Scheme, next.Host)
			}
			return next, nil
		}
	}
	return nil, nil
}

// link is a link of a header, with its relation types in lower case.
type link struct {
	target    string
	relations []string
}

// parseLinks reads a header Link (RFC 8288, section 3): targets in angle brackets, each with parameters behind semicolons, and a comma between
// two. Both characters may stand in a target, and in a value in quotes.
func parseLinks(header string) ([]link, error) {
	var out []link
	rest := header
	for {
		rest = strings.TrimLeft(rest, " \t,") // a list may have empty elements
		if rest == "" {
			return out, nil
		}
		target, behind, closed := strings.Cut(rest, ">")
		target, opened := strings.CutPrefix(target, "<")
		if !opened || !closed {
			return nil, errors.New("a target is not in angle brackets")
		}
		l := link{target: target}
		related := false
		for rest = blank(behind); strings.HasPrefix(rest, ";"); rest = blank(rest) {
			name, value, after, err := parseParameter(blank(rest[1:]))
			if err != nil {
				return nil, err
			}
			if strings.EqualFold(name, "rel") && !related { // further ones do not count
				l.relations, related = strings.Fields(strings.ToLower(strings.Trim(value, "'"))), true
			}
			rest = after
		}
		if rest != "" && rest[0] != ',' {
			return nil, errors.New("something else than a comma or a semicolon stands behind a link")
		}
		out = append(out, l)
	}
}

// parseParameter reads a parameter at the beginning of a text: a name, and a value unless it has none. A value may be in quotes. What there is
// behind it is returned, too.
func parseParameter(text string) (name, value, rest string, err error) {
	name, rest = cutAny(text, " \t=;,\"")
	rest, valued := strings.CutPrefix(blank(rest), "=")
	if !valued {
		return name, "", rest, nil
	}
	rest = blank(rest)
	if !strings.HasPrefix(rest, `"`) {
		value, rest = cutAny(rest, " \t;,\"")
		return name, value, rest, nil
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return name, b.String(), rest[i+1:], nil
		case '\\':
			if i++; i == len(rest) {
				continue
			}
		}
		b.WriteByte(rest[i])
	}
	return "", "", "", errors.New("a value in quotes does not end")
}

// cutAny cuts a text before the first of some characters.
func cutAny(text, characters string) (before, rest string) {
	if i := strings.IndexAny(text, characters); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// blank is a text without blanks before it.
func blank(text string) string { return strings.TrimLeft(text, " \t") }
