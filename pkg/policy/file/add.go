package file

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/textfile"
)

// Add adds an exception to the text of a policy file, behind those that are there, and keeps all else as it is. The name of
// the file is that in errors. What it returns is valid, and holds the exception as it was given. An exception for the same is
// not added to: a wrong request, which names its line.
func Add(name string, raw []byte, e policy.Exception) ([]byte, error) {
	before, err := Parse(name, raw)
	if err != nil {
		return nil, err
	}
	for _, other := range before.Exceptions {
		if sameScope(other, e) {
			return nil, fault.Request(fmt.Errorf("%s:%d: there is an exception for the same already, %s", name, other.Where.Line, other.End()), "change that one, or remove it first")
		}
	}
	if hint, ok := ruleOrOther(e.ID); !ok {
		return nil, fault.Request(fmt.Errorf("there is no rule %q", e.ID), hint)
	}
	list := []policy.Exception{e}
	out, err := insert(raw, list)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", name, err), "add the exception by hand")
	}
	if !holds(name, raw, len(before.Exceptions), list) {
		return nil, fault.Request(fmt.Errorf("%s: the exception does not fit in by itself", name), "add it by hand")
	}
	return out, nil
}

// Draft adds exceptions to the text of a policy file, behind those that are there, that may still lack what an exception needs:
// the file is refused until somebody writes that in place of each TODO.
func Draft(name string, raw []byte, list []policy.Exception) ([]byte, error) {
	before, err := Parse(name, raw)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return raw, nil
	}
	out, err := insert(raw, list)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", name, err), "add the exceptions by hand")
	}
	if !holds(name, raw, len(before.Exceptions), completed(list)) {
		return nil, fault.Request(fmt.Errorf("%s: the exceptions do not fit in by themselves", name), "add them by hand")
	}
	return out, nil
}

// holds tells whether a file's text, with exceptions inserted, is valid and holds them as they are behind n others.
func holds(name string, raw []byte, n int, list []policy.Exception) bool {
	out, err := insert(raw, list)
	if err != nil {
		return false
	}
	after, err := Parse(name, out)
	return err == nil && slices.EqualFunc(after.Exceptions[min(n, len(after.Exceptions)):], list, same)
}

// completed are exceptions with something in each place that somebody has to fill in.
func completed(list []policy.Exception) []policy.Exception {
	out := slices.Clone(list)
	for i := range out {
		out[i] = out[i].Completed()
	}
	return out
}

// same tells whether two exceptions say the same, wherever they stand.
func same(a, b policy.Exception) bool {
	a.Where, b.Where = nil, nil
	return reflect.DeepEqual(a, b)
}

// sameScope tells whether two exceptions are for the same findings by what they say, whatever their reasons and ends.
func sameScope(a, b policy.Exception) bool {
	return strings.EqualFold(a.ID, b.ID) && a.Package == b.Package && a.Versions == b.Versions && a.Image == b.Image && a.Layer == b.Layer &&
		slices.Equal(slices.Sorted(slices.Values(a.Paths)), slices.Sorted(slices.Values(b.Paths)))
}

// insert writes exceptions into a policy file. A byte order mark stays at its start.
func insert(raw []byte, list []policy.Exception) ([]byte, error) {
	text, err := textfile.Decode(raw)
	if err != nil {
		return nil, err
	}
	at, err := place(text)
	if err != nil {
		return nil, err
	}
	if at.inline && slices.ContainsFunc(list, func(e policy.Exception) bool { return e.Valid() != nil }) {
		return nil, errors.New("the exceptions are a list in brackets, which cannot be left incomplete")
	}
	lines := strings.SplitAfter(string(text), "\n")
	head, tail := strings.Join(lines[:at.line], ""), strings.Join(lines[at.line:], "")
	if at.inline {
		cut := len(string([]rune(tail)[:at.column]))
		head, tail = head+tail[:cut], tail[cut:]
	} else if head != "" && !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	if at.first && !at.inline {
		head += "exceptions:\n"
	}
	for i, e := range list {
		switch {
		case !at.inline:
			head += written(e, at.indent)
		case at.first && i == 0:
			head += inline(e)
		default:
			head += ", " + inline(e)
		}
	}
	if bytes.Contains(text, []byte("\r\n")) { // as a file has them that was written on Windows
		head = strings.ReplaceAll(strings.ReplaceAll(head, "\r\n", "\n"), "\n", "\r\n")
	}
	mark := raw[:len(raw)-len(text)]
	return slices.Concat(mark, []byte(head+tail)), nil
}

// spot is where a new exception belongs.
type spot struct {
	line   int  // before which it belongs, from 0
	indent int  // of those that are there
	first  bool // there is none yet
	inline bool // the list is one in brackets, which ends in the line before the column
	column int  // from 0, in characters
}

func place(raw []byte) (spot, error) {
	end := spot{line: bytes.Count(raw, []byte("\n")), indent: 2, first: true}
	if !bytes.HasSuffix(raw, []byte("\n")) {
		end.line++
	}
	f, err := parser.ParseBytes(withoutVersion(raw), 0)
	if err != nil || len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return end, err
	}
	m, ok := f.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return end, nil
	}
	for i, v := range m.Values {
		if v.Key.GetToken().Value != "exceptions" {
			continue
		}
		list, ok := v.Value.(*ast.SequenceNode)
		if !ok {
			return end, errors.New("the exceptions are no list")
		}
		end.first = len(list.Values) == 0
		if list.IsFlowStyle {
			at := list.End.Position
			return spot{line: at.Line - 1, column: at.Column - 1, first: end.first, inline: true}, nil
		}
		end.indent = list.Start.Position.Column - 1
		if i+1 == len(m.Values) {
			return end, nil
		}
		// The comment above the next rule is that rule's.
		end.line = m.Values[i+1].Key.GetToken().Position.Line - 1
		lines := bytes.Split(raw, []byte("\n"))
		for end.line > 0 && (bytes.HasPrefix(lines[end.line-1], []byte("#")) || len(bytes.TrimSpace(lines[end.line-1])) == 0) {
			end.line--
		}
		return end, nil
	}
	return end, nil
}

// property is a line of an exception in a policy file.
type property struct{ key, value string }

// properties are an exception as a policy file states it. What it needs and lacks has a comment for a value, which is none.
func properties(e policy.Exception, quote func(string) string) []property {
	needed := func(value, todo string) string {
		if value == "" {
			return "# TODO: " + todo
		}
		return quote(value)
	}
	var paths []string
	for _, p := range e.Paths {
		paths = append(paths, quote(p))
	}
	list := ""
	if len(paths) > 0 {
		list = "[" + strings.Join(paths, ", ") + "]"
	}
	out := []property{
		{"id", needed(e.ID, "the identifier of a finding")},
		{"package", quote(e.Package)}, {"versions", quote(e.Versions)}, {"paths", list}, {"image", quote(e.Image)}, {"layer", e.Layer},
		{"reason", needed(e.Reason, "why it is accepted")},
		{"owner", needed(e.Owner, "who accepts it, and answers for it")},
		{"expires", e.Expires}, {"until", e.Until}, {"status", string(e.Status)}, {"justification", e.Justification},
	}
	if e.Expires == "" && e.Until == "" {
		out = append(out, property{"expires", needed("", "the last day on which it counts, as YYYY-MM-DD, or until: fixed")})
	}
	return slices.DeleteFunc(out, func(p property) bool { return p.value == "" })
}

// written is an exception in lines of its own.
func written(e policy.Exception, indent int) string {
	var b strings.Builder
	begin := strings.Repeat(" ", indent) + "- "
	for _, p := range properties(e, quoted) {
		fmt.Fprintf(&b, "%s%s: %s\n", begin, p.key, p.value)
		begin = strings.Repeat(" ", indent+2)
	}
	return b.String()
}

// inline is a complete exception in braces.
func inline(e policy.Exception) string {
	var parts []string
	for _, p := range properties(e, inQuotes) {
		parts = append(parts, p.key+": "+p.value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quoted is text as YAML has it: as it is where that can be nothing else, or in double quotes.
func quoted(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-._/@ ", r))
	}
	letter := s != "" && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z')
	if letter && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasSuffix(s, " ") && !strings.Contains(reserved, " "+strings.ToLower(s)+" ") {
		return s
	}
	return inQuotes(s)
}

// inQuotes is text in double quotes. Without any text it is nothing.
func inQuotes(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// reserved are words that YAML does not take for text.
const reserved = " true false null yes no on off y n "
