package secret

import (
	"bytes"
	"crypto/x509"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Class is what sort of thing a file has that is a secret or holds secrets.
type Class string

// The classes of what is found in files.
const (
	Token        Class = "token"           // known by its form
	Key          Class = "private-key"     // without a passphrase
	ProtectedKey Class = "protected-key"   // a private key with a passphrase, or a key store
	Registry     Class = "registry"        // credentials of a registry, a package manager or a version control system
	Cloud        Class = "cloud"           // credentials of a cloud, a cluster or a vault
	Settings     Class = "settings"        // a password in a file of settings
	History      Class = "shell-history"   // a secret in a history of commands
	Repository   Class = "git-repository"  // with all that it ever held
	State        Class = "terraform-state" // with the secrets of what Terraform made
	Unsearched   Class = "unsearched"      // a file that was not searched to its end
)

// Known tells whether it is one of the classes.
func (c Class) Known() bool {
	return slices.Contains([]Class{Token, Key, ProtectedKey, Registry, Cloud, Settings, History, Repository, State, Unsearched}, c)
}

// Found is a secret in a file.
type Found struct {
	Class Class
	Secret
}

// found is a secret in a file while its value is still there.
type found struct {
	Found
	value string
}

// newFound hides the value of a match by its form, in a text before which lines end.
func newFound(m match, text []byte, lines int) found {
	out := found{Found: Found{Class: Token, Secret: m.secret(text)}, value: m.value}
	out.Line += lines
	switch m.typ {
	case typeKey:
		out.Class = Key
	case typeEncrypted:
		out.Class = ProtectedKey
	}
	return out
}

// kind is a sort of files that are known by their path, and what in them is secret.
type kind struct {
	class Class
	typ   string
	names names
	find  func(text string) []match // nil for Text's own way, of commands
}

// matches lists what is secret in a file of the kind.
func (k kind) matches(text string) []match {
	if k.find == nil {
		return inText(text)
	}
	out := k.find(text)
	for i := range out {
		if k.typ != "" {
			out[i].typ = k.typ
		}
	}
	return out
}

// maxKnown is how many bytes of a file that is known by its path are read.
const maxKnown = 1 << 20

// IsKnown tells whether a path alone says that a file may hold secrets.
func IsKnown(name string) bool { return len(indexed().of(strings.ToLower(name))) > 0 }

// knownFile lists the secrets of a file that is known by its path.
func knownFile(name string, r io.ReaderAt, size int64) ([]found, error) {
	lower := strings.ToLower(name)
	known := slices.DeleteFunc(indexed().of(lower), func(k kind) bool { return k.class == Settings && isTemplate(lower) })
	if len(known) == 0 {
		return nil, nil
	}
	raw := make([]byte, min(size, maxKnown))
	if n, err := r.ReadAt(raw, 0); n < len(raw) {
		return nil, err
	}
	var out []found
	for _, k := range known {
		for _, m := range k.matches(string(raw)) {
			out = append(out, found{Found{k.class, m.ofFile(raw)}, m.value})
		}
	}
	return out, nil
}

// ofFile is the secret in a file. Where the file is one as a whole, it has no line and no value to show.
func (m match) ofFile(text []byte) Secret {
	s := m.secret(text)
	if m.value == "" {
		s.Shown, s.Hash, s.Line = "", "", 0
	}
	return s
}

// isTemplate tells whether a file of settings is an example to copy.
func isTemplate(name string) bool {
	base := path.Base(name)
	return slices.ContainsFunc([]string{"example", "sample", "template", "dist", "default", "test", "tmpl"}, func(word string) bool { return strings.Contains(base, word) })
}

// once compiles an expression when it is first asked for: most never are.
func once(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// values finds what an expression's last group has; a group before it is the name.
func values(pattern string) func(string) []match {
	re := once(pattern)
	return func(text string) []match {
		var out []match
		for _, at := range re().FindAllStringSubmatchIndex(text, -1) {
			last := len(at) - 2
			m := match{start: at[last], end: at[last+1], value: text[at[last]:at[last+1]]}
			if last > 2 {
				m.name = text[at[2]:at[3]]
			}
			if !fake(m.value) {
				out = append(out, m)
			}
		}
		return out
	}
}

// either joins ways to find secrets in a text.
func either(list ...func(string) []match) func(string) []match {
	return func(text string) []match {
		var out []match
		for _, find := range list {
			out = append(out, find(text)...)
		}
		return apart(out)
	}
}

// uncommented finds secrets outside of the comments of XML.
func uncommented(find func(string) []match) func(string) []match {
	comment := once(`(?s)<!--.*?-->`)
	return func(text string) []match {
		return find(comment().ReplaceAllStringFunc(text, func(c string) string { return strings.Repeat(" ", len(c)) }))
	}
}

// having finds secrets in texts that an expression matches, since their name alone says too little.
func having(pattern string, find func(string) []match) func(string) []match {
	re := once(pattern)
	return func(text string) []match {
		if !re().MatchString(text) {
			return nil
		}
		return find(text)
	}
}

// comment begins a line of scripts and files of settings that is one.
var comment = once(`^[ \t]*(?:#|;|//)`)

// instructed finds secrets outside of the lines that are comments: examples stand there.
func instructed(find func(string) []match) func(string) []match {
	return func(text string) []match {
		return slices.DeleteFunc(find(text), func(m match) bool {
			return comment().MatchString(text[strings.LastIndexByte(text[:m.start], '\n')+1:])
		})
	}
}

// exports lists the secrets among the variables that a script gives to the programs that it starts.
var exports = assigned(`(?m)^[ \t]*export[ \t]+([A-Za-z_]\w*)=("[^"\n]*"|'[^'\n]*'|[^\s;&|]+)`)

// assigned lists the secrets among what is assigned where an expression matches, from its first group on.
func assigned(pattern string) func(string) []match {
	re := once(pattern)
	return func(text string) []match {
		var out []match
		for _, at := range re().FindAllStringSubmatchIndex(text, -1) {
			for _, m := range assignments(text[at[2]:at[1]]) {
				m.start, m.end = m.start+at[2], m.end+at[2]
				out = append(out, m)
			}
		}
		return out
	}
}

// sources lists the passwords in addresses from which software comes.
func sources(text string) []match {
	return slices.DeleteFunc(passwords(text), func(m match) bool {
		return !slices.ContainsFunc([]string{"http", "git", "ssh", "svn", "hg+", "bzr"}, func(scheme string) bool {
			return strings.HasPrefix(strings.TrimPrefix(m.typ, addressOf), scheme)
		})
	})
}

// whole takes the file itself for a secret where an expression matches.
func whole(pattern string) func(string) []match {
	re := once(pattern)
	return func(text string) []match {
		if re().MatchString(text) {
			return []match{{}}
		}
		return nil
	}
}

// keyStore takes a PKCS #12 file (RFC 7292) for one with a private key, which may be among what is encrypted, but for one that has certificates alone
// for everybody to see.
func keyStore(text string) []match {
	if raw := []byte(text); isPKCS12(raw) && !hasOnlyCertificates(raw) {
		return []match{{}}
	}
	return nil
}

// isSequence tells whether a file begins as all that hold keys in DER do.
func isSequence(raw []byte) bool { return bytes.HasPrefix(raw, []byte{0x30}) }

// hasKey tells whether a key store has a private key: a PKCS #12 file a bag for one (RFC 7292, section 4.2), Java's own forms, JKS and JCEKS,
// the name of what encrypts it. Those with certificates alone, as Java has them of authorities, have none.
func hasKey(raw []byte) bool {
	switch {
	case bytes.HasPrefix(raw, []byte("\xfe\xed\xfe\xed")):
		return bytes.Contains(raw, []byte("\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01"))
	case bytes.HasPrefix(raw, []byte("\xce\xce\xce\xce")):
		return bytes.Contains(raw, []byte("\x2b\x06\x01\x04\x01\x2a\x02\x13\x01"))
	}
	const bag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
	return isPKCS12(raw) && (bytes.Contains(raw, []byte(bag+"\x01")) || bytes.Contains(raw, []byte(bag+"\x02")))
}

// keyFile tells what private key a file is by its content, whatever it is called: one in DER, or a key store with one.
func keyFile(window []byte, size int64) (Class, string) {
	if isSequence(window) && size < keySize {
		_, pkcs8 := x509.ParsePKCS8PrivateKey(window)
		_, pkcs1 := x509.ParsePKCS1PrivateKey(window)
		_, sec1 := x509.ParseECPrivateKey(window)
		if pkcs8 == nil || pkcs1 == nil || sec1 == nil {
			return Key, typeKey
		}
	}
	if hasKey(window) {
		return ProtectedKey, "a key store with a private key"
	}
	if class := gnuPGKey(window); class == Key {
		return Key, typeKey
	} else if class == ProtectedKey {
		return ProtectedKey, typeEncrypted
	}
	return "", ""
}
