package policy

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/spdx"
)

// Expression is an SPDX licence expression (SPDX specification 2.3, annex D), as far as it matters who may choose what:
// licences that are joined by AND all apply, and of those that are joined by OR whoever uses it chooses one.
type Expression struct {
	or   bool         // the parts are joined by OR, else by AND
	of   []Expression // empty for a licence
	name string       // of the licence, WITH its exception where it has one
}

// maxExpression bounds how many words and brackets are read of an expression: it is text of an image.
const maxExpression = 1000

// maxNesting bounds how deep its brackets may be nested.
const maxNesting = 50

// ParseExpression reads an expression. It looks at the form alone: any word can be a licence. False means that the text
// is no expression.
func ParseExpression(text string) (Expression, bool) {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
	if len(words) > maxExpression {
		return Expression{}, false
	}
	p := &expressionParser{words: words}
	e, ok := p.alternatives(0)
	return e, ok && len(p.words) == 0
}

// Licenses lists the names of the licences, in their order, exceptions included.
func (e Expression) Licenses() []string {
	if len(e.of) == 0 {
		return []string{e.name}
	}
	var out []string
	for _, part := range e.of {
		out = append(out, part.Licenses()...)
	}
	return out
}

// denied tells whether nobody can choose licences of which none is denied.
func (e Expression) denied(license func(name string) bool) bool {
	part := func(p Expression) bool { return p.denied(license) }
	switch {
	case len(e.of) == 0:
		return license(e.name)
	case e.or:
		return !slices.ContainsFunc(e.of, func(p Expression) bool { return !part(p) })
	}
	return slices.ContainsFunc(e.of, part)
}

// licenseDenied tells whether patterns deny what a package declares. What is no expression is one name.
func licenseDenied(declared string, deny []string) bool {
	if len(deny) == 0 {
		return false
	}
	e, ok := ParseExpression(declared)
	if !ok {
		e = Expression{name: strings.TrimSpace(declared)}
	}
	return e.denied(func(name string) bool {
		names := spdx.Spellings(name)
		return slices.ContainsFunc(deny, func(text string) bool {
			return slices.ContainsFunc(names, pattern(strings.ToLower(text)).matches)
		})
	})
}

// expressionParser reads the words of an expression from the left.
type expressionParser struct{ words []string }

// next takes the next word if it is that one, in any case.
func (p *expressionParser) next(word string) bool {
	if len(p.words) == 0 || !strings.EqualFold(p.words[0], word) {
		return false
	}
	p.words = p.words[1:]
	return true
}

// alternatives reads alternatives.
func (p *expressionParser) alternatives(depth int) (Expression, bool) {
	return p.joined("OR", true, func() (Expression, bool) {
		return p.joined("AND", false, func() (Expression, bool) { return p.one(depth) })
	})
}

// joined reads parts with a word between them.
func (p *expressionParser) joined(by string, or bool, part func() (Expression, bool)) (Expression, bool) {
	first, ok := part()
	parts := []Expression{first}
	for ok && p.next(by) {
		var more Expression
		more, ok = part()
		parts = append(parts, more)
	}
	if len(parts) == 1 {
		return first, ok
	}
	return Expression{or: or, of: parts}, ok
}

// one reads a licence, or an expression in brackets.
func (p *expressionParser) one(depth int) (Expression, bool) {
	if p.next("(") {
		e, ok := Expression{}, false
		if depth < maxNesting {
			e, ok = p.alternatives(depth + 1)
		}
		return e, ok && p.next(")")
	}
	name, ok := p.name()
	if ok && p.next("WITH") {
		var exception string
		exception, ok = p.name()
		name += " WITH " + exception
	}
	return Expression{name: name}, ok
}

// name reads a word that is neither an operator nor a bracket.
func (p *expressionParser) name() (string, bool) {
	if len(p.words) == 0 || slices.Contains([]string{"AND", "OR", "WITH", "(", ")"}, strings.ToUpper(p.words[0])) {
		return "", false
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word, true
}
