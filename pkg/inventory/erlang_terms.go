package inventory

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/regex"
)

// This file reads what an application of Erlang says of itself. Its settings may be any terms (Erlang Reference Manual, "Data Types"), and syft's
// parser fails over maps, binaries, characters and escapes, and panics where a file is cut off.

var errNoApplication = errors.New("it is no resource file of an application of Erlang")

// withErlangIdentity writes the name and the version of an application down alone (Erlang/OTP, "app(4)").
func withErlangIdentity(_ string, raw []byte) ([]byte, error) {
	terms, ok := erlangTerms(strings.TrimPrefix(string(raw), "\ufeff"))
	if ok && len(terms) == 0 {
		return nil, nil
	}
	if !ok || len(terms) < 5 || terms[0].text != "{" || terms[1].text != "application" {
		return nil, errNoApplication
	}
	var versions []string
	for i := 5; i < len(terms)-2; i++ { // a pair of the list that is the third element, and none inside of another
		if terms[i-1].text == "{" && terms[i-1].depth == 2 && terms[i].text == "vsn" && terms[i+1].text == "," {
			version := ""
			for _, t := range terms[i+2:] { // texts that stand side by side are one
				if !t.value {
					break
				}
				version += t.text
			}
			versions = append(versions, fmt.Sprintf(`{vsn,"%s"}`, version))
		}
	}
	out := fmt.Sprintf(`{application,'%s',[%s]}.`, terms[3].text, strings.Join(versions, ","))
	if strings.ContainsAny(terms[3].text+strings.Join(versions, ""), `\'`) || strings.Count(out, `"`) != 2*len(versions) {
		return nil, errNoApplication // no name and no version have such characters
	}
	return []byte(out), nil
}

// erlangTerm is a piece of a term.
type erlangTerm struct {
	text  string // a mark, an atom or a number, or what is between quotes
	value bool   // it is no mark
	depth int    // how many brackets were open before
}

var (
	erlangSpace = regex.New(`^(?:[\s\x00]|%[^\n]*)+`)
	erlangWord  = regex.New(`^(?:[\w@\x{80}-\x{10ffff}]|\.\d)+`)
	// erlangChar is a character ($a, $\n, $\^c, $\x{41}, $\101).
	erlangChar = regex.New(`(?s)^\$(?:\\(?:\^.|x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)|.)`)
	// erlangSigil is what may stand before a text, with what begins the text (Erlang Reference Manual, "Sigil").
	erlangSigil = regex.New("^~([sSbB]?)([(\\[{<\"'/|`#])")
	// erlangBlock is the first line of a text of several lines, which ends with as many quotes on a line of their own.
	erlangBlock = regex.New(`^~?[sSbB]?("{3,})[ \t]*\n`)
)

// erlangTerms takes the first term of a text apart, as far as the full stop behind it. It is false for one that is broken.
func erlangTerms(text string) (out []erlangTerm, ok bool) {
	var open []byte // the brackets that have to follow
	for text != "" {
		if space := erlangSpace.FindString(text); space != "" {
			text = text[len(space):]
			continue
		}
		next := erlangTerm{depth: len(open), value: true}
		size := 0
		switch c := text[0]; {
		case erlangBlock.MatchString(text):
			quotes := erlangBlock.FindStringSubmatch(text)[1]
			begin := strings.IndexByte(text, '\n')
			end := regex.New(`\n[ \t]*` + quotes).FindStringIndex(text[begin:])
			if end == nil {
				return nil, false
			}
			next.text, size = text[begin:begin+end[0]], begin+end[1]
		case c == '"' || c == '\'':
			next.text, size = erlangQuoted(text[1:], c, true)
			size++
		case c == '~':
			sigil := erlangSigil.FindStringSubmatch(text)
			if sigil == nil {
				return nil, false
			}
			next.text, size = erlangQuoted(text[len(sigil[0]):], closing(sigil[2][0]), strings.ToLower(sigil[1]) == sigil[1])
			size += len(sigil[0])
		case c == '$':
			next.text = erlangChar.FindString(text)
			size = len(next.text)
		case erlangWord.MatchString(text):
			next.text = erlangWord.FindString(text)
			size = len(next.text)
		case strings.IndexByte("{[(", c) >= 0:
			open = append(open, closing(c))
		case strings.IndexByte("}])", c) >= 0:
			if len(open) == 0 || open[len(open)-1] != c {
				return nil, false
			}
			open = open[:len(open)-1]
		case c == '.':
			return out, len(open) == 0
		case strings.IndexByte(",|#:/<>=+-*", c) < 0:
			return nil, false
		}
		if size == 0 {
			next.text, next.value, size = text[:1], false, 1
		}
		if size > len(text) {
			return nil, false
		}
		out = append(out, next)
		text = text[size:]
	}
	return out, len(open) == 0
}

// closing is what ends what a bracket or a quote begins.
func closing(c byte) byte {
	if i := strings.IndexByte("([{<", c); i >= 0 {
		return ")]}>"[i]
	}
	return c
}

// erlangQuoted is a text as far as the quote that ends it, and how many bytes it has with that; more than there are where none does.
func erlangQuoted(text string, quote byte, escapes bool) (string, int) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote:
			return b.String(), i + 1
		case c == '\\' && escapes:
			b.WriteByte(c)
			if i++; i < len(text) && text[i] < utf8.RuneSelf {
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", len(text) + 2
}
