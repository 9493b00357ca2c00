package secret

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/regex"
)

// opened matches where an object or a list of JSON begins, in a text of its own or in another one, whose quotes backslashes may stand before.
var opened = regex.New(`[{\[][\s{\[]*\\*"`)

// inObjects lists the secrets that objects of JSON in a text give to names that say so, wherever the text has them: in a variable, in a command that writes
// a file, in a value of another object. What is no proper JSON, such as a template for it, is read as far as it goes.
func inObjects(text string) []match {
	var out []match
	for at := 0; ; {
		begin := opened.FindStringIndex(text[at:])
		if begin == nil {
			return out
		}
		r := reader{text: text, at: at + begin[0]}
		r.read()
		out, at = append(out, r.out...), r.at
	}
}

// reader reads an object of JSON.
type reader struct {
	text string
	at   int
	open []object // in each other
	key  span     // to which the next value belongs
	out  []match
}

// object is an object or a list while it is read.
type object struct {
	key string // of the object that it is in
	// apart is set of what describes fields, and what is encrypted.
	apart bool
	// name and value are those of a pair that says the two by these names.
	name, value span
}

// span is where something stands in a text.
type span struct{ start, end int }

func (r *reader) read() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '{', '[':
			r.begin()
		case '}', ']':
			if r.end(); len(r.open) == 0 {
				return
			}
		case '\\', '"':
			r.string()
			continue
		default:
			if n := len(r.word()); n > 0 {
				r.give(span{r.at, r.at + n})
				r.at += n
				continue
			}
		}
		r.at++
	}
}

// word is the number, or the like, that a text has where it is read.
func (r *reader) word() string {
	rest := r.text[r.at:]
	if end := strings.IndexFunc(rest, func(c rune) bool {
		return !unicode.IsDigit(c) && !unicode.IsLetter(c) && !strings.ContainsRune("+-._", c)
	}); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

func (r *reader) begin() {
	o := object{key: r.text[r.key.start:r.key.end]}
	if last := len(r.open) - 1; last >= 0 {
		o.apart = r.open[last].apart || r.open[last].key == "properties" // each of a schema's is described
	}
	o.apart = o.apart || slices.Contains([]string{"openAPIV3Schema", "schema", "encryptedData", "sops"}, o.key)
	r.open, r.key = append(r.open, o), span{}
}

func (r *reader) end() {
	o := r.open[len(r.open)-1]
	r.open, r.key = r.open[:len(r.open)-1], span{}
	if !o.apart && o.name.end > o.name.start && o.value.end > o.value.start {
		r.judge(r.text[o.name.start:o.name.end], o.value)
	}
}

// string reads a string: a key, where a colon is behind it, and else a value.
func (r *reader) string() {
	s, end := quoted(r.text, r.at)
	if end == 0 {
		r.at++
		return
	}
	r.at = end
	if rest := strings.TrimLeft(r.text[end:], " \t\r\n"); strings.HasPrefix(rest, ":") {
		r.key, r.at = s, len(r.text)-len(rest)+1
		return
	}
	r.give(s)
}

// quoted is the string in quotes that begins at a place of a text, maybe with backslashes before, as where it is in another string; those that end
// it have as many. It returns 0 where none does in the same line.
func quoted(text string, at int) (s span, end int) {
	count := func(from int) int { return len(text[from:]) - len(strings.TrimLeft(text[from:], `\`)) }
	n := count(at)
	start := at + n + 1
	if start > len(text) || text[start-1] != '"' {
		return span{}, 0
	}
	for i := start; i < len(text) && text[i] != '\n'; i++ {
		slashes := 0
		if text[i] == '\\' {
			slashes = count(i)
		}
		if quote := i + slashes; quote < len(text) && text[quote] == '"' && slashes%(2*(n+1)) == n {
			return span{start, quote - n}, quote + 1
		}
		i += slashes
		if slashes > 0 && i < len(text) && text[i] == '\n' {
			break
		}
	}
	return span{}, 0
}

// give takes a value for the key before it.
func (r *reader) give(value span) {
	key := r.text[r.key.start:r.key.end]
	r.key = span{}
	o := &r.open[len(r.open)-1]
	if o.apart {
		return
	}
	switch key {
	case "name", "key":
		o.name = value
	case "value":
		o.value = value
	}
	r.judge(key, value)
}

func (r *reader) judge(name string, value span) {
	text := r.text[value.start:value.end]
	found := inObjects(text)
	if m, ok := setting(name, text); ok {
		found = []match{m}
	} else if m, ok := login64(name, text); ok {
		found = []match{m}
	}
	for _, m := range found {
		m.start, m.end = m.start+value.start, m.end+value.start
		r.out = append(r.out, m)
	}
}

// login64 tells whether a value is a user and a password in base64, as files for registries have them under auth and _auth.
func login64(name, value string) (match, bool) {
	if words := wordsOf(name); len(words) == 0 || words[len(words)-1] != "auth" {
		return match{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	user, password, ok := strings.Cut(string(raw), ":")
	readable := utf8.Valid(raw) && !strings.ContainsFunc(string(raw), unicode.IsControl)
	if err != nil || !ok || !readable || fake(password) || isExample(user, password, "") {
		return match{}, false
	}
	return match{end: len(value), typ: "a user and a password in base64", name: name, value: value}, true
}
