package workload

import (
	"encoding/json"
	"slices"
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
func (p Place) Add(value any) string { return p.AddAll(p.Join(nil, value)) }

// Join adds the missing field at the place, with its value, to fields that the same object is to get: objects become one object,
// lists one list, and of two other values the first stays. The fields that it gets are not changed.
func (p Place) Join(fields []Entry, value any) []Entry {
	if len(p.Missing) == 0 {
		return fields
	}
	for i := len(p.Missing) - 1; i > 0; i-- {
		value = Entry{p.Missing[i], value}
	}
	return join(fields, Entry{p.Missing[0], value})
}

// AddAll returns what Add does for several fields of the object that lacks the field at the place.
func (p Place) AddAll(fields []Entry) string {
	var b strings.Builder
	for i, field := range fields {
		last := p.Alone && i == len(fields)-1
		switch p.Style {
		case Block:
			p.block(&b, p.Indent, field)
		case Braces:
			b.WriteString(strings.Repeat(" ", p.Indent) + quote(field.Key) + ": " + flow(field.Value) + comma(last, ",") + "\n")
		case Inline:
			b.WriteString(quote(field.Key) + ": " + flow(field.Value) + comma(last, ", "))
		}
	}
	return b.String()
}

// comma parts a new field of an object from the next, unless there is none.
func comma(last bool, sign string) string {
	if last {
		return ""
	}
	return sign
}

// join adds a field to others.
func join(fields []Entry, field Entry) []Entry {
	i := slices.IndexFunc(fields, func(e Entry) bool { return e.Key == field.Key })
	if i < 0 {
		return append(slices.Clip(fields), field)
	}
	fields = slices.Clone(fields)
	fields[i].Value = joinValues(fields[i].Value, field.Value)
	return fields
}

func joinValues(a, b any) any {
	if fields, more := entries(a), entries(b); fields != nil && more != nil {
		for _, e := range more {
			fields = join(fields, e)
		}
		return fields
	}
	if list, more := items(a), items(b); list != nil && more != nil {
		for _, item := range more {
			if !slices.ContainsFunc(list, func(has any) bool { return flow(has) == flow(item) }) {
				list = append(slices.Clip(list), item)
			}
		}
		return list
	}
	return a
}

// items are those of a value that is a list; nil for all others.
func items(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case []string:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item
		}
		return out
	}
	return nil
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
		return flow(items(v))
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
