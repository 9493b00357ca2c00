package workload

import (
	"encoding/json"
	"strings"
)

// Entry is a field of an object that is to be added to a manifest.
type Entry struct {
	Key   string
	Value any // as Place.Add takes it
}

// Add returns the text that gives a missing field a value, as the manifest is written: whole lines that go below the line of
// the place or, into an object that is written on one line, text that goes before its column. The value is a string, a
// boolean, a number, a list of strings or of any of these, an Entry or several. There is nothing to add where the manifest says the field, or
// where no line can be added.
func (p Place) Add(value any) string {
	if len(p.Missing) == 0 {
		return ""
	}
	for i := len(p.Missing) - 1; i > 0; i-- {
		value = Entry{p.Missing[i], value}
	}
	field := Entry{p.Missing[0], value}
	switch p.Style {
	case Block:
		var b strings.Builder
		p.block(&b, p.Indent, field)
		return b.String()
	case Braces:
		return strings.Repeat(" ", p.Indent) + quote(field.Key) + ": " + flow(field.Value) + p.comma(",") + "\n"
	case Inline:
		return quote(field.Key) + ": " + flow(field.Value) + p.comma(", ")
	}
	return ""
}

// comma is what parts a new first field of an object from those that it has.
func (p Place) comma(sign string) string {
	if p.Alone {
		return ""
	}
	return sign
}

// block writes a field on lines of its own.
func (p Place) block(b *strings.Builder, indent int, field Entry) {
	b.WriteString(strings.Repeat(" ", indent) + plain(field.Key) + ":")
	inner := entries(field.Value)
	if inner == nil {
		b.WriteString(" " + flow(field.Value) + "\n")
		return
	}
	b.WriteString("\n")
	for _, e := range inner {
		p.block(b, indent+p.Step, e)
	}
}

// entries are the fields of a value that is an object; nil for all others.
func entries(value any) []Entry {
	switch v := value.(type) {
	case Entry:
		return []Entry{v}
	case []Entry:
		return v
	}
	return nil
}

// flow writes a value on one line, so that it is JSON and YAML.
func flow(value any) string {
	switch v := value.(type) {
	case Entry:
		return flow([]Entry{v})
	case []Entry:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = quote(e.Key) + ": " + flow(e.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []string:
		parts := make([]any, len(v))
		for i, item := range v {
			parts[i] = item
		}
		return flow(parts)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "null" // no value that Add takes
	}
	return string(text)
}

// plain is a key as YAML has it, in quotes only where it needs them.
func plain(key string) string {
	if strings.IndexFunc(key, func(r rune) bool { return !strings.ContainsRune(keyRunes, r) }) < 0 {
		return key
	}
	return quote(key)
}

// keyRunes are the characters of keys that need no quotes.
const keyRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"

func quote(key string) string { return `"` + key + `"` }

// Apply puts the text that Add returned into the file where it belongs.
func (p Place) Apply(data []byte, add string) []byte {
	lines := strings.SplitAfter(string(data), "\n")
	if p.Line > len(lines) {
		return data
	}
	last := &lines[p.Line-1]
	switch {
	case p.Style == Inline:
		text := []rune(*last)
		at := min(p.Column-1, len(text))
		*last = string(text[:at]) + add + string(text[at:])
	case strings.HasSuffix(*last, "\n"):
		*last += add
	default:
		*last += "\n" + add
	}
	return []byte(strings.Join(lines, ""))
}
