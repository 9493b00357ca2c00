package secret

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// rule finds one form of tokens. Its expressions are compiled when one of its keywords turns up, and not before: most never
// do.
type rule struct {
	id       string
	typ      string // with an article
	pattern  string
	group    int     // of the expression that is the secret; 0 for the first that matches
	entropy  float64 // bits per character that a secret has at least
	keywords []string
	allow    []allowance
	// named is set where the secret is known only by the name beside it.
	named bool
	// command is set where the secret is one of a command line.
	command bool
	// size is how many bytes a match has at most, where each has a keyword in it; 0 where that is not known.
	size int

	// lead is how many bytes before a keyword a match may begin. It is 0 for a rule whose every match begins with one.
	lead     int
	boundary bool           // of a rule without a lead: no letter or digit stands before it
	begins   []string       // how its matches begin, where case counts
	anchored *syntax.Regexp // the expression of a rule without a lead, without what may stand before its keyword
	once     sync.Once
	compiled *regexp.Regexp
	// special looks for what no expression describes; nil for rules with a pattern.
	special func(text []byte, at int) (match, bool)
}

// allowance is what is no secret although it matches.
type allowance struct {
	onMatch  bool // looks at the whole match instead of the secret
	patterns []string
	words    []string
	compiled []*regexp.Regexp // of the patterns
}

const (
	// leadSize is how many bytes before a keyword the match of a rule begins at most, for rules that do not begin with one.
	leadSize = 160
	// reachSize is how many bytes from the beginning of a keyword on are looked at: no token is longer. leadReach is the same for
	// rules that do not begin with a keyword, which look everywhere in that.
	reachSize, leadReach = 2048, 512
)

// anchor works out whether every match begins with a keyword. Where it does, the keywords that begin no match are dropped.
func (r *rule) anchor() {
	if r.special != nil {
		return
	}
	re, err := syntax.Parse(r.pattern, syntax.Perl)
	if err != nil {
		panic("secret: the rule " + r.id + ": " + err.Error()) // they are a part of the program
	}
	rest, boundary := withoutLead(re)
	p := prefixes(rest)
	var words []string
	for _, text := range p.texts {
		i := slices.IndexFunc(r.keywords, func(k string) bool { return strings.HasPrefix(strings.ToLower(text), k) })
		if i < 0 {
			if r.lead = leadSize; r.size > 0 {
				r.lead = r.size
			}
			return
		}
		words = append(words, r.keywords[i])
	}
	slices.Sort(words)
	r.keywords, r.boundary = slices.Compact(words), boundary
	r.anchored = rest
	if !p.folded {
		r.begins = p.texts
	}
}

// withoutLead drops what may stand before a match and needs not, such as the rest of a name, and a word boundary.
func withoutLead(re *syntax.Regexp) (rest *syntax.Regexp, boundary bool) {
	switch {
	case re.Op == syntax.OpConcat && len(re.Sub) > 1:
		first := re.Sub[0]
		optional := first.Op == syntax.OpStar || first.Op == syntax.OpQuest || first.Op == syntax.OpRepeat && first.Min == 0
		out := *re
		switch {
		case first.Op == syntax.OpWordBoundary:
			out.Sub = re.Sub[1:]
			return &out, true
		case optional:
			out.Sub = re.Sub[1:]
			return withoutLead(&out)
		}
		inner, boundary := withoutLead(first)
		out.Sub = append([]*syntax.Regexp{inner}, re.Sub[1:]...)
		return &out, boundary
	case re.Op == syntax.OpConcat && len(re.Sub) == 1:
		return withoutLead(re.Sub[0])
	}
	return re, false
}

// beginnings are the texts with which all matches of an expression begin.
type beginnings struct {
	texts  []string
	whole  bool // they are the whole of what the expression matches
	folded bool // whatever their case
}

// maxBeginnings is how many beginnings are told apart.
const maxBeginnings = 64

func prefixes(re *syntax.Regexp) beginnings {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary:
		return beginnings{texts: []string{""}, whole: true}
	case syntax.OpLiteral:
		fold := re.Flags&syntax.FoldCase != 0
		text := string(re.Rune)
		if fold {
			text = strings.ToLower(text)
		}
		return beginnings{texts: []string{text}, whole: true, folded: fold}
	case syntax.OpCharClass:
		return classPrefixes(re.Rune)
	case syntax.OpCapture:
		return prefixes(re.Sub[0])
	case syntax.OpConcat:
		return concatPrefixes(re.Sub)
	case syntax.OpQuest:
		out := prefixes(re.Sub[0])
		out.texts = append(out.texts, "")
		return out
	case syntax.OpAlternate:
		out := beginnings{whole: true}
		for _, sub := range re.Sub {
			p := prefixes(sub)
			out.texts = append(out.texts, p.texts...)
			out.whole, out.folded = out.whole && p.whole, out.folded || p.folded
		}
		return out
	}
	return beginnings{texts: []string{""}}
}

// classPrefixes are the characters of a small class, given as pairs of a first and a last one.
func classPrefixes(ranges []rune) beginnings {
	out := beginnings{whole: true}
	for i := 0; i < len(ranges); i += 2 {
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			if c > unicode.MaxASCII {
				continue // such as the sign for kelvin, a K whatever its case
			}
			if out.texts = append(out.texts, string(c)); len(out.texts) > 8 {
				return beginnings{texts: []string{""}}
			}
		}
	}
	return out
}

func concatPrefixes(list []*syntax.Regexp) beginnings {
	out := beginnings{texts: []string{""}, whole: true}
	for _, sub := range list {
		p := prefixes(sub)
		if len(out.texts)*len(p.texts) > maxBeginnings {
			out.whole = false
			return out
		}
		var next []string
		for _, a := range out.texts {
			for _, b := range p.texts {
				next = append(next, a+b)
			}
		}
		out.texts, out.folded = next, out.folded || p.folded
		if out.whole = p.whole; !p.whole {
			return out
		}
	}
	return out
}

// at looks for a secret of the rule where one of its keywords begins.
func (r *rule) at(text []byte, keyword int) (match, bool) {
	if r.special != nil {
		return r.special(text, keyword)
	}
	from, to := max(keyword-r.lead, 0), min(keyword+r.reach(), len(text))
	r.once.Do(r.compile)
	window := text[from:to]
	found := r.compiled.FindSubmatchIndex(window)
	if found == nil || r.lead > 0 && found[1] == len(window) && to < len(text) {
		return match{}, false // it may only have matched because the window ends there
	}
	start, end := r.secretOf(found)
	m := match{start: from + start, end: from + end, typ: r.typ, value: string(window[start:end]), random: !r.command}
	return m, r.keeps(m.value, string(window[found[0]:found[1]]))
}

func (r *rule) compile() {
	pattern := r.pattern
	if r.anchored != nil {
		pattern = "^(?:" + r.anchored.String() + ")"
	}
	r.compiled = regexp.MustCompile(pattern)
	for i := range r.allow {
		a := &r.allow[i]
		for _, p := range a.patterns {
			a.compiled = append(a.compiled, regexp.MustCompile(p))
		}
	}
}

// reach is how many bytes from a keyword on a match ends.
func (r *rule) reach() int {
	switch {
	case r.size > 0:
		return r.size + 1 // what ends there may only match because the window ends
	case r.lead > 0:
		return leadReach
	}
	return reachSize
}

// mayBegin tells whether a match can begin at a keyword, before the expression is asked, which takes long.
func (r *rule) mayBegin(text []byte, at int) bool {
	if r.lead > 0 {
		return true
	}
	if r.boundary && at > 0 && isWordByte(text[at-1]) {
		return false
	}
	if r.begins == nil {
		return true
	}
	rest := text[at:]
	for _, b := range r.begins {
		if len(rest) >= len(b) && string(rest[:len(b)]) == b {
			return true
		}
	}
	return false
}

func isWordByte(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '_'
}

// secretOf is the part of a match that is the secret: the rule's group, else the first that has one, else all.
func (r *rule) secretOf(found []int) (start, end int) {
	if r.group > 0 && 2*r.group+1 < len(found) {
		return found[2*r.group], found[2*r.group+1]
	}
	for i := 2; i+1 < len(found); i += 2 {
		if found[i] >= 0 && found[i] < found[i+1] {
			return found[i], found[i+1]
		}
	}
	return found[0], found[1]
}

// keeps tells whether a secret is none that everybody knows, or that the rule allows.
func (r *rule) keeps(secret, whole string) bool {
	if secret == "" || r.entropy > 0 && entropy(secret) <= r.entropy || fake(secret) {
		return false
	}
	if r.named && (entropy(secret) < 3 || !strings.ContainsAny(secret, "0123456789")) {
		return false
	}
	return !slices.ContainsFunc(r.allow, func(a allowance) bool { return a.allows(secret, whole) })
}

func (a allowance) allows(secret, whole string) bool {
	target := secret
	if a.onMatch {
		target = whole
	}
	lower := strings.ToLower(secret)
	return slices.ContainsFunc(a.compiled, func(re *regexp.Regexp) bool { return re.MatchString(target) }) ||
		slices.ContainsFunc(a.words, func(w string) bool { return strings.Contains(lower, w) })
}
