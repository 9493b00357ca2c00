package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// keySize is how many bytes of a text hold a private key at most: one of RSA with 16,384 bits has some 13,000.
const keySize = 16 << 10

var (
	// keyBegin is the first line of a private key (RFC 7468, RFC 4880, and PROTOCOL.key of OpenSSH).
	keyBegin = regex.New(`^-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY( BLOCK)?-----`)
	// puttyBegin is that of a key of PuTTY.
	puttyBegin = regex.New(`^PuTTY-User-Key-File-[23]: [a-z0-9-]+\r?\nEncryption: ([a-z0-9-]+)`)
)

// longWord is part of a line of base64 text, and of no text that people write.
var longWord = regex.New(`[A-Za-z0-9+/]{48}`)

// The types of private keys.
const (
	typeKey       = "a private key"
	typeEncrypted = "a private key that is encrypted with a passphrase"
)

// keyAt is the private key that begins at a place of a text. A text that only speaks of keys has none: what follows the first
// line must be a key.
func keyAt(text []byte, at int) (match, bool) {
	block := text[at:min(at+keySize, len(text))]
	begin := keyBegin.FindSubmatch(block)
	if begin == nil {
		return match{}, false
	}
	body := block[len(begin[0]):]
	end := bytes.Index(body, []byte("-----END "))
	complete := end >= 0
	if complete {
		body = body[:end]
	}
	headers, data := keyData(string(body))
	m := match{start: at, end: at + len(begin[0]) + len(body), typ: typeKey, value: data, random: true}
	_, digest := masked(data, true)
	switch kind := strings.TrimSpace(string(begin[1])); {
	case len(data) < 64 || testKeys[digest]:
		return match{}, false
	case kind == "PGP":
		return m, len(begin[2]) > 0
	case kind == "OPENSSH":
		encrypted, ok := openssh(data)
		if encrypted {
			m.typ = typeEncrypted
		}
		return m, ok
	case strings.HasPrefix(kind, "ENCRYPTED"), strings.Contains(headers, "ENCRYPTED"):
		m.typ = typeEncrypted
		return m, true
	default:
		return m, isDER(data, complete)
	}
}

// encodedKeyAt is the private key whose base64 text, as Kubernetes has it in kubeconfig and secrets, begins at a place.
func encodedKeyAt(text []byte, at int) (match, bool) {
	data := text[at:min(at+keySize, len(text))]
	if end := bytes.IndexFunc(data, func(r rune) bool { return !isBase64(string(r)) }); end >= 0 {
		data = data[:end]
	}
	m, ok := keyAt(decoded(string(data)), 0)
	m.start, m.end = at, at+len(data)
	return m, ok
}

// keyData splits what follows the first line into its headers (RFC 1421) and the base64 text, without line ends. In code
// and JSON those are written as \n, and lines stand in quotes. Where blanks took their place, no text that people write is taken for a key: its words are short.
func keyData(body string) (headers, data string) {
	body = strings.NewReplacer(`\r`, "\n", `\n`, "\n", `\\n`, "\n").Replace(body)
	if !strings.Contains(body, "\n") && longWord.MatchString(body) {
		body = strings.NewReplacer(": ", ": ", " ", "\n", "\t", "\n").Replace(body) // as variables often have it, but for the blanks in headers
	}
	var b strings.Builder
	for line := range strings.Lines(body) {
		line = strings.Trim(line, " \t\r\n\"'`+,;\\|#*")
		switch {
		case line == "":
		case strings.Contains(line, ": "):
			headers += line + "\n"
		case isBase64(line):
			b.WriteString(line)
		case b.Len() > 0 && strings.HasPrefix(line, "="): // the checksum of OpenPGP
		default:
			return headers, b.String()
		}
	}
	return headers, b.String()
}

func isBase64(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool {
		return !('A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '+' || r == '/' || r == '=')
	})
}

func decoded(data string) []byte {
	data = strings.TrimRight(data, "=")
	raw, _ := base64.RawStdEncoding.DecodeString(data[:len(data)/4*4])
	return raw
}

// isDER tells whether base64 text is a sequence of ASN.1 and has nearly all the bytes that it says (ITU-T X.690, 8.1).
func isDER(data string, complete bool) bool {
	raw := decoded(data)
	if len(raw) < 4 || raw[0] != 0x30 {
		return false
	}
	length := int(raw[1])
	switch raw[1] {
	case 0x81:
		length = int(raw[2])
	case 0x82:
		length = int(binary.BigEndian.Uint16(raw[2:]))
	}
	return length >= 32 && length < keySize && (!complete || len(raw) > length*9/10) && entropy(data) > 4
}

// openssh tells whether base64 text is a key of OpenSSH, and whether that is encrypted: the name of its cipher is another than none.
func openssh(data string) (encrypted, ok bool) {
	rest, ok := bytes.CutPrefix(decoded(data), []byte("openssh-key-v1\x00\x00\x00\x00"))
	if !ok || len(rest) < 5 {
		return false, false
	}
	return !bytes.HasPrefix(rest, []byte("\x04none")), true
}

// puttyAt is the key of PuTTY that begins at a place of a text.
func puttyAt(text []byte, at int) (match, bool) {
	block := text[at:min(at+keySize, len(text))]
	begin := puttyBegin.FindSubmatch(block)
	if begin == nil {
		return match{}, false
	}
	_, rest, _ := bytes.Cut(block, []byte("Private-Lines: "))
	_, rest, _ = bytes.Cut(rest, []byte("\n"))
	_, data := keyData(string(rest))
	m := match{start: at, end: at + len(block) - len(rest) + len(data), typ: typeKey, value: data, random: true}
	if string(begin[1]) != "none" {
		m.typ = typeEncrypted
	}
	return m, len(data) >= 40
}
