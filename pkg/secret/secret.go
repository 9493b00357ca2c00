// Package secret tells secrets from other text: passwords, tokens and keys in environment variables, in instructions and in
// files. What it finds it never shows: a Secret says what was found and where, and as much of the value as does not help
// anybody to guess the rest.
//
// It must not import anything that reads images or manifests.
package secret

import (
	"bytes"
	"slices"
	"strings"
)

// Secret is a password, a token or a key, in the only form in which others see it.
type Secret struct {
	// Type says what it is, with an article: a password, a private key, or a token by the name that gitleaks has for it.
	Type string
	// Shown is what may be shown of its value, such as gh…Zq; *** for one that somebody may have thought up; empty where the
	// whole file is what was found.
	Shown string
	// Hash is the beginning of the SHA-256 digest of its value, 12 hexadecimal digits, which tells whether two are the same.
	// It is empty for one that somebody may have thought up: who has the digest of such a one can find it by trying.
	Hash string
	// Name is that of what has it as its value, such as DB_PASSWORD; empty where nothing with a name does.
	Name string
	Line int // of the text in which it begins, from 1
}

// Saw says what was found, for reports: its type and what may be shown of it.
func (s Secret) Saw() string {
	out := s.Type
	if s.Shown == "" {
		return out
	}
	if s.Name != "" {
		out = s.Name + " holds " + out
	}
	out += ": " + s.Shown
	if s.Hash != "" {
		out += " (sha256:" + s.Hash + "…)"
	}
	return out
}

// match is a secret in a text, before its value is hidden.
type match struct {
	start, end int // of the value
	typ        string
	name       string
	value      string
	// random is set where the form of the value says that a machine made it from random bits.
	random bool
}

// maxName is how many bytes of a name are shown.
const maxName = 100

// secret hides the value.
func (m match) secret(text []byte) Secret {
	s := Secret{Type: m.typ, Name: m.name[:min(len(m.name), maxName)], Line: 1 + bytes.Count(text[:m.start], []byte{'\n'})}
	s.Shown, s.Hash = masked(m.value, m.random)
	return s
}

// Text lists the secrets in a text that somebody wrote: an instruction, a script, a label. It finds tokens of known forms,
// private keys, passwords in addresses and of commands, and values that are given to a name which says that they are secret.
func Text(text string) []Secret {
	var out []Secret
	for _, m := range inText(text) {
		out = append(out, m.secret([]byte(text)))
	}
	return out
}

// Redact hides the secrets of a text that Text finds: each reads ***.
func Redact(text string) string { return hideAll(text, inText(text)) }

// hideAll hides secrets of a text, which are in its order.
func hideAll(text string, found []match) string {
	var b strings.Builder
	at := 0
	for _, m := range found {
		b.WriteString(text[at:m.start])
		b.WriteString(hidden)
		at = m.end
	}
	return b.String() + text[at:]
}

// inText lists the secrets of a text by their place. No two of them overlap.
func inText(text string) []match {
	raw := []byte(text)
	found := slices.Concat(builtIn().tokens(raw, written), passwords(text), dataSources(text), authorized(text), assignments(text), inCommands(text), inWrites(text), inObjects(text))
	return apart(found)
}

// apart sorts matches by their place and drops those that lie in what an earlier one of the list has.
func apart(found []match) []match {
	var out []match
	for _, m := range found {
		if !slices.ContainsFunc(out, func(o match) bool { return m.start < o.end && o.start < m.end }) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b match) int { return a.start - b.start })
	return out
}
