package file

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
)

// Add adds an exception to the text of a policy file, behind those that are there, and keeps all else as it is. The name of
// the file is that in errors. What it returns is valid, and holds the exception as it was given.
func Add(name string, raw []byte, e policy.Exception) ([]byte, error) {
	before, err := Parse(name, raw)
	if err != nil {
		return nil, err
	}
	at, indent, err := place(raw)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", name, err), "add the exception by hand")
	}
	lines := strings.SplitAfter(string(raw), "\n")
	head, tail := strings.Join(lines[:at], ""), strings.Join(lines[at:], "")
	if head != "" && !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	if _, there := before.Lines["exceptions"]; !there {
		head += "exceptions:\n"
	}
	out := []byte(head + written(e, indent) + tail)
	after, err := Parse(name, out)
	if err != nil {
		return nil, err
	}
	if n := len(before.Exceptions); len(after.Exceptions) != n+1 || !same(after.Exceptions[n], e) {
		return nil, fault.Request(fmt.Errorf("%s: the exception does not fit in by itself", name), "add it by hand")
	}
	return out, nil
}

// same tells whether two exceptions say the same, wherever they stand.
func same(a, b policy.Exception) bool {
	a.Where, b.Where = nil, nil
	return reflect.DeepEqual(a, b)
}

// place is the line before which a new exception belongs, and the indentation of those that are there.
func place(raw []byte) (line, indent int, err error) {
	end := bytes.Count(raw, []byte("\n"))
	if !bytes.HasSuffix(raw, []byte("\n")) {
		end++
	}
	f, err := parser.ParseBytes(raw, 0)
	if err != nil || len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return end, 2, err
	}
	m, ok := f.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		return end, 2, nil
	}
	for i, v := range m.Values {
		if v.Key.GetToken().Value != "exceptions" {
			continue
		}
		list, ok := v.Value.(*ast.SequenceNode)
		if !ok || list.IsFlowStyle {
			return 0, 0, errors.New("the exceptions are not a list of lines with hyphens")
		}
		indent = list.Start.Position.Column - 1
		if i+1 == len(m.Values) {
			return end, indent, nil
		}
		// The comment above the next rule is that rule's.
		line = m.Values[i+1].Key.GetToken().Position.Line - 1
		lines := bytes.Split(raw, []byte("\n"))
		for line > 0 && (bytes.HasPrefix(lines[line-1], []byte("#")) || len(bytes.TrimSpace(lines[line-1])) == 0) {
			line--
		}
		return line, indent, nil
	}
	return end, 2, nil
}

// written is an exception as a policy file states it.
func written(e policy.Exception, indent int) string {
	var b strings.Builder
	begin := strings.Repeat(" ", indent) + "- "
	add := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s%s: %s\n", begin, key, value)
			begin = strings.Repeat(" ", indent+2)
		}
	}
	add("id", quoted(e.ID))
	add("package", quoted(e.Package))
	add("versions", quoted(e.Versions))
	var paths []string
	for _, p := range e.Paths {
		paths = append(paths, quoted(p))
	}
	if len(paths) > 0 {
		add("paths", "["+strings.Join(paths, ", ")+"]")
	}
	add("image", quoted(e.Image))
	add("layer", e.Layer)
	add("reason", quoted(e.Reason))
	add("owner", quoted(e.Owner))
	add("expires", e.Expires)
	add("until", e.Until)
	return b.String()
}

// quoted is text as YAML has it: as it is where that can be nothing else, or in double quotes.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	plain := func(r rune) bool {
		return r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-._/@ ", r))
	}
	letter := s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z'
	if letter && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 && !strings.HasSuffix(s, " ") && !strings.Contains(reserved, " "+strings.ToLower(s)+" ") {
		return s
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
